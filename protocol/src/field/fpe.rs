//! Texts that are encrypted into texts.

use super::{Checked, names_nothing};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The most bytes of a tweak.
const LONGEST_TWEAK: usize = 64;

/// How many different numerals there are: 2 to 36, the digits and then capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Radix(pub u8);

/// What else the encryption of a text depends on, no secret: 0 to 64 bytes. It may be a part of a card number all the same.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Tweak(pub Vec<u8>);

/// A text of numerals: ASCII digits and capital letters.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct Numerals(pub Vec<u8>);

names_nothing!(Radix, Tweak, Numerals);

impl Checked for Radix {
    fn check(&self) -> Result<(), ErrorCode> {
        if (2..=36).contains(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl Checked for Tweak {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0.len() <= LONGEST_TWEAK { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl Checked for Numerals {
    fn check(&self) -> Result<(), ErrorCode> {
        let fits = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        if self.0.iter().all(fits) { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl std::fmt::Debug for Tweak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tweak({} bytes)", self.0.len())
    }
}

impl std::fmt::Debug for Numerals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Numerals({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Numerals, Radix, Tweak};
    use crate::ErrorCode;
    use crate::field::Checked as _;

    #[test]
    fn bounds() {
        for radix in 0..=255 {
            let fits = (2..=36).contains(&radix);
            let expected = if fits { Ok(()) } else { Err(ErrorCode::InvalidInput) };
            assert_eq!(Radix(radix).check(), expected, "{radix}");
        }
        assert_eq!(Tweak(vec![0; 64]).check(), Ok(()));
        assert_eq!(Tweak(vec![0; 65]).check(), Err(ErrorCode::InvalidInput));
        let numerals = |text: &str| Numerals(text.as_bytes().to_vec());
        assert_eq!(numerals("0189AZ").check(), Ok(()));
        assert_eq!(numerals("0189az").check(), Err(ErrorCode::InvalidInput));
        assert!(!format!("{:?}", numerals("0189AZ")).contains("0189"));
    }
}
