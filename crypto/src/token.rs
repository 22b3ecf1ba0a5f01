//! Tokens of card numbers that a key turns back: as long as the number, with its last four digits, and told apart from it.
//!
//! | scheme | token | domain |
//! |---|---|---|
//! | PT-A | 6 or 8 digits kept, a letter, letters and digits, 4 digits kept | 14 to 19 digits; with 8 kept, 16 to 19 |
//! | PT-9 | `9`, digits, 4 digits kept | 13 to 19 digits |
//!
//! Our own schemes, by FF1. In PT-A the m digits between what is kept are a number x; 10·36^(m−1) + x in radix 36 begins with
//! a letter, and FF1 is done again until what comes out begins with one (cycle walking, 1.4 times in the mean). In PT-9 the
//! check digit makes one digit of the others superfluous: the last before the four that are kept is left out and found again.
//! The tweak names scheme, domain, length and what is kept, so tokens of another domain are others.
//!
//! A token alone shows digits of its number on purpose. How many times PT-A walks can be seen by the time that it takes;
//! of a number that tells less than its own token does.

mod alphanumeric;
mod numeric;

use crate::card::is_luhn;
use crate::fpe::{Ff1Key, FpeError};

/// Digits at the end that every token keeps.
const KEPT_RIGHT: usize = 4;

/// Characters of the longest number.
const LONGEST: usize = 19;

/// How tokens are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenScheme {
    /// PT-A with the first six digits kept.
    PtA6,
    /// PT-A with the first eight digits kept.
    PtA8,
    /// PT-9.
    Pt9,
}

/// Why there is no token, or no number of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not 13 to 19 digits of which the last is the check digit.
    #[error("not a card number")]
    Number,
    /// Numbers of this length have no tokens of this scheme: there are too few.
    #[error("the scheme has no tokens of card numbers of this length")]
    Scheme,
    /// It has not the form of the scheme's tokens.
    #[error("not of the form of a token")]
    Malformed,
    /// It has the form, but nobody made it with this key for this domain.
    #[error("not a token of this domain")]
    Invalid,
    /// What cannot happen to a key of AES.
    #[error("internal failure")]
    Internal,
}

impl From<FpeError> for TokenError {
    fn from(_: FpeError) -> Self {
        Self::Internal
    }
}

impl TokenScheme {
    /// Makes the token of a card number in place: 13 to 19 ASCII digits with the right check digit become as many ASCII
    /// digits and capital letters. `domain` is any number; tokens of one are nothing in another.
    ///
    /// # Errors
    /// [`TokenError::Number`], [`TokenError::Scheme`]; the number is then as it was.
    pub fn encode(self, key: &Ff1Key, domain: u16, number: &mut [u8]) -> Result<(), TokenError> {
        if !(13..=LONGEST).contains(&number.len()) || !is_luhn(number) {
            return Err(TokenError::Number);
        }
        match self {
            Self::PtA6 => alphanumeric::encode(key, domain, 6, number),
            Self::PtA8 => alphanumeric::encode(key, domain, 8, number),
            Self::Pt9 => numeric::encode(key, domain, number),
        }
    }

    /// Turns the token back in place.
    ///
    /// Whatever has the form of PT-9 is a token of some number. Of what somebody makes up in the form of PT-A, the larger part
    /// is refused: of 16 characters all but one in 15,000.
    ///
    /// # Errors
    /// [`TokenError::Malformed`], [`TokenError::Invalid`]; the token is then as it was.
    pub fn decode(self, key: &Ff1Key, domain: u16, token: &mut [u8]) -> Result<(), TokenError> {
        match self {
            Self::PtA6 => alphanumeric::decode(key, domain, 6, token),
            Self::PtA8 => alphanumeric::decode(key, domain, 8, token),
            Self::Pt9 => numeric::decode(key, domain, token),
        }
    }

    /// Whether card numbers of `length` digits have tokens of this scheme.
    #[must_use]
    pub fn has_length(self, length: usize) -> bool {
        match self {
            Self::PtA6 => (14..=LONGEST).contains(&length),
            Self::PtA8 => (16..=LONGEST).contains(&length),
            Self::Pt9 => (13..=LONGEST).contains(&length),
        }
    }
}

/// The tweak: `PT`, scheme, version 1, domain, length, digits kept on either side, and these digits.
struct Tweak {
    bytes: [u8; 32],
    used: usize,
}

impl Tweak {
    fn new(
        scheme: u8,
        domain: u16,
        length: usize,
        left: &[u8],
        right: &[u8; KEPT_RIGHT],
    ) -> Result<Self, TokenError> {
        let byte = |number: usize| u8::try_from(number).map_err(|_| TokenError::Internal);
        let [high, low] = domain.to_be_bytes();
        let kept = [byte(left.len())?, byte(KEPT_RIGHT)?];
        let head = [b'P', b'T', scheme, 1, high, low, byte(length)?];
        let all = head.iter().chain(&kept).chain(left).chain(right);
        let mut tweak =
            Self { bytes: [0; 32], used: head.len() + kept.len() + left.len() + KEPT_RIGHT };
        tweak.bytes.iter_mut().zip(all).for_each(|(to, from)| *to = *from);
        Ok(tweak)
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.used).unwrap_or_default()
    }
}
