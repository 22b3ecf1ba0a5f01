//! What a key block says about its key, as a caller asks for it in A0, A6 and A8.

use super::{Checked, always_valid};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// The scheme letter that a caller wants a key to be returned in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum KeyScheme {
    /// `S`: Thales key block.
    Thales,
    /// `R`: ANSI X9.143 key block.
    X9143,
    /// `Z` (or `0`): single length, no letter in the answer.
    Z,
    /// `U`: double length, variant.
    U,
    /// `T`: triple length, variant.
    T,
    /// `X`: double length, X9.17.
    X,
    /// `Y`: triple length, X9.17.
    Y,
}

always_valid!(KeyScheme);

impl KeyScheme {
    /// The scheme with this letter.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'S' => Some(Self::Thales),
            b'R' => Some(Self::X9143),
            b'Z' | b'0' => Some(Self::Z),
            b'U' => Some(Self::U),
            b'T' => Some(Self::T),
            b'X' => Some(Self::X),
            b'Y' => Some(Self::Y),
            _ => None,
        }
    }
}

/// Exportability, header byte 11 of a key block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Exportability {
    /// `E`: only in a trusted form, a key block.
    Trusted,
    /// `N`: not at all.
    None,
    /// `S`: in any form, also one that is not a key block.
    Sensitive,
}

always_valid!(Exportability);

impl Exportability {
    /// The letter in a header.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Trusted => b'E',
            Self::None => b'N',
            Self::Sensitive => b'S',
        }
    }

    /// The exportability with this letter.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'E' => Some(Self::Trusted),
            b'N' => Some(Self::None),
            b'S' => Some(Self::Sensitive),
            _ => None,
        }
    }
}

/// One optional block of a key block header.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct OptionalBlock {
    /// Two-character id.
    pub id: [u8; 2],
    /// Its data, printable ASCII, at most 251 characters.
    pub data: Vec<u8>,
}

impl Checked for OptionalBlock {
    fn check(&self) -> Result<(), ErrorCode> {
        let printable = |bytes: &[u8]| bytes.iter().all(|byte| (0x20..0x7f).contains(byte));
        if printable(&self.id) && printable(&self.data) && self.data.len() <= 251 {
            Ok(())
        } else {
            Err(ErrorCode::KeyBlockOptionalBlocks)
        }
    }
}

/// The attributes that a new key block is to carry (the `#` tail of the host dialect).
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct KeyAttributes {
    /// Key usage, two characters.
    pub usage: [u8; 2],
    /// Algorithm and length: `T2`, `T3`, `A1`, `A2`, `A3` (`D1` single DES is refused); `None`
    /// where the key already exists.
    pub algorithm: Option<[u8; 2]>,
    /// Mode of use, one character.
    pub mode_of_use: u8,
    /// Key version number, two characters.
    pub version: [u8; 2],
    /// May the key leave, and how.
    pub exportability: Exportability,
    /// Optional blocks, in order.
    pub optional_blocks: Vec<OptionalBlock>,
}

impl Checked for KeyAttributes {
    fn check(&self) -> Result<(), ErrorCode> {
        let alphanumeric = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_alphanumeric);
        if !alphanumeric(&self.usage) {
            return Err(ErrorCode::KeyBlockUsage);
        }
        if !matches!(self.algorithm.as_ref(), None | Some(b"T2" | b"T3" | b"A1" | b"A2" | b"A3")) {
            return Err(ErrorCode::KeyBlockAlgorithm);
        }
        if !alphanumeric(&[self.mode_of_use]) {
            return Err(ErrorCode::KeyBlockMode);
        }
        if !alphanumeric(&self.version) {
            return Err(ErrorCode::KeyBlockVersion);
        }
        self.optional_blocks.check()
    }
}
