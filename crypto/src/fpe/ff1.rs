//! FF1 (NIST SP 800-38G, algorithms 7 and 8).

use core::fmt;

use zeroize::Zeroizing;

use super::numerals::{Half, LONGEST, from_text, to_text};
use super::{Domain, FpeError};
use crate::cipher::{AES_BLOCK, BlockKey};

/// Bytes in the longest tweak.
pub const LONGEST_TWEAK: usize = 64;

const ROUNDS: u8 = 10;

/// Most bytes of a number below 2^120.
const MOST_BYTES: usize = 15;

/// Tweak, round and number, filled to whole blocks: 64 + 1 + 15.
const LONGEST_INPUT: usize = LONGEST_TWEAK + 1 + MOST_BYTES;

/// An AES key for FF1, expanded. Wiped on drop, mute.
pub struct Ff1Key(BlockKey);

impl fmt::Debug for Ff1Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ff1Key(..)")
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Encrypt,
    Decrypt,
}

impl Ff1Key {
    /// Expands a key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`FpeError::Key`]
    pub fn new(key: &[u8]) -> Result<Self, FpeError> {
        BlockKey::aes(key).map(Self).map_err(|_| FpeError::Key)
    }

    /// Encrypts in place (algorithm 7): `text` is ASCII digits and capital letters of the domain, `tweak` 0 to 64 bytes.
    ///
    /// # Errors
    /// [`FpeError`]; the text is then as it was.
    pub fn encrypt(&self, domain: &Domain, tweak: &[u8], text: &mut [u8]) -> Result<(), FpeError> {
        self.text(Direction::Encrypt, domain, tweak, text)
    }

    /// Decrypts in place (algorithm 8) what [`Ff1Key::encrypt`] made with the same tweak.
    ///
    /// # Errors
    /// [`FpeError`]; the text is then as it was.
    pub fn decrypt(&self, domain: &Domain, tweak: &[u8], text: &mut [u8]) -> Result<(), FpeError> {
        self.text(Direction::Decrypt, domain, tweak, text)
    }

    fn text(
        &self,
        direction: Direction,
        domain: &Domain,
        tweak: &[u8],
        text: &mut [u8],
    ) -> Result<(), FpeError> {
        let mut numerals = Zeroizing::new([0; LONGEST]);
        let numerals = numerals.get_mut(..text.len()).ok_or(FpeError::Text)?;
        from_text(text, domain, numerals)?;
        self.numerals(direction, domain, tweak, numerals)?;
        to_text(numerals, text);
        Ok(())
    }

    fn numerals(
        &self,
        direction: Direction,
        domain: &Domain,
        tweak: &[u8],
        numerals: &mut [u8],
    ) -> Result<(), FpeError> {
        let (u, v) = (domain.length() / 2, domain.length().div_ceil(2));
        let (short, long) = (Half::new(domain.radix(), u)?, Half::new(domain.radix(), v)?);
        // The bytes of the highest number of the longer half.
        let b =
            usize::try_from((long.count() - 1).ilog2() / 8 + 1).map_err(|_| FpeError::TooLong)?;
        let start = self.start(domain, tweak, u, b)?;
        let (left, right) = numerals.split_at_mut_checked(u).ok_or(FpeError::Text)?;
        let mut a = Zeroizing::new(short.number(left));
        let mut b_number = Zeroizing::new(long.number(right));
        for step in 0..ROUNDS {
            // Forwards each round changes A by B and they change places; backwards it is B that is changed by A.
            let round = match direction {
                Direction::Encrypt => step,
                Direction::Decrypt => ROUNDS - 1 - step,
            };
            let half = if round.is_multiple_of(2) { &short } else { &long };
            match direction {
                Direction::Encrypt => {
                    let y = Zeroizing::new(self.y(&start, tweak, round, *b_number, b, half)?);
                    *a = half.sum(*a, *y);
                }
                Direction::Decrypt => {
                    let y = Zeroizing::new(self.y(&start, tweak, round, *a, b, half)?);
                    *b_number = half.difference(*b_number, *y);
                }
            }
            core::mem::swap(&mut *a, &mut *b_number);
        }
        short.numerals(*a, left);
        long.numerals(*b_number, right);
        Ok(())
    }

    /// The first block of every round, enciphered (step 5): P.
    fn start(
        &self,
        domain: &Domain,
        tweak: &[u8],
        u: usize,
        b: usize,
    ) -> Result<Zeroizing<[u8; AES_BLOCK]>, FpeError> {
        if tweak.len() > LONGEST_TWEAK || b > MOST_BYTES {
            return Err(FpeError::Tweak);
        }
        let length = u32::try_from(domain.length()).map_err(|_| FpeError::TooLong)?;
        let tweak = u32::try_from(tweak.len()).map_err(|_| FpeError::Tweak)?;
        let u = u8::try_from(u % 256).map_err(|_| FpeError::TooLong)?;
        let ([n3, n2, n1, n0], [t3, t2, t1, t0]) = (length.to_be_bytes(), tweak.to_be_bytes());
        let p = [1, 2, 1, 0, 0, domain.radix(), 10, u, n3, n2, n1, n0, t3, t2, t1, t0];
        let mut start = Zeroizing::new(p);
        self.encipher(&mut start)?;
        Ok(start)
    }

    /// What a round adds (steps 6.i to 6.vi), without what goes beyond its half.
    fn y(
        &self,
        start: &[u8; AES_BLOCK],
        tweak: &[u8],
        round: u8,
        number: u128,
        b: usize,
        half: &Half,
    ) -> Result<u128, FpeError> {
        // Q ends with the round and the number in b bytes, and zeros make its length whole blocks.
        let length = (tweak.len() + b + 1).next_multiple_of(AES_BLOCK);
        let mut q = Zeroizing::new([0; LONGEST_INPUT]);
        let q = q.get_mut(..length).ok_or(FpeError::Tweak)?;
        q.iter_mut().zip(tweak).for_each(|(to, from)| *to = *from);
        let number = Zeroizing::new(number.to_be_bytes());
        let bytes = q.iter_mut().rev();
        bytes.zip(number.iter().rev().take(b).chain([&round])).for_each(|(to, from)| *to = *from);
        // R: CBC-MAC of P and Q.
        let mut r = Zeroizing::new(*start);
        let (blocks, _) = q.as_chunks::<AES_BLOCK>();
        for block in blocks {
            r.iter_mut().zip(block).for_each(|(to, from)| *to ^= from);
            self.encipher(&mut r)?;
        }
        // S: R and, for more than 16 bytes, R with 1 XORed in, enciphered. The first d bytes of it.
        let mut s = Zeroizing::new([0; 2 * AES_BLOCK]);
        let (head, more) = s.split_at_mut(AES_BLOCK);
        head.copy_from_slice(&*r);
        let d = 4 * b.div_ceil(4) + 4;
        if d > AES_BLOCK {
            let [.., last] = &mut *r;
            *last ^= 1;
            self.encipher(&mut r)?;
            more.copy_from_slice(&*r);
        }
        Ok(half.remainder(s.get(..d).ok_or(FpeError::TooLong)?))
    }

    fn encipher(&self, block: &mut [u8; AES_BLOCK]) -> Result<(), FpeError> {
        self.0.encrypt_block(block).map_err(|_| FpeError::Key)
    }
}
