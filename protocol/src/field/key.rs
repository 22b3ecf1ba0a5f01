//! How a message names a key.

use super::stored::StoredKey;
use super::{Checked, always_valid, names_nothing};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// A key in a request or a reply: encrypted, under an LMK or under a ZMK, or named.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum KeyField {
    /// An authenticated key block.
    Block(KeyBlock),
    /// A cryptogram of the variant or X9.17 schemes: legacy.
    Cryptogram(Cryptogram),
    /// The name of a key that officers stored; only in a request, until the engine has put the key in its place.
    Stored(StoredKey),
}

/// Which key block form it is: the scheme letter in front of it in the host dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum BlockScheme {
    /// `S`: Thales key block.
    Thales,
    /// `R`: ANSI X9.143 (TR-31) key block.
    X9143,
}

/// A key block: its header in clear, its body encrypted and authenticated.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct KeyBlock {
    /// `S` or `R`.
    pub scheme: BlockScheme,
    /// 16 ASCII characters and the optional blocks, exactly as they are authenticated.
    pub header: Vec<u8>,
    /// Ciphertext and MAC, binary.
    pub body: Vec<u8>,
}

/// The scheme letter of a cryptogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CryptogramScheme {
    /// No letter: single length, or a pair of single-length halves.
    Bare,
    /// `Z`: single length.
    Z,
    /// `U`: double length, a variant for each half.
    U,
    /// `T`: triple length, a variant for each third.
    T,
    /// `X`: double length, ANSI X9.17.
    X,
    /// `Y`: triple length, ANSI X9.17.
    Y,
}

/// A key that comes with the request and is not only named: for commands that give it back under the LMK. What is
/// stored stays in the store, where officers can disable it.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct SentKey(pub KeyField);

names_nothing!(SentKey);

impl Checked for SentKey {
    fn check(&self) -> Result<(), ErrorCode> {
        match &self.0 {
            KeyField::Stored(_) => Err(ErrorCode::InvalidKeyScheme),
            KeyField::Block(_) | KeyField::Cryptogram(_) => self.0.check(),
        }
    }
}

/// A key encrypted without authentication: 8, 16 or 24 bytes.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Cryptogram {
    /// How it was encrypted.
    pub scheme: CryptogramScheme,
    /// The encrypted key.
    pub bytes: Vec<u8>,
}

/// A key check value: 3 bytes, or 8 where an old client asks for all of it.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CheckValue(pub Vec<u8>);

always_valid!(CheckValue);

impl BlockScheme {
    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Thales => b'S',
            Self::X9143 => b'R',
        }
    }
}

impl CryptogramScheme {
    /// The letter in the host dialect, if there is one.
    #[must_use]
    pub const fn letter(self) -> Option<u8> {
        match self {
            Self::Bare => None,
            Self::Z => Some(b'Z'),
            Self::U => Some(b'U'),
            Self::T => Some(b'T'),
            Self::X => Some(b'X'),
            Self::Y => Some(b'Y'),
        }
    }
}

impl KeyBlock {
    /// The fixed part of the header.
    pub const FIXED_HEADER: usize = 16;

    fn at<const N: usize>(&self, from: usize) -> Option<[u8; N]> {
        self.header.get(from..)?.first_chunk().copied()
    }

    /// Version id, header byte 0.
    #[must_use]
    pub fn version(&self) -> Option<u8> {
        self.at::<1>(0).map(|[byte]| byte)
    }

    /// Key usage, header bytes 5 and 6.
    #[must_use]
    pub fn usage(&self) -> Option<[u8; 2]> {
        self.at(5)
    }

    /// Algorithm, header byte 7: `T` for TDES, `A` for AES.
    #[must_use]
    pub fn algorithm(&self) -> Option<u8> {
        self.at::<1>(7).map(|[byte]| byte)
    }

    /// Whether this says that it holds an AES key (so a PIN block under it is 16 bytes long).
    #[must_use]
    pub fn says_aes(&self) -> bool {
        self.algorithm() == Some(b'A')
    }

    /// Mode of use, header byte 8.
    #[must_use]
    pub fn mode_of_use(&self) -> Option<u8> {
        self.at::<1>(8).map(|[byte]| byte)
    }

    /// Exportability, header byte 11.
    #[must_use]
    pub fn exportability(&self) -> Option<u8> {
        self.at::<1>(11).map(|[byte]| byte)
    }
}

impl Checked for KeyField {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Block(block) => {
                let printable = block.header.iter().all(|byte| (0x20..0x7f).contains(byte));
                let sizes = (KeyBlock::FIXED_HEADER..=9999).contains(&block.header.len())
                    && (1..=9999).contains(&block.body.len());
                if printable && sizes { Ok(()) } else { Err(ErrorCode::KeyBlockAuthentication) }
            }
            Self::Cryptogram(cryptogram) => {
                let fits = match cryptogram.scheme {
                    CryptogramScheme::Bare => matches!(cryptogram.bytes.len(), 8 | 16),
                    CryptogramScheme::Z => cryptogram.bytes.len() == 8,
                    CryptogramScheme::U | CryptogramScheme::X => cryptogram.bytes.len() == 16,
                    CryptogramScheme::T | CryptogramScheme::Y => cryptogram.bytes.len() == 24,
                };
                if fits { Ok(()) } else { Err(ErrorCode::InvalidKeyScheme) }
            }
            Self::Stored(named) => named.check(),
        }
    }
}

// Encrypted keys are not secret, but a log needs no more of them than what kind they are.
impl std::fmt::Debug for KeyField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Block(block) => block.fmt(f),
            Self::Cryptogram(cryptogram) => cryptogram.fmt(f),
            Self::Stored(named) => named.fmt(f),
        }
    }
}

impl std::fmt::Debug for KeyBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let header = String::from_utf8_lossy(&self.header);
        write!(f, "{}{header}…", char::from(self.scheme.letter()))
    }
}

impl std::fmt::Debug for Cryptogram {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}({} B)", self.scheme, self.bytes.len())
    }
}
