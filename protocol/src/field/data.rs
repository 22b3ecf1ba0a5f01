//! Data that is encrypted, decrypted and authenticated: the M-commands.

use super::{Checked, always_valid};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// How the host dialect writes data; the compact dialect always carries bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum DataFormat {
    /// `0`: bytes as they are.
    Binary,
    /// `1`: two hex digits a byte.
    Hex,
    /// `2`: characters as they are.
    Text,
}

always_valid!(DataFormat);

impl DataFormat {
    /// The format with this digit.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            b'0' => Some(Self::Binary),
            b'1' => Some(Self::Hex),
            b'2' => Some(Self::Text),
            _ => None,
        }
    }

    /// How many characters `bytes` bytes take up.
    #[must_use]
    pub const fn characters(self, bytes: usize) -> usize {
        match self {
            Self::Binary | Self::Text => bytes,
            Self::Hex => bytes.saturating_mul(2),
        }
    }
}

/// A block that a chain of blocks starts from, or goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum InitialVector {
    /// For a TDES key.
    Tdes([u8; 8]),
    /// For an AES key.
    Aes([u8; 16]),
}

always_valid!(InitialVector);

impl InitialVector {
    /// The block.
    #[must_use]
    pub const fn as_slice(&self) -> &[u8] {
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

/// A mode of operation and what it starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CipherMode {
    /// `00`: every block by itself.
    Ecb,
    /// `01`: blocks chained.
    Cbc(InitialVector),
    /// `02`: a stream, byte by byte.
    Cfb8(InitialVector),
    /// `03`: a stream, block by block (64 bits for TDES, 128 for AES).
    Cfb(InitialVector),
}

always_valid!(CipherMode);

/// A mode of operation whose starting block comes later in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CipherModeCode {
    /// `00`
    Ecb,
    /// `01`
    Cbc,
    /// `02`
    Cfb8,
    /// `03`
    Cfb,
}

impl CipherModeCode {
    /// The mode with these digits.
    #[must_use]
    pub const fn from_digits(digits: [u8; 2]) -> Option<Self> {
        match &digits {
            b"00" => Some(Self::Ecb),
            b"01" => Some(Self::Cbc),
            b"02" => Some(Self::Cfb8),
            b"03" => Some(Self::Cfb),
            _ => None,
        }
    }
}

/// A message authentication code: 4 or 8 bytes.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Mac(pub Vec<u8>);

impl Checked for Mac {
    fn check(&self) -> Result<(), ErrorCode> {
        if matches!(self.0.len(), 4 | 8) { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

impl std::fmt::Debug for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Mac({} B)", self.0.len())
    }
}

/// How much of a MAC is given out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum MacSize {
    /// `0`: the left 4 bytes.
    Half,
    /// `1`: the left 8 bytes.
    Full,
}

always_valid!(MacSize);

impl MacSize {
    /// The size with this digit.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            b'0' => Some(Self::Half),
            b'1' => Some(Self::Full),
            _ => None,
        }
    }

    /// Bytes in a MAC of this size.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Half => 4,
            Self::Full => 8,
        }
    }
}

/// How data is filled up to whole blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum MacPadding {
    /// `0`: not at all; the data must be whole blocks.
    None,
    /// `1`: zeros where needed (ISO/IEC 9797-1 method 1).
    Zeros,
    /// `2`: X'80' and zeros, always (ISO/IEC 9797-1 method 2).
    OneAndZeros,
}

always_valid!(MacPadding);

/// How a MAC is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum MacMethod {
    /// `1`: ISO/IEC 9797-1 algorithm 1 (ANSI X9.9 with a single-length key).
    CbcMac(MacPadding),
    /// `3`: ISO/IEC 9797-1 algorithm 3 (ANSI X9.19).
    RetailMac(MacPadding),
    /// `5`, `6`: CMAC (ISO/IEC 9797-1 algorithm 5, NIST SP 800-38B); it pads by itself.
    Cmac,
}

always_valid!(MacMethod);

impl MacMethod {
    /// The method with these two digits, algorithm and padding.
    ///
    /// # Errors
    /// 04 if there is no such algorithm, 09 if the padding does not go with it.
    pub const fn from_codes(algorithm: u8, padding: u8) -> Result<Self, ErrorCode> {
        let padding = match padding {
            b'0' => Some(MacPadding::None),
            b'1' => Some(MacPadding::Zeros),
            b'2' => Some(MacPadding::OneAndZeros),
            _ => None,
        };
        match (algorithm, padding) {
            (b'1', Some(padding)) => Ok(Self::CbcMac(padding)),
            (b'3', Some(padding)) => Ok(Self::RetailMac(padding)),
            (b'5' | b'6', Some(MacPadding::None) | None) => Ok(Self::Cmac),
            (b'1' | b'3' | b'5' | b'6', _) => Err(ErrorCode::InvalidPadding),
            _ => Err(ErrorCode::INVALID_ALGORITHM),
        }
    }
}

/// Which part of a message the data is, when a MAC is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum MacPart {
    /// `0`: all of it.
    Only,
    /// `1`: the beginning; whole blocks.
    First,
    /// `2`: the middle, and the value that the part before gave; whole blocks.
    Middle(InitialVector),
    /// `3`: the end, and the value that the part before gave.
    Last(InitialVector),
}

always_valid!(MacPart);

/// Which part of a message the data is, when a MAC is verified.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum VerifyPart {
    /// `0`: all of it, and its MAC.
    Only(Mac),
    /// `1`: the beginning; whole blocks.
    First,
    /// `2`: the middle, and the value that the part before gave; whole blocks.
    Middle(InitialVector),
    /// `3`: the end, the value that the part before gave, and the MAC.
    Last(InitialVector, Mac),
}

impl Checked for VerifyPart {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Only(mac) | Self::Last(_, mac) => mac.check(),
            Self::First | Self::Middle(_) => Ok(()),
        }
    }
}
