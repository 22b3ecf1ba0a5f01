//! Card numbers that look random and never repeat: an encrypted counter, and the check digit.
//!
//! Our own scheme: prefix ‖ FF1 of the counter in the digits between prefix and check digit ‖ check digit, with the tweak
//! `PI` ‖ version 1 ‖ length ‖ prefix. FF1 is a permutation, so two counters never have one number.

use crate::card::luhn::check_digit;
use crate::fpe::{Domain, Ff1Key, FpeError};
use crate::pin::all_digits;

/// Digits of the longest prefix: 19 without the fewest that vary and the check digit.
const LONGEST_PREFIX: usize = 12;

/// Bytes of the tweak in front of the prefix.
const HEAD: usize = 4;

/// Why there is no such range, or no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The prefix is not 6 to 12 digits, the length not 13 to 19, or fewer than six digits are between prefix and check digit.
    #[error("not a range of card numbers")]
    Range,
    /// The range has not so many numbers.
    #[error("no card number is left in the range")]
    Exhausted,
    /// What cannot happen to a key of AES.
    #[error("internal failure")]
    Internal,
}

impl From<FpeError> for RangeError {
    fn from(_: FpeError) -> Self {
        Self::Internal
    }
}

/// Card numbers of one length with one prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardRange {
    tweak: [u8; HEAD + LONGEST_PREFIX],
    prefix: usize,
    length: usize,
    varying: Domain,
}

impl CardRange {
    /// Numbers of `length` digits, 13 to 19 with the check digit, that begin with `prefix`, 6 to 12 ASCII digits; at least six
    /// digits have to be between the prefix and the check digit.
    ///
    /// # Errors
    /// [`RangeError::Range`]
    pub fn new(prefix: &[u8], length: usize) -> Result<Self, RangeError> {
        let known = (6..=LONGEST_PREFIX).contains(&prefix.len()) && all_digits(prefix);
        if !known || !(13..=19).contains(&length) {
            return Err(RangeError::Range);
        }
        let varying = length.checked_sub(prefix.len() + 1).ok_or(RangeError::Range)?;
        let varying = Domain::new(10, varying).map_err(|_| RangeError::Range)?;
        let mut tweak = [0; HEAD + LONGEST_PREFIX];
        let digits = u8::try_from(length).map_err(|_| RangeError::Range)?;
        let head = [b'P', b'I', 1, digits];
        tweak.iter_mut().zip(head.iter().chain(prefix)).for_each(|(to, from)| *to = *from);
        Ok(Self { tweak, prefix: prefix.len(), length, varying })
    }

    /// How many numbers there are: 10^6 to 10^12.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        std::iter::repeat_n(10, self.varying.length()).product()
    }

    /// Digits in a number.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Writes the number of a counter, from 0 to [`CardRange::capacity`] − 1, into `to`: ASCII digits, as many as the range says.
    ///
    /// # Errors
    /// [`RangeError::Exhausted`]; [`RangeError::Range`] for another number of digits in `to`.
    pub fn card_number(&self, key: &Ff1Key, counter: u64, to: &mut [u8]) -> Result<(), RangeError> {
        if counter >= self.capacity() {
            return Err(RangeError::Exhausted);
        }
        let tweak = self.tweak.get(..HEAD + self.prefix).ok_or(RangeError::Internal)?;
        let (_, prefix) = tweak.split_at_checked(HEAD).ok_or(RangeError::Internal)?;
        if to.len() != self.length {
            return Err(RangeError::Range);
        }
        let (check, rest) = to.split_last_mut().ok_or(RangeError::Range)?;
        let (left, varying) = rest.split_at_mut_checked(self.prefix).ok_or(RangeError::Range)?;
        left.copy_from_slice(prefix);
        // A counter is no secret: it is divided as numbers are.
        let mut rest_of_counter = counter;
        for digit in varying.iter_mut().rev() {
            let [.., last] = (rest_of_counter % 10).to_be_bytes();
            *digit = b'0' + last;
            rest_of_counter /= 10;
        }
        key.encrypt(&self.varying, tweak, varying)?;
        *check = check_digit(rest);
        Ok(())
    }
}
