//! A Feistel network over two halves of a decimal number, after FF1 (NIST SP 800-38G 5.1).
//!
//! Divides by ten and by 10^7 alone, which the compiler knows and turns into multiplications: a division by a number that it
//! does not know takes more or less time by what is divided.

use subtle::{Choice, ConditionallySelectable};
use zeroize::Zeroizing;

use super::{DecimalKey, LmkPinError, account_field, power_of_ten, write_digits};
use crate::mac::CmacKey;
use crate::pin::{Account, LONGEST_PIN, SHORTEST_PIN};

/// Rounds: FF1 has 10, of which small domains are known to want more.
const ROUNDS: u8 = 24;

/// Digits of the longest half.
const LONGEST_HALF: usize = (LONGEST_PIN + 1).div_ceil(2);

/// Values of the longest half, a multiple of those of every other.
const LARGEST: u64 = 10_000_000;

pub(super) struct Network<'k> {
    key: &'k CmacKey,
    /// Digits in the left half, which is the shorter one, and in the right half.
    digits: [usize; 2],
    /// Round block: name 4, width 1, account 6; then round 1 and half 4, which differ from round to round.
    block: [u8; 16],
}

impl<'k> Network<'k> {
    pub(super) fn new(
        key: &'k DecimalKey,
        account: &Account,
        width: usize,
    ) -> Result<Self, LmkPinError> {
        if !(SHORTEST_PIN + 1..=LONGEST_PIN + 1).contains(&width) {
            return Err(LmkPinError::Input);
        }
        let mut block = [0; 16];
        let head = [b'L', b'P', b'I', b'N', u8::try_from(width).map_err(|_| LmkPinError::Input)?];
        let account = account_field(account)?;
        for (to, from) in block.iter_mut().zip(head.iter().chain(&account)) {
            *to = *from;
        }
        Ok(Self { key: &key.0, digits: [width / 2, width - width / 2], block })
    }

    /// Enciphers a number of `width` digits.
    pub(super) fn encrypt(&self, number: u64) -> Result<u64, LmkPinError> {
        let [left_digits, right_digits] = self.digits;
        let (mut left, mut right) = self.halves(number)?;
        for round in 0..ROUNDS {
            // Even rounds change the left half, odd rounds the right one; nothing changes places.
            if round % 2 == 0 {
                left = sum(left, self.round(round, right, left_digits)?, left_digits);
            } else {
                right = sum(right, self.round(round, left, right_digits)?, right_digits);
            }
        }
        Ok(self.whole(left, right))
    }

    /// Deciphers a number of `width` digits.
    pub(super) fn decrypt(&self, number: u64) -> Result<u64, LmkPinError> {
        let [left_digits, right_digits] = self.digits;
        let (mut left, mut right) = self.halves(number)?;
        for round in (0..ROUNDS).rev() {
            if round % 2 == 0 {
                left = difference(left, self.round(round, right, left_digits)?, left_digits);
            } else {
                right = difference(right, self.round(round, left, right_digits)?, right_digits);
            }
        }
        Ok(self.whole(left, right))
    }

    fn halves(&self, number: u64) -> Result<(u64, u64), LmkPinError> {
        let [left, right] = self.digits;
        let mut digits = Zeroizing::new([0; LONGEST_PIN + 1]);
        let digits = digits.get_mut(..left + right).ok_or(LmkPinError::Input)?;
        write_digits(number, digits);
        let (left, right) = digits.split_at_checked(left).ok_or(LmkPinError::Input)?;
        Ok((number_of(left), number_of(right)))
    }

    fn whole(&self, left: u64, right: u64) -> u64 {
        let [_, right_digits] = self.digits;
        left.wrapping_mul(power_of_ten(right_digits)).wrapping_add(right)
    }

    /// The last `digits` digits of the AES-CMAC of width, round, account and `half`.
    fn round(&self, round: u8, half: u64, digits: usize) -> Result<u64, LmkPinError> {
        let mut block = Zeroizing::new(self.block);
        // The last 5 bytes: the round, and the half, which has at most 7 digits.
        let half = half.to_be_bytes();
        let half = half.iter().skip(4);
        for (to, from) in block.iter_mut().skip(11).zip([round].iter().chain(half)) {
            *to = *from;
        }
        let mac = self.key.mac(&[block.as_slice()]).map_err(|_| LmkPinError::Input)?;
        // 128 bits against at most 10^7 values: the reduction is even to one part in 10^31.
        let (words, _) = mac.as_bytes().as_chunks::<4>();
        let rest = words.iter().fold(0, |rest: u64, word| {
            ((rest << 32) | u64::from(u32::from_be_bytes(*word))) % LARGEST
        });
        let mut last = Zeroizing::new([0; LONGEST_HALF]);
        let last = last.get_mut(..digits).ok_or(LmkPinError::Input)?;
        write_digits(rest, last);
        Ok(number_of(last))
    }
}

/// What digits stand for: at most 13 of them, so nothing wraps, and nothing asks whether it does.
fn number_of(digits: &[u8]) -> u64 {
    digits
        .iter()
        .fold(0u64, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(*digit)))
}

/// The sum of two numbers of so many digits, without what goes beyond them.
fn sum(a: u64, b: u64, digits: usize) -> u64 {
    let sum = a.wrapping_add(b);
    let (less, borrowed) = sum.overflowing_sub(power_of_ten(digits));
    u64::conditional_select(&less, &sum, Choice::from(u8::from(borrowed)))
}

/// The difference of two such numbers.
fn difference(a: u64, b: u64, digits: usize) -> u64 {
    sum(a, power_of_ten(digits).wrapping_sub(b), digits)
}
