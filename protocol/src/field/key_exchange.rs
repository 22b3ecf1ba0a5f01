//! How a key is to leave or to arrive.

use super::{
    Checked, Exportability, KeyAttributes, KeyField, KeyScheme, Names, OptionalBlock, Shelf,
    always_valid,
};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// The key that another key is, or is to be, encrypted under.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum WrappingKey {
    /// A zone master key.
    Zmk(KeyField),
    /// A terminal master key (`;1` in the host dialect).
    Tmk(KeyField),
}

impl Checked for WrappingKey {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Zmk(key) | Self::Tmk(key) => key.check(),
        }
    }
}

impl Names for WrappingKey {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        match self {
            Self::Zmk(key) | Self::Tmk(key) => key.fill_in(shelf),
        }
    }
}

/// The version of an X9.143 key block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum BlockVersion {
    /// `A`: TDES, keys by variant; deprecated by its authors.
    A,
    /// `B`: TDES, keys by derivation.
    B,
    /// `C`: TDES, keys by variant; deprecated by its authors.
    C,
    /// `D`: AES, keys by derivation.
    D,
}

always_valid!(BlockVersion);

impl BlockVersion {
    /// The letter in a header.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::A => b'A',
            Self::B => b'B',
            Self::C => b'C',
            Self::D => b'D',
        }
    }

    /// The version with this letter.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'A' => Some(Self::A),
            b'B' => Some(Self::B),
            b'C' => Some(Self::C),
            b'D' => Some(Self::D),
            _ => None,
        }
    }
}

/// What the header of a key that leaves is to say (the `&` tail of the host dialect).
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ExportHeader {
    /// What the key says here.
    Kept,
    /// What the key says here, but this exportability.
    Exportability(Exportability),
    /// All of this: for a key that has no header here.
    Attributes(KeyAttributes),
}

impl Checked for ExportHeader {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Kept | Self::Exportability(_) => Ok(()),
            Self::Attributes(attributes) => attributes.check(),
        }
    }
}

/// In what form a key is to leave.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ExportForm {
    /// The scheme.
    pub scheme: KeyScheme,
    /// The header, if the scheme has one.
    pub header: ExportHeader,
    /// The version, if the scheme is X9.143; else what suits the wrapping key.
    pub version: Option<BlockVersion>,
}

impl Checked for ExportForm {
    fn check(&self) -> Result<(), ErrorCode> {
        self.header.check()
    }
}

/// What the header of a key that arrives is to say here (the `#` tail of the host dialect).
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ImportHeader {
    /// What it said when it came.
    Kept,
    /// What it said when it came, but this usage and these further optional blocks.
    Usage([u8; 2], Vec<OptionalBlock>),
    /// All of this: for a key that came without a header.
    Attributes(KeyAttributes),
}

impl Checked for ImportHeader {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Kept => Ok(()),
            Self::Usage(usage, _) if !usage.iter().all(u8::is_ascii_alphanumeric) => {
                Err(ErrorCode::KeyBlockUsage)
            }
            Self::Usage(_, optional_blocks) => optional_blocks.check(),
            Self::Attributes(attributes) => attributes.check(),
        }
    }
}

/// An Atalla variant of a ZMK: 0 (the ZMK as it is) to 99.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct AtallaVariant(pub u8);

impl Checked for AtallaVariant {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0 <= 99 { Ok(()) } else { Err(ErrorCode::InvalidInput) }
    }
}

/// How much of a key check value is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CheckValueType {
    /// `0`: 16H, all of it.
    Whole,
    /// `1`: 6H, three bytes.
    Short,
}

always_valid!(CheckValueType);

impl CheckValueType {
    /// The type with this digit.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            b'0' => Some(Self::Whole),
            b'1' => Some(Self::Short),
            _ => None,
        }
    }
}

/// How long a caller says that a key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum KeyLengthFlag {
    /// `0`: 8 bytes.
    Single,
    /// `1`: 16 bytes.
    Double,
    /// `2`: 24 bytes.
    Triple,
    /// `F`: as the key block says.
    KeyBlock,
}

always_valid!(KeyLengthFlag);

impl KeyLengthFlag {
    /// The flag with this character.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            b'0' => Some(Self::Single),
            b'1' => Some(Self::Double),
            b'2' => Some(Self::Triple),
            b'F' => Some(Self::KeyBlock),
            _ => None,
        }
    }

    /// Whether it says what is so of this key.
    #[must_use]
    pub const fn fits(self, key: &KeyField) -> bool {
        match (key, self) {
            // A block knows its length; what the flag says of it does not matter.
            (KeyField::Block(_) | KeyField::Stored(_), _) => true,
            (KeyField::Cryptogram(key), Self::Single) => key.bytes.len() == 8,
            (KeyField::Cryptogram(key), Self::Double) => key.bytes.len() == 16,
            (KeyField::Cryptogram(key), Self::Triple) => key.bytes.len() == 24,
            (KeyField::Cryptogram(_), Self::KeyBlock) => false,
        }
    }
}

/// The schemes that the `;` tail of an exchange command asks for; `None` is `0`, "reserved".
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ExchangeSchemes {
    /// For the key under the ZMK (or TMK, or current key).
    pub wrapped: Option<KeyScheme>,
    /// For the key under the LMK.
    pub lmk: Option<KeyScheme>,
}

always_valid!(ExchangeSchemes);

/// The `;` tail of an exchange command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ExchangeOptions {
    /// The schemes.
    pub schemes: ExchangeSchemes,
    /// How much of the check value.
    pub check_value: CheckValueType,
}

always_valid!(ExchangeOptions);
