//! PINs: in blocks, under the LMK and, where a profile allows it, in clear.

use super::{Checked, all_digits, always_valid};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// An encrypted PIN block: 8 bytes, or 16 under an AES key (ISO 9564 format 4).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub enum PinBlock {
    /// Under a TDES key.
    Tdes([u8; 8]),
    /// Under an AES key.
    Aes([u8; 16]),
}

always_valid!(PinBlock);

impl PinBlock {
    /// The encrypted bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        match self {
            Self::Tdes(block) => block,
            Self::Aes(block) => block,
        }
    }

    /// A block from 8 or 16 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            8 => bytes.first_chunk().copied().map(Self::Tdes),
            16 => bytes.first_chunk().copied().map(Self::Aes),
            _ => None,
        }
    }
}

/// The PIN block format codes of the host language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, SchemaRead, SchemaWrite)]
pub enum PinBlockFormat {
    /// 01: ISO 9564 format 0 (ANSI X9.8).
    Iso0,
    /// 03: Diebold, IBM ATM.
    Diebold,
    /// 04: PLUS network.
    Plus,
    /// 05: ISO 9564 format 1.
    Iso1,
    /// 34: ISO 9564 format 2, for chip cards.
    Iso2,
    /// 46: AS 2805.3 format 8.
    As2805Format8,
    /// 47: ISO 9564 format 3.
    Iso3,
    /// 48: ISO 9564 format 4, AES.
    Iso4,
}

always_valid!(PinBlockFormat);

impl PinBlockFormat {
    /// Every format, in the order of the codes.
    pub const ALL: [Self; 8] = [
        Self::Iso0,
        Self::Diebold,
        Self::Plus,
        Self::Iso1,
        Self::Iso2,
        Self::As2805Format8,
        Self::Iso3,
        Self::Iso4,
    ];

    /// The two digits of the host dialect.
    #[must_use]
    pub const fn code(self) -> [u8; 2] {
        match self {
            Self::Iso0 => *b"01",
            Self::Diebold => *b"03",
            Self::Plus => *b"04",
            Self::Iso1 => *b"05",
            Self::Iso2 => *b"34",
            Self::As2805Format8 => *b"46",
            Self::Iso3 => *b"47",
            Self::Iso4 => *b"48",
        }
    }

    /// The format with this code.
    #[must_use]
    pub fn from_code(code: [u8; 2]) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }
}

/// A PIN encrypted under the LMK.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub enum LmkPin {
    /// Under a DES LMK: 5 to 13 ASCII digits, one more than the longest PIN.
    Digits(Vec<u8>),
    /// Under an AES LMK (`J` and 32 hex digits in the host dialect).
    Block([u8; 16]),
}

impl Checked for LmkPin {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Digits(digits) if (5..=13).contains(&digits.len()) => {
                all_digits(digits, ErrorCode::InvalidPinUnderLmk)
            }
            Self::Digits(_) => Err(ErrorCode::InvalidPinUnderLmk),
            Self::Block(_) => Ok(()),
        }
    }
}

/// A PIN in clear, ASCII digits: only BA and NG carry it, where the profile allows them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct ClearPin(pub Vec<u8>);

impl Checked for ClearPin {
    fn check(&self) -> Result<(), ErrorCode> {
        if !(4..=12).contains(&self.0.len()) {
            return Err(ErrorCode::InvalidPinLength);
        }
        all_digits(&self.0, ErrorCode::InvalidInput)
    }
}

/// How many digits a PIN has: 4 to 12.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct PinLength(pub u8);

impl Checked for PinLength {
    fn check(&self) -> Result<(), ErrorCode> {
        if (4..=12).contains(&self.0) { Ok(()) } else { Err(ErrorCode::InvalidPinLength) }
    }
}

/// PINs that a caller does not want to see given out: all of one length.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct ExcludedPins {
    /// How many digits each of them has.
    #[zeroize(skip)]
    pub length: PinLength,
    /// The PINs one behind the other, ASCII digits; 1 to 99 PINs.
    pub digits: Vec<u8>,
}

impl ExcludedPins {
    /// The most that a message can name.
    pub const MOST: usize = 99;

    /// The PINs.
    pub fn pins(&self) -> impl Iterator<Item = &[u8]> {
        self.digits.chunks_exact(usize::from(self.length.0).max(1))
    }
}

impl Checked for ExcludedPins {
    fn check(&self) -> Result<(), ErrorCode> {
        self.length.check().map_err(|_| ErrorCode::PinLengthMismatch)?;
        let length = usize::from(self.length.0);
        if self.digits.is_empty() || self.digits.len() > Self::MOST * length {
            return Err(ErrorCode::InvalidCount);
        }
        if !self.digits.len().is_multiple_of(length) {
            return Err(ErrorCode::InvalidInput);
        }
        all_digits(&self.digits, ErrorCode::InvalidInput)
    }
}

impl std::fmt::Debug for PinBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PinBlock({} B)", self.as_slice().len())
    }
}

impl std::fmt::Debug for LmkPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LmkPin(…)")
    }
}

impl std::fmt::Debug for ExcludedPins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ExcludedPins({})", self.pins().count())
    }
}

impl std::fmt::Debug for ClearPin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClearPin(…)")
    }
}
