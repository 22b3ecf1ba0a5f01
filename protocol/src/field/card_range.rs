//! Card numbers that are given out: ranges, batches, and the forms in which a number leaves.

use super::{Checked, DomainNumber, ZoneForm, all_digits, always_valid, names_nothing};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Card numbers of one length that begin with the same digits.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CardRange {
    /// The BIN, 6 to 12 ASCII digits.
    pub bin: Vec<u8>,
    /// Digits of a number, 13 to 19.
    pub length: u8,
}

impl CardRange {
    /// How many digits have to lie between BIN and check digit: a million numbers.
    const VARYING: usize = 6;
}

impl Checked for CardRange {
    fn check(&self) -> Result<(), ErrorCode> {
        if !(6..=12).contains(&self.bin.len()) {
            return Err(ErrorCode::InvalidInput);
        }
        all_digits(&self.bin, ErrorCode::InvalidInput)?;
        if !(13..=19).contains(&self.length) {
            return Err(ErrorCode::CardNumberLength);
        }
        if usize::from(self.length) < self.bin.len() + Self::VARYING + 1 {
            return Err(ErrorCode::TokenScheme);
        }
        Ok(())
    }
}

/// The name of a batch of card numbers: random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct BatchId(pub [u8; 16]);

always_valid!(BatchId);

/// How many card numbers are reserved at once: 1 to 99,999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Quantity(pub u32);

impl Checked for Quantity {
    fn check(&self) -> Result<(), ErrorCode> {
        if (1..=99_999).contains(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidIndex) }
    }
}

/// How many card numbers one answer may have: 1 to 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct MostCards(pub u16);

impl Checked for MostCards {
    fn check(&self) -> Result<(), ErrorCode> {
        if (1..=500).contains(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidIndex) }
    }
}

/// Which numbers of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Place {
    /// `N`: those that nobody had yet.
    Next,
    /// 5N: from this one on, counted from 0: again those that were given already, or the next ones if it is the first that
    /// was not. At most 99,998.
    From(u32),
}

impl Checked for Place {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Next | Self::From(0..=99_998) => Ok(()),
            Self::From(_) => Err(ErrorCode::InvalidIndex),
        }
    }
}

/// In which forms card numbers are to be given.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CardForms {
    /// `T`: as tokens of a domain.
    Token(DomainNumber),
    /// `E`, `R`: under the ZEK of a zone.
    ForZone(ZoneForm),
    /// `B`: both.
    Both(DomainNumber, ZoneForm),
    /// `C`: in clear, which only a developer's appliance does.
    Clear,
}

impl CardForms {
    /// The domain, if tokens are asked for.
    #[must_use]
    pub const fn domain(&self) -> Option<DomainNumber> {
        match self {
            Self::Token(domain) | Self::Both(domain, _) => Some(*domain),
            Self::ForZone(_) | Self::Clear => None,
        }
    }

    /// The zone, if the numbers are wanted under its ZEK.
    #[must_use]
    pub const fn zone(&self) -> Option<&ZoneForm> {
        match self {
            Self::ForZone(form) | Self::Both(_, form) => Some(form),
            Self::Token(_) | Self::Clear => None,
        }
    }
}

impl Checked for CardForms {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Token(domain) => domain.check(),
            Self::ForZone(form) => form.check(),
            Self::Both(domain, form) => {
                domain.check()?;
                form.check()
            }
            Self::Clear => Ok(()),
        }
    }
}

names_nothing!(BatchId, CardForms, CardRange, MostCards, Place, Quantity);

#[cfg(test)]
mod tests {
    use super::{CardRange, Checked as _, MostCards, Place, Quantity};
    use crate::ErrorCode;

    #[test]
    fn a_range_has_a_million_numbers() {
        let range = |bin: &str, length| CardRange { bin: bin.into(), length }.check();
        for (bin, length) in
            [("411111", 13), ("411111", 19), ("411111222", 16), ("411111222333", 19)]
        {
            assert_eq!(range(bin, length), Ok(()));
        }
        for (bin, length, code) in [
            ("41111", 16, ErrorCode::InvalidInput),
            ("4111112223334", 19, ErrorCode::InvalidInput),
            ("41111x", 16, ErrorCode::InvalidInput),
            ("411111", 12, ErrorCode::CardNumberLength),
            ("411111", 20, ErrorCode::CardNumberLength),
            ("4111112", 13, ErrorCode::TokenScheme),
            ("4111112223", 16, ErrorCode::TokenScheme),
        ] {
            assert_eq!(range(bin, length), Err(code), "{bin}/{length}");
        }
    }

    #[test]
    fn counts_have_bounds() {
        let refused = Err(ErrorCode::InvalidIndex);
        assert_eq!([1, 99_999].map(|count| Quantity(count).check()), [Ok(()); 2]);
        assert_eq!([0, 100_000].map(|count| Quantity(count).check()), [refused; 2]);
        assert_eq!([1, 500].map(|count| MostCards(count).check()), [Ok(()); 2]);
        assert_eq!([0, 501].map(|count| MostCards(count).check()), [refused; 2]);
        assert_eq!([0, 99_998].map(|place| Place::From(place).check()), [Ok(()); 2]);
        assert_eq!(Place::From(99_999).check(), refused);
    }
}
