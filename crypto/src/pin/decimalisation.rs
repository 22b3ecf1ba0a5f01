//! The table that turns hexadecimal into decimal digits for IBM 3624 PINs.

use core::fmt;

use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::told::{Told, told};

/// The table is not sixteen decimal digits, or they are spread too badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an acceptable decimalisation table")]
pub struct DecimalisationTableError;

/// Sixteen decimal digits, one for each nibble 0 to F. Mute, for whoever can choose tables can find PINs.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DecimalisationTable([u8; 16]);

impl fmt::Debug for DecimalisationTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecimalisationTable(..)")
    }
}

impl DecimalisationTable {
    /// A table from 16 ASCII digits.
    pub fn from_digits(digits: &[u8]) -> Result<Self, DecimalisationTableError> {
        let digits: &[u8; 16] = digits.as_array().ok_or(DecimalisationTableError)?;
        Self::from_values(digits.map(|digit| digit.wrapping_sub(b'0')))
    }

    /// A table from 8 bytes of packed digits.
    pub fn from_packed(packed: &[u8; 8]) -> Result<Self, DecimalisationTableError> {
        Self::from_values(*super::nibbles::unpack(packed))
    }

    fn from_values(values: [u8; 16]) -> Result<Self, DecimalisationTableError> {
        let table = Self(values);
        let wrong = table.0.iter().fold(0, |wrong, value| wrong | above(*value, 9));
        if told(Told::Table, wrong.ct_eq(&0)) { Ok(table) } else { Err(DecimalisationTableError) }
    }

    /// The digits packed to 8 bytes.
    #[must_use]
    pub fn packed(&self) -> [u8; 8] {
        super::nibbles::pack(&self.0)
    }

    /// The rule against tables that give PINs away: at least 8 different digits, none more than 4 times
    /// (host language error 25).
    pub fn check_spread(&self) -> Result<(), DecimalisationTableError> {
        let (mut different, mut too_often) = (0u8, 0);
        for digit in 0..10u8 {
            let same = |value: &u8| 1 ^ above(value ^ digit, 0);
            let times = self.0.iter().map(same).fold(0, u8::wrapping_add);
            too_often |= above(times, 4);
            different = different.wrapping_add(above(times, 0));
        }
        if told(Told::Table, (too_often | above(8, different)).ct_eq(&0)) {
            Ok(())
        } else {
            Err(DecimalisationTableError)
        }
    }

    /// The digit for a nibble 0..=15, found without a secret index.
    pub(crate) fn digit(&self, nibble: u8) -> u8 {
        let mut digit = 0;
        for (place, value) in (0u8..).zip(&self.0) {
            digit.conditional_assign(value, place.ct_eq(&nibble));
        }
        digit
    }
}

/// 1 if `value` is higher than `most`, else 0; both below 128, or `value` any where `most` is below 128.
fn above(value: u8, most: u8) -> u8 {
    (most.wrapping_sub(value) | value) >> 7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_digits_and_nothing_else() {
        for bad in ["", "012345678901234", "01234567890123456", "012345678901234A"] {
            assert!(DecimalisationTable::from_digits(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn spread() {
        let ok = |digits: &str| {
            DecimalisationTable::from_digits(digits.as_bytes()).unwrap().check_spread().is_ok()
        };
        assert!(ok("0123456789012345"));
        assert!(ok("0123456700011223"));
        assert!(!ok("0123456700001123")); // 0 five times
        assert!(!ok("0123456012345601")); // seven different digits
        assert!(!ok("0000000000000001"));
    }
}
