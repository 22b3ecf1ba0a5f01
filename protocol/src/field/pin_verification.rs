//! What a PIN is verified against: tables, validation data, offsets, PVVs.

use super::{Checked, StoredKey, all_digits};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A decimalisation table as a request gives it.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum DecimalisationTable {
    /// 16 ASCII digits in clear: only where the settings allow it.
    Plain([u8; 16]),
    /// Under a DES LMK: 8 bytes.
    UnderDesLmk([u8; 8]),
    /// Under an AES LMK (`L` and 32 hex digits in the host dialect).
    UnderAesLmk([u8; 16]),
    /// The one that officers bound to this PVK, which has to be the PVK of the request.
    OfPvk(StoredKey),
}

impl Checked for DecimalisationTable {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Plain(digits) => all_digits(digits, ErrorCode::InvalidDecimalisationTable),
            Self::UnderDesLmk(_) | Self::UnderAesLmk(_) => Ok(()),
            Self::OfPvk(named) => named.check(),
        }
    }
}

/// PIN validation data of the IBM 3624 method.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ValidationData {
    /// 12 characters: hex digits and one `N`, where the last five account digits go.
    Pattern([u8; 12]),
    /// `P` and 16 hex digits: the whole block.
    Block([u8; 8]),
}

impl Checked for ValidationData {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Pattern(characters) => {
                let marks = characters.iter().filter(|&&byte| byte == b'N').count();
                let others = characters.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
                if marks == 1 && others == 11 { Ok(()) } else { Err(ErrorCode::InvalidInput) }
            }
            Self::Block(_) => Ok(()),
        }
    }
}

impl std::fmt::Debug for DecimalisationTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain(_) => "DecimalisationTable(plain)",
            Self::UnderDesLmk(_) => "DecimalisationTable(under a DES LMK)",
            Self::UnderAesLmk(_) => "DecimalisationTable(under an AES LMK)",
            Self::OfPvk(_) => "DecimalisationTable(stored)",
        })
    }
}

impl std::fmt::Debug for ValidationData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValidationData(…)")
    }
}

/// An IBM 3624 offset: 12 characters, digits on the left, `F` on the right.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct Offset(pub [u8; 12]);

impl Offset {
    /// The digits before the fill.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        let length = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.0.get(..length).unwrap_or_default()
    }

    /// Left-justifies up to 12 digits.
    #[must_use]
    pub fn from_digits(digits: &[u8]) -> Option<Self> {
        let mut offset = [b'F'; 12];
        offset.get_mut(..digits.len())?.copy_from_slice(digits);
        Some(Self(offset))
    }
}

impl Checked for Offset {
    fn check(&self) -> Result<(), ErrorCode> {
        let filled = self.0.iter().skip(self.digits().len()).all(|&byte| byte == b'F');
        if filled { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl std::fmt::Debug for Offset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Offset(…)")
    }
}

/// How many PIN digits an offset covers: 4 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CheckLength(pub u8);

impl Checked for CheckLength {
    fn check(&self) -> Result<(), ErrorCode> {
        // Fewer than 4 digits would let a caller verify a PIN digit by digit.
        if (4..=12).contains(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

/// A PIN verification key index: one digit, 0 to 9 (Visa uses 1 to 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Pvki(pub u8);

impl Checked for Pvki {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0 <= 9 { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

/// A Visa PIN verification value: 4 ASCII digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct Pvv(pub [u8; 4]);

impl Checked for Pvv {
    fn check(&self) -> Result<(), ErrorCode> {
        all_digits(&self.0, ErrorCode::InvalidInput)
    }
}

impl std::fmt::Debug for Pvv {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pvv(…)")
    }
}
