//! Values of a card, and its PIN, as a request of the host dialect asks for them.

use super::{Bare, Fields};
use crate::ErrorCode;
use crate::field::{
    OffsetSource, OffsetTerms, ValueDigits, ValueKind, WantedPin, WantedValue, WantedValues,
};

impl Fields<'_> {
    /// 1N: how many digits of a value.
    ///
    /// # Errors
    /// 15 if it is no digit.
    pub fn value_digits(&mut self) -> Result<ValueDigits, ErrorCode> {
        let [digits] = self.digits()?;
        Ok(ValueDigits(digits - b'0'))
    }

    /// 1N, how many; then for each: which 1N, digits 1N, `0` or `1` for the halves of the expiry as they are or changed over, key.
    ///
    /// # Errors
    /// 15 for what is none of them, else as keys have it.
    pub fn wanted_values(&mut self) -> Result<WantedValues, ErrorCode> {
        let [count] = self.digits()?;
        (b'0'..count).map(|_| self.wanted_value()).collect::<Result<_, _>>().map(WantedValues)
    }

    fn wanted_value(&mut self) -> Result<WantedValue, ErrorCode> {
        let [kind] = self.chars()?;
        let kind = ValueKind::from_digit(kind).ok_or(ErrorCode::InvalidInput)?;
        let digits = self.value_digits()?;
        let swapped = self.flag()?;
        let cvk = self.key(Bare::Pair)?;
        Ok(WantedValue { kind, digits, swapped, cvk })
    }

    /// `0` or `1`.
    ///
    /// # Errors
    /// 15 if it is neither.
    pub fn flag(&mut self) -> Result<bool, ErrorCode> {
        match self.chars()? {
            [b'0'] => Ok(false),
            [b'1'] => Ok(true),
            [_] => Err(ErrorCode::InvalidInput),
        }
    }

    /// `P`, if it comes next: PVK, decimalisation table, validation data, then `R`, or `O`, check length 2N and offset 12H.
    ///
    /// # Errors
    /// 15, or as its parts have it.
    pub fn wanted_pin(&mut self) -> Result<Option<WantedPin>, ErrorCode> {
        if !self.skip(b'P') {
            return Ok(None);
        }
        let pvk = self.key(Bare::Single)?;
        let table = self.decimalisation_table()?;
        let validation_data = self.validation_data()?;
        let offset = match self.chars()? {
            [b'R'] => OffsetSource::OfCard,
            [b'O'] => {
                let check_length = self.check_length()?;
                OffsetSource::Given { check_length, offset: self.offset()? }
            }
            [_] => return Err(ErrorCode::InvalidInput),
        };
        let terms = OffsetTerms { table, validation_data };
        Ok(Some(WantedPin { pvk, terms, offset }))
    }
}
