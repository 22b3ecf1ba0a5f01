//! Account numbers.

use super::{Checked, all_digits};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A full primary account number, ASCII digits with the check digit: 12 to 19 of them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct Pan(pub Vec<u8>);

/// The account number that goes with a PIN block.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub enum Account {
    /// The 12 right-most digits of the PAN without its check digit (formats 01, 03, 05, 34, 47).
    Pan12([u8; 12]),
    /// 18 characters, right-justified, `F` on the left: format 04 (PLUS).
    Plus18([u8; 18]),
    /// The whole PAN: format 48 (ISO 9564 format 4).
    Full(Pan),
}

impl Account {
    /// The 12 right-most digits without the check digit, whatever form was given.
    #[must_use]
    pub fn pan12(&self) -> Option<[u8; 12]> {
        match self {
            Self::Pan12(digits) => Some(*digits),
            Self::Plus18(digits) => digits.last_chunk().copied(),
            Self::Full(pan) => {
                let (_check_digit, rest) = pan.0.split_last()?;
                rest.last_chunk().copied()
            }
        }
    }
}

impl Checked for Pan {
    fn check(&self) -> Result<(), ErrorCode> {
        if !(12..=19).contains(&self.0.len()) {
            return Err(ErrorCode::InvalidAccount);
        }
        all_digits(&self.0, ErrorCode::InvalidAccount)
    }
}

impl Checked for Account {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Pan12(digits) => all_digits(digits, ErrorCode::InvalidAccount),
            Self::Plus18(digits) => {
                let fill = digits.iter().take_while(|&&byte| byte == b'F').count();
                // 12 digits are XORed into the block; fewer would bind the PIN to nothing.
                if fill > 6 {
                    return Err(ErrorCode::InvalidAccount);
                }
                all_digits(digits.get(fill..).unwrap_or_default(), ErrorCode::InvalidAccount)
            }
            Self::Full(pan) => pan.check(),
        }
    }
}

impl std::fmt::Debug for Pan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pan({} digits)", self.0.len())
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pan12(_) => "Account(12 digits)",
            Self::Plus18(_) => "Account(18 digits)",
            Self::Full(_) => "Account(full PAN)",
        })
    }
}
