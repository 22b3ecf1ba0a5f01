//! ANSI X9.143 key blocks (TR-31), versions A, B, C and D.
//!
//! B and D are the derivation binding method (X9.143 7.2.1), under TDES and AES; A and C the older variant method
//! (7.2.2), deprecated: they are opened, never made. The four-byte MAC of A and C is what they have.

use core::fmt;
use core::ops::Range;

use super::KeyBlockError;
use super::binding::{Binding, BlockMac, Family, Order, derive, variants};
use crate::mac::CmacKey;

/// A key-block protection key (KBPK) made ready for blocks of one version.
pub struct ProtectionKey {
    binding: Binding,
    version: Version,
}

/// The version of a block: its first character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// TDES, variant method: deprecated.
    A,
    /// TDES, derivation method.
    B,
    /// TDES, variant method: deprecated.
    C,
    /// AES, derivation method.
    D,
}

impl Version {
    /// The version that a header begins with.
    pub fn of(header: &[u8]) -> Result<Self, KeyBlockError> {
        match header.first() {
            Some(b'A') => Ok(Self::A),
            Some(b'B') => Ok(Self::B),
            Some(b'C') => Ok(Self::C),
            Some(b'D') => Ok(Self::D),
            _ => Err(KeyBlockError::Form),
        }
    }
}

impl fmt::Debug for ProtectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProtectionKey({:?}, ..)", self.version)
    }
}

impl ProtectionKey {
    /// Derives the encryption and MAC keys of a KBPK: 16 or 24 bytes of TDES for B (8, too, for A and C),
    /// 16, 24 or 32 bytes of AES for D.
    pub fn new(version: Version, kbpk: &[u8]) -> Result<Self, KeyBlockError> {
        let (keys, mac_len, order) = match version {
            Version::A | Version::C => (variants(kbpk)?, 4, Order::HeaderIsIv),
            Version::B => (derive(kbpk, Family::Tdes)?, 8, Order::MacIsIv),
            Version::D => (derive(kbpk, Family::Aes)?, 16, Order::MacIsIv),
        };
        let [encryption, mac] = keys;
        let mac = match version {
            Version::A | Version::C => BlockMac::Cbc(mac),
            Version::B | Version::D => {
                BlockMac::Cmac(CmacKey::new(mac).map_err(|_| KeyBlockError::WrappingKey)?)
            }
        };
        Ok(Self { binding: Binding { encryption, mac, mac_len, order }, version })
    }

    /// Opens a block within `body`, the binary ciphertext and MAC; `header` in ASCII with its optional blocks.
    /// Gives the place of the key in it, or an error and a wiped `body`.
    pub fn unwrap_in_place(
        &self,
        header: &[u8],
        body: &mut [u8],
    ) -> Result<Range<usize>, KeyBlockError> {
        self.same_version(header)?;
        self.binding.open(header, body)
    }

    /// Wraps a key in a body, versions B and D only. `random` is at least as long as the padding;
    /// the key's length is hidden up to `masked_len` bytes.
    pub fn wrap(
        &self,
        header: &[u8],
        key: &[u8],
        random: &[u8],
        masked_len: Option<usize>,
    ) -> Result<Vec<u8>, KeyBlockError> {
        self.same_version(header)?;
        match self.version {
            Version::A | Version::C => Err(KeyBlockError::Form),
            Version::B | Version::D => self.binding.wrap(header, key, random, masked_len),
        }
    }

    /// Bytes in a body for a key of `key_len` bytes; the header carries twice as many characters for it.
    #[must_use]
    pub fn body_len(&self, key_len: usize, masked_len: Option<usize>) -> usize {
        self.binding.body_len(key_len, masked_len)
    }

    fn same_version(&self, header: &[u8]) -> Result<(), KeyBlockError> {
        if Version::of(header)? == self.version { Ok(()) } else { Err(KeyBlockError::Form) }
    }
}

/// Opens one block under a KBPK used once. See [`ProtectionKey::unwrap_in_place`].
pub fn unwrap_in_place(
    kbpk: &[u8],
    header: &[u8],
    body: &mut [u8],
) -> Result<Range<usize>, KeyBlockError> {
    ProtectionKey::new(Version::of(header)?, kbpk)?.unwrap_in_place(header, body)
}

/// Makes one block under a KBPK used once. See [`ProtectionKey::wrap`].
pub fn wrap(
    kbpk: &[u8],
    header: &[u8],
    key: &[u8],
    random: &[u8],
    masked_len: Option<usize>,
) -> Result<Vec<u8>, KeyBlockError> {
    ProtectionKey::new(Version::of(header)?, kbpk)?.wrap(header, key, random, masked_len)
}
