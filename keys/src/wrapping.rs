//! A key that wraps keys in authenticated blocks: an LMK, or a ZMK in one of its forms.

use crate::attributes;
use crate::material::{Algorithm, Material};
use crate::random::Random;
use crate::refusal::KeyRefused;
use payhsm_crypto::key_block::KeyBlockError;
use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
use payhsm_crypto::key_block::x9143::{ProtectionKey, Version};
use payhsm_protocol::field::{BlockScheme, KeyAttributes, KeyBlock};
use zeroize::Zeroizing;

/// The longest padding behind a key: one AES block.
const LONGEST_PADDING: usize = 16;

/// The encryption and MAC keys of one kind of block, expanded.
pub(crate) enum BlockWrapping {
    /// Thales, version 0.
    ThalesTdes(TdesWrappingKey),
    /// Thales, version 1.
    ThalesAes(AesWrappingKey),
    /// ANSI X9.143, with its version letter.
    X9143(ProtectionKey, u8),
}

impl BlockWrapping {
    /// Thales blocks under a key of this cipher.
    pub(crate) fn thales(key: &[u8], algorithm: Algorithm) -> Result<Self, KeyRefused> {
        match algorithm {
            Algorithm::Tdes => TdesWrappingKey::new(key).map(Self::ThalesTdes),
            Algorithm::Aes => AesWrappingKey::new(key).map(Self::ThalesAes),
        }
        .map_err(|_| KeyRefused::Length)
    }

    /// X9.143 blocks of a version, which must go with the cipher of the key: D with AES, the others with TDES.
    pub(crate) fn x9143(key: &[u8], algorithm: Algorithm, version: u8) -> Result<Self, KeyRefused> {
        let made = match (version, algorithm) {
            (b'A', Algorithm::Tdes) => ProtectionKey::new(Version::A, key),
            (b'B', Algorithm::Tdes) => ProtectionKey::new(Version::B, key),
            (b'C', Algorithm::Tdes) => ProtectionKey::new(Version::C, key),
            (b'D', Algorithm::Aes) => ProtectionKey::new(Version::D, key),
            _ => return Err(KeyRefused::Scheme),
        };
        made.map(|key| Self::X9143(key, version)).map_err(|_| KeyRefused::Length)
    }

    /// Opens a block in place, MAC first. What the header says is still to be looked at.
    pub(crate) fn open(&self, block: &KeyBlock) -> Result<Material, KeyRefused> {
        if block.scheme != self.scheme() {
            return Err(KeyRefused::Scheme);
        }
        let mut key = Material::copy_of(&block.body).ok_or(KeyRefused::Length)?;
        let body = key.text();
        let place = match self {
            Self::ThalesTdes(under) => under.unwrap_in_place(&block.header, body),
            Self::ThalesAes(under) => under.unwrap_in_place(&block.header, body),
            Self::X9143(under, _) => under.unwrap_in_place(&block.header, body),
        };
        key.narrow(place.map_err(|_| KeyRefused::Authentication)?);
        Ok(key)
    }

    /// Wraps a key. `reserved` is the LMK id, `FF` in a Thales block under a ZMK, `00` in X9.143.
    pub(crate) fn seal(
        &self,
        key: &Material,
        algorithm: Algorithm,
        attributes: &KeyAttributes,
        reserved: [u8; 2],
        random: &mut dyn Random,
    ) -> Result<KeyBlock, KeyRefused> {
        let body_len = self.body_len(key.len());
        let header = attributes::write(attributes, algorithm, self.version(), reserved, body_len)?;
        let mut fill = Zeroizing::new([0; LONGEST_PADDING]);
        random.fill(fill.as_mut_slice())?;
        let body = self.wrap(&header, key.clear(), fill.as_slice());
        Ok(KeyBlock {
            scheme: self.scheme(),
            header,
            body: body.map_err(|_| KeyRefused::Internal)?,
        })
    }

    fn wrap(&self, header: &[u8], key: &[u8], fill: &[u8]) -> Result<Vec<u8>, KeyBlockError> {
        match self {
            Self::ThalesTdes(wrapping) => wrapping.wrap(header, key, fill, None),
            Self::ThalesAes(wrapping) => wrapping.wrap(header, key, fill, None),
            Self::X9143(wrapping, _) => wrapping.wrap(header, key, fill, None),
        }
    }

    fn body_len(&self, key_len: usize) -> usize {
        match self {
            Self::ThalesTdes(wrapping) => wrapping.body_len(key_len, None),
            Self::ThalesAes(wrapping) => wrapping.body_len(key_len, None),
            Self::X9143(wrapping, _) => wrapping.body_len(key_len, None),
        }
    }

    const fn scheme(&self) -> BlockScheme {
        match self {
            Self::ThalesTdes(_) | Self::ThalesAes(_) => BlockScheme::Thales,
            Self::X9143(..) => BlockScheme::X9143,
        }
    }

    /// First character of the header.
    const fn version(&self) -> u8 {
        match self {
            Self::ThalesTdes(_) => b'0',
            Self::ThalesAes(_) => b'1',
            Self::X9143(_, version) => *version,
        }
    }
}
