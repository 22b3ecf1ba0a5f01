//! What the commands of PIN life (WA to WM) say beside keys, cards and PIN blocks.

use super::{
    CheckLength, Checked, DecimalisationTable, Offset, Pvki, Pvv, ValidationData, always_valid,
    names_nothing,
};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Through what a customer or an employee came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Channel {
    /// `I`: interactive voice response.
    Ivr,
    /// `A`: a cash machine.
    Atm,
    /// `W`: web.
    Web,
    /// `B`: the issuing bank.
    Bank,
    /// `C`: a call centre.
    CallCentre,
    /// `F`: a fraud department.
    Fraud,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 6] =
        [Self::Ivr, Self::Atm, Self::Web, Self::Bank, Self::CallCentre, Self::Fraud];

    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Ivr => b'I',
            Self::Atm => b'A',
            Self::Web => b'W',
            Self::Bank => b'B',
            Self::CallCentre => b'C',
            Self::Fraud => b'F',
        }
    }

    /// The channel with this letter.
    #[must_use]
    pub fn from_letter(letter: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.letter() == letter)
    }
}

/// What the IBM 3624 method needs beside a key and an offset.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct OffsetTerms {
    /// The decimalisation table.
    pub table: DecimalisationTable,
    /// The PIN validation data.
    pub validation_data: ValidationData,
}

impl Checked for OffsetTerms {
    fn check(&self) -> Result<(), ErrorCode> {
        self.table.check()?;
        self.validation_data.check()
    }
}

/// How a new PIN is to be verified.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ReferenceTerms {
    /// By a PVV that is made with this index.
    Pvv(Pvki),
    /// By an offset.
    Offset {
        /// The index that goes with it.
        pvki: Pvki,
        /// How many PIN digits it covers.
        check_length: CheckLength,
        /// What else it is made with.
        terms: OffsetTerms,
    },
}

impl Checked for ReferenceTerms {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Pvv(pvki) => pvki.check(),
            Self::Offset { pvki, check_length, terms } => {
                pvki.check()?;
                check_length.check()?;
                terms.check()
            }
        }
    }
}

/// What the PIN of a card is verified against.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum PinReference {
    /// A PVV.
    Pvv {
        /// The index that it was made with.
        pvki: Pvki,
        /// 4 digits.
        pvv: Pvv,
    },
    /// An offset.
    Offset {
        /// The index that goes with it.
        pvki: Pvki,
        /// How many PIN digits it covers, at most as many as it has.
        check_length: CheckLength,
        /// 4 to 12 digits.
        offset: Offset,
    },
}

impl Checked for PinReference {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Pvv { pvki, pvv } => {
                pvki.check()?;
                pvv.check()
            }
            Self::Offset { pvki, check_length, offset } => {
                pvki.check()?;
                check_length.check()?;
                offset.check()?;
                let covered = usize::from(check_length.0) <= offset.digits().len();
                if covered { Ok(()) } else { Err(ErrorCode::InvalidInput) }
            }
        }
    }
}

/// What to do with the PIN of a card by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum PinStatus {
    /// `B`: no try is allowed.
    Block,
    /// `U`: no wrong try counts any more, and tries are allowed.
    Unblock,
}

impl PinStatus {
    /// The status with this letter.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'B' => Some(Self::Block),
            b'U' => Some(Self::Unblock),
            _ => None,
        }
    }
}

/// Whether a PIN is blocked, and by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum PinBlocked {
    /// `N0`: it is not.
    No,
    /// `BT`: by wrong tries.
    ByTries,
    /// `BH`: by hand.
    ByHand,
}

impl PinBlocked {
    /// The two characters of the host dialect: `N` or `B`, and why.
    #[must_use]
    pub const fn code(self) -> [u8; 2] {
        match self {
            Self::No => *b"N0",
            Self::ByTries => *b"BT",
            Self::ByHand => *b"BH",
        }
    }
}

always_valid!(Channel, PinStatus);
names_nothing!(Channel, OffsetTerms, PinReference, PinStatus, ReferenceTerms);

#[cfg(test)]
mod tests {
    use super::{Channel, PinReference};
    use crate::ErrorCode;
    use crate::field::{CheckLength, Checked as _, Offset, Pvki};

    #[test]
    fn a_channel_has_one_letter() {
        for letter in 0..=u8::MAX {
            let channel = Channel::from_letter(letter);
            assert_eq!(channel.is_some(), b"IAWBCF".contains(&letter));
            assert!(channel.is_none_or(|channel| channel.letter() == letter));
        }
    }

    #[test]
    fn an_offset_has_the_digits_that_it_covers() {
        let offset = |digits: &[u8], check_length| PinReference::Offset {
            pvki: Pvki(1),
            check_length: CheckLength(check_length),
            offset: Offset::from_digits(digits).unwrap(),
        };
        assert_eq!(offset(b"123456", 4).check(), Ok(()));
        assert_eq!(offset(b"123456", 6).check(), Ok(()));
        for (digits, check_length) in [(&b"123456"[..], 7), (b"123456", 3), (b"", 4)] {
            let refused = offset(digits, check_length).check();
            assert_eq!(refused, Err(ErrorCode::InvalidInput));
        }
    }
}
