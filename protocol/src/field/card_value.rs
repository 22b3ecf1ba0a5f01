//! Values of a card that are made for a partner: which of them, and the PIN.

use super::{
    CheckLength, Checked, KeyField, Names, Offset, OffsetTerms, SeenAccount, Shelf, always_valid,
    names_nothing,
};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Which value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ValueKind {
    /// `1`: the CVV of the magnetic stripe, with the service code of the card.
    Cvv,
    /// `2`: the CVV2, which is printed: service code 000.
    Cvv2,
    /// `3`: the iCVV of the chip: service code 999.
    Icvv,
}

always_valid!(ValueKind);

impl ValueKind {
    /// The value with this digit.
    #[must_use]
    pub const fn from_digit(digit: u8) -> Option<Self> {
        match digit {
            b'1' => Some(Self::Cvv),
            b'2' => Some(Self::Cvv2),
            b'3' => Some(Self::Icvv),
            _ => None,
        }
    }
}

/// How many digits of a value: 3, and up to 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ValueDigits(pub u8);

impl Checked for ValueDigits {
    fn check(&self) -> Result<(), ErrorCode> {
        if (3..=5).contains(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

/// A value that is wanted.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct WantedValue {
    /// Which one.
    pub kind: ValueKind,
    /// How long.
    pub digits: ValueDigits,
    /// Whether it is made with the halves of the expiry changed over: MMYY for YYMM.
    pub swapped: bool,
    /// Its key.
    pub cvk: KeyField,
}

impl WantedValue {
    /// The most of them in a request.
    pub const MOST: usize = 9;
}

/// The values that are wanted, at most [`WantedValue::MOST`].
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct WantedValues(pub Vec<WantedValue>);

impl Checked for WantedValues {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0.len() > WantedValue::MOST {
            return Err(ErrorCode::InvalidIndex);
        }
        self.0.iter().try_for_each(|value| {
            value.digits.check()?;
            value.cvk.check()
        })
    }
}

impl Names for WantedValues {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.0.iter_mut().try_for_each(|value| value.cvk.fill_in(shelf))
    }
}

/// Of which offset a PIN is derived.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum OffsetSource {
    /// `R`: of the one that the card has here.
    OfCard,
    /// `O`: of this one.
    Given {
        /// How many PIN digits it covers, and so how many the PIN has.
        check_length: CheckLength,
        /// The offset.
        offset: Offset,
    },
}

/// A PIN that is to be derived by the IBM 3624 method.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct WantedPin {
    /// The PVK.
    pub pvk: KeyField,
    /// Decimalisation table and validation data.
    pub terms: OffsetTerms,
    /// The offset.
    pub offset: OffsetSource,
}

impl Checked for WantedPin {
    fn check(&self) -> Result<(), ErrorCode> {
        self.pvk.check()?;
        self.terms.check()?;
        match &self.offset {
            OffsetSource::OfCard => Ok(()),
            OffsetSource::Given { check_length, offset } => {
                check_length.check()?;
                offset.check()?;
                let covered = usize::from(check_length.0) <= offset.digits().len();
                if covered { Ok(()) } else { Err(ErrorCode::InvalidInput) }
            }
        }
    }
}

impl Names for WantedPin {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.pvk.fill_in(shelf)
    }

    fn mention(&self, _: &mut dyn FnMut(SeenAccount)) {}
}

names_nothing!(ValueKind, ValueDigits);

#[cfg(test)]
mod tests {
    use super::{
        Checked as _, OffsetSource, ValueDigits, ValueKind, WantedPin, WantedValue, WantedValues,
    };
    use crate::ErrorCode;
    use crate::field::{
        CheckLength, DecimalisationTable, KeyField, Offset, OffsetTerms, StoredKey, ValidationData,
    };

    fn label(name: &str) -> KeyField {
        KeyField::Stored(StoredKey::Label(name.to_owned()))
    }

    fn values(count: usize, digits: u8) -> WantedValues {
        let digits = ValueDigits(digits);
        let value = WantedValue { kind: ValueKind::Cvv, digits, swapped: false, cvk: label("cvk") };
        WantedValues(vec![value; count])
    }

    #[test]
    fn values_have_bounds() {
        for (count, digits) in [(0, 3), (9, 3), (1, 4), (1, 5)] {
            assert_eq!(values(count, digits).check(), Ok(()));
        }
        assert_eq!(values(10, 3).check(), Err(ErrorCode::InvalidIndex));
        assert_eq!(values(1, 2).check(), Err(ErrorCode::InvalidInput));
        assert_eq!(values(1, 6).check(), Err(ErrorCode::InvalidInput));
        for digit in 0..=u8::MAX {
            assert_eq!(ValueKind::from_digit(digit).is_some(), b"123".contains(&digit));
        }
    }

    #[test]
    fn an_offset_has_the_digits_that_it_covers() {
        let pin = |offset| WantedPin {
            pvk: label("pvk"),
            terms: OffsetTerms {
                table: DecimalisationTable::UnderDesLmk([0; 8]),
                validation_data: ValidationData::Block([0; 8]),
            },
            offset,
        };
        let given = |digits: &[u8], check_length| OffsetSource::Given {
            check_length: CheckLength(check_length),
            offset: Offset::from_digits(digits).unwrap(),
        };
        assert_eq!(pin(OffsetSource::OfCard).check(), Ok(()));
        assert_eq!(pin(given(b"1234", 4)).check(), Ok(()));
        assert_eq!(pin(given(b"1234", 5)).check(), Err(ErrorCode::InvalidInput));
        assert_eq!(pin(given(b"1234", 3)).check(), Err(ErrorCode::InvalidInput));
    }
}
