//! What a contactless card computes in place of its CVV: Visa's dCVV and Mastercard's CVC3, and the key of a card for both.
//!
//! Sources: EMV book 2, A1.4 (options A and B); Visa's dCVV is the CVV under the card's key with the transaction counter in
//! place of the first four digits of the PAN; CVC3 as published test values have it.

use sha1::{Digest, Sha1};
use zeroize::Zeroizing;

use super::{CardCode, CvvError, CvvInput, CvvKey};
use crate::cipher::BlockKey;
use crate::mac::{Padding, RetailMacKey};
use crate::parity;
use crate::pin::{all_digits, nibbles, visa_decimalise};

/// How the key of a card is derived (EMV book 2, A1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardKeyOption {
    /// From the last sixteen digits of PAN and sequence number.
    A,
    /// From SHA-1 over all of them. Also for PANs of 16 digits and fewer, where EMV's book has option A: so those who
    /// publish values have it.
    B,
}

/// The key of one card, double-length TDES, derived from an issuer's master key. Wiped on drop, mute.
#[derive(Debug)]
pub struct CardKey(Secret);

/// 16 bytes.
struct Secret(Zeroizing<[u8; 16]>);

impl core::fmt::Debug for Secret {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("..")
    }
}

impl CardKey {
    /// Derives it: `master` has 16 bytes, the PAN 12 to 19 ASCII digits, the sequence number two.
    ///
    /// # Errors
    /// [`CvvError`] for anything else.
    pub fn derive(
        master: &[u8],
        option: CardKeyOption,
        pan: &[u8],
        sequence: &[u8; 2],
    ) -> Result<Self, CvvError> {
        let master = BlockKey::tdes(master).map_err(|_| CvvError)?;
        let known = (12..=19).contains(&pan.len()) && all_digits(pan) && all_digits(sequence);
        if !known || master.key_len() != 16 {
            return Err(CvvError);
        }
        let digits = pan.iter().chain(sequence).map(|digit| digit & 0x0F);
        let values = match option {
            CardKeyOption::A => right(digits.rev()),
            CardKeyOption::B => {
                // Whole bytes: a zero in front of an odd number of digits.
                let mut text = [0; 11];
                let packed = right::<22>(digits.rev());
                let (pairs, _) = packed.as_chunks::<2>();
                text.iter_mut().zip(pairs).for_each(|(to, [high, low])| *to = (high << 4) | low);
                let from = text.len() - (pan.len() + 2).div_ceil(2);
                let hash = Sha1::digest(text.get(from..).ok_or(CvvError)?);
                visa_decimalise::<16>(nibbles::iter(&hash))
            }
        };
        let block = nibbles::pack(&values);
        let mut key = Zeroizing::new([0; 16]);
        let (left, right) = key.split_at_mut(8);
        left.copy_from_slice(&block);
        right.copy_from_slice(&block.map(|byte| !byte));
        master.ecb_encrypt(&mut *key).map_err(|_| CvvError)?;
        parity::make_odd(&mut *key);
        Ok(Self(Secret(key)))
    }

    /// Visa's dCVV, 3 digits: `counter` is the transaction counter of the card as its four nibbles are to stand in the PAN,
    /// so hexadecimal or decimal as the issuer has it; expiry and service code in ASCII digits.
    ///
    /// # Errors
    /// [`CvvError`] for what is no digit, and for a PAN of other than 12 to 19.
    pub fn dcvv(
        &self,
        pan: &[u8],
        expiry: &[u8; 4],
        service_code: &[u8; 3],
        counter: [u8; 2],
    ) -> Result<CardCode, CvvError> {
        let input = CvvInput::new(pan, expiry, service_code)?.with_counter(counter);
        CvvKey::new(&*self.0.0)?.code(&input, 3)
    }

    /// The IVCVC3 of a track: the last two bytes of the retail MAC over it (ISO/IEC 9797-1 algorithm 3, padding method 2).
    ///
    /// # Errors
    /// [`CvvError`], which no length of track makes.
    pub fn iv_cvc3(&self, track: &[u8]) -> Result<[u8; 2], CvvError> {
        let key = RetailMacKey::new(&*self.0.0).map_err(|_| CvvError)?;
        let mac = key.mac(Padding::Method2, &[track]).map_err(|_| CvvError)?;
        mac.as_bytes().last_chunk().copied().ok_or(CvvError)
    }

    /// Mastercard's CVC3: 3 to 5 digits, the last ones of the last two bytes of IVCVC3 ‖ unpredictable number ‖ transaction
    /// counter under the card's key.
    ///
    /// # Errors
    /// [`CvvError`] for another number of digits.
    pub fn cvc3(
        &self,
        iv_cvc3: [u8; 2],
        unpredictable: [u8; 4],
        counter: [u8; 2],
        digits: usize,
    ) -> Result<CardCode, CvvError> {
        if !(3..=5).contains(&digits) {
            return Err(CvvError);
        }
        let ([i1, i0], [u3, u2, u1, u0], [c1, c0]) = (iv_cvc3, unpredictable, counter);
        let key = BlockKey::tdes(&*self.0.0).map_err(|_| CvvError)?;
        let block =
            Zeroizing::new(key.encrypt8([i1, i0, u3, u2, u1, u0, c1, c0]).map_err(|_| CvvError)?);
        let [.., high, low] = *block;
        CardCode::last(u32::from(u16::from_be_bytes([high, low])), digits)
    }
}

/// The values of the last `N` digits, given from the right; zeros in front of fewer.
fn right<const N: usize>(from_the_right: impl Iterator<Item = u8>) -> [u8; N] {
    let mut values = [0; N];
    values.iter_mut().rev().zip(from_the_right).for_each(|(to, from)| *to = from);
    values
}
