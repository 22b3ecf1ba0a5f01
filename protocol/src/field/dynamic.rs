//! What the commands of dynamic CVV2s say beside keys, cards and values.

use super::{Checked, Expiry, KeyField, Names, Shelf, all_digits, always_valid, names_nothing};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Which CVV2s of a card are good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum DynamicMode {
    /// `0`: the static one alone.
    Static,
    /// `1`: dynamic ones alone.
    Dynamic,
    /// `2`: dynamic ones, and the static one too.
    DynamicWithFallback,
}

impl DynamicMode {
    /// The digit in the host dialect.
    #[must_use]
    pub const fn digit(self) -> u8 {
        match self {
            Self::Static => b'0',
            Self::Dynamic => b'1',
            Self::DynamicWithFallback => b'2',
        }
    }

    /// The mode with this digit.
    #[must_use]
    pub const fn from_digit(digit: u8) -> Option<Self> {
        match digit {
            b'0' => Some(Self::Static),
            b'1' => Some(Self::Dynamic),
            b'2' => Some(Self::DynamicWithFallback),
            _ => None,
        }
    }
}

/// How the dynamic CVV2 that was made last stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum DynamicState {
    /// `N`: there is none.
    NotGenerated,
    /// `E`: too late.
    Expired,
    /// `B`: no tries left.
    Blocked,
    /// `U`: no uses left.
    Used,
    /// `A`: good.
    Alive,
}

impl DynamicState {
    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::NotGenerated => b'N',
            Self::Expired => b'E',
            Self::Blocked => b'B',
            Self::Used => b'U',
            Self::Alive => b'A',
        }
    }
}

/// What the last verification said that came as far as a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum LastVerdict {
    /// `N`: there was none.
    None,
    /// `R`: right.
    Right,
    /// `W`: wrong.
    Wrong,
}

impl LastVerdict {
    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::None => b'N',
            Self::Right => b'R',
            Self::Wrong => b'W',
        }
    }
}

/// Which kind of CVV2 a value was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Cvv2Kind {
    /// `S`: the static one.
    Static,
    /// `D`: the dynamic one, which has a use less now.
    Dynamic,
}

impl Cvv2Kind {
    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Static => b'S',
            Self::Dynamic => b'D',
        }
    }
}

/// The number that tells cards with one PAN apart: two ASCII digits (EMV tag 5F34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CardSequence(pub [u8; 2]);

impl Checked for CardSequence {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.0, ErrorCode::InvalidInput)
    }
}

/// The id of a merchant (ISO 8583, field 42): 1 to 15 printable ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct MerchantId(pub String);

impl Checked for MerchantId {
    fn check(&self) -> Result<(), ErrorCode> {
        let text = self.0.trim_end_matches(' ');
        let printable = self.0.bytes().all(|byte| (32..127).contains(&byte));
        let fits = !text.is_empty() && self.0.len() <= 15 && printable;
        if fits { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

/// What the static CVV2 of the card is computed with.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct StaticCvv2 {
    /// The CVK pair.
    pub cvk: KeyField,
    /// The expiry in the order that the issuer's CVV2s have it in.
    pub expiry: Expiry,
}

impl Checked for StaticCvv2 {
    fn check(&self) -> Result<(), ErrorCode> {
        self.cvk.check()?;
        self.expiry.check()
    }
}

impl Names for StaticCvv2 {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.cvk.fill_in(shelf)
    }
}

always_valid!(DynamicMode);
names_nothing!(DynamicMode, CardSequence, MerchantId);

#[cfg(test)]
mod tests {
    use super::{CardSequence, DynamicMode, MerchantId};
    use crate::ErrorCode;
    use crate::field::Checked as _;

    #[test]
    fn bounds() {
        let merchant = |id: &str| MerchantId(id.to_owned()).check();
        for id in ["1", "SHOP 42        ", "123456789012345"] {
            assert_eq!(merchant(id), Ok(()), "{id}");
        }
        for id in ["", " ", "1234567890123456", "caf\u{e9}", "a\tb"] {
            assert_eq!(merchant(id), Err(ErrorCode::InvalidInput), "{id}");
        }
        assert_eq!(CardSequence(*b"01").check(), Ok(()));
        assert_eq!(CardSequence(*b"0x").check(), Err(ErrorCode::InvalidInput));
    }

    #[test]
    fn modes_have_digits() {
        for digit in 0..=u8::MAX {
            let mode = DynamicMode::from_digit(digit);
            assert_eq!(mode.is_some(), (b'0'..=b'2').contains(&digit));
            assert!(mode.is_none_or(|mode| mode.digit() == digit));
        }
    }
}
