//! Keys under variant LMKs and under ZMKs: TDES in ECB, with variants that say what a part of a key is for.
//!
//! For migration and for checking against published values; no integrity is protected, which is why key blocks exist.

use zeroize::Zeroizing;

use crate::cipher::{BlockKey, tdes_decrypt_once, tdes_encrypt_once};

/// XORed into the first byte of an LMK pair for the key-type variants 1 to 9.
const KEY_TYPE_MASKS: [u8; 10] = [0, 0xA6, 0x5A, 0x6A, 0xDE, 0x2B, 0x50, 0x74, 0x9C, 0xFA];
/// XORed into byte 8 of the wrapping key for the parts of a double-length key under scheme U.
const DOUBLE_MASKS: [u8; 2] = [0xA6, 0x5A];
/// XORed into byte 8 of the wrapping key for the parts of a triple-length key under scheme T.
const TRIPLE_MASKS: [u8; 3] = [0x6A, 0xDE, 0x2B];

/// A length, a variant or their combination is not one that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("key, wrapping key or variant does not fit the scheme")]
pub struct VariantError;

/// How the parts of a key are enciphered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Bare 16H and 32H, X, Y, Z: every part under the same key (ANSI X9.17).
    Plain,
    /// U (16 bytes) and T (24 bytes): every part under a variant of its own.
    PerPart,
}

/// Bytes of a wrapping key with a variant applied: an LMK pair (16 bytes) or a ZMK (8, 16 or 24).
pub struct WrappingKey {
    bytes: Zeroizing<[u8; 24]>,
    len: usize,
}

impl core::fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("WrappingKey(..)")
    }
}

impl WrappingKey {
    /// An LMK pair under the key-type variant, the first digit of a key type: 0, for none, to 9.
    pub fn lmk_pair(pair: &[u8; 16], variant: u8) -> Result<Self, VariantError> {
        let mask = KEY_TYPE_MASKS.get(usize::from(variant)).ok_or(VariantError)?;
        let mut key = Self::copy(pair)?;
        key.mask(0, *mask)?;
        Ok(key)
    }

    /// A ZMK of 8, 16 or 24 bytes under the Atalla variant: 0, for none, to 31.
    ///
    /// The variant times 8 is XORed into the first byte of each 8-byte part.
    pub fn zmk(zmk: &[u8], atalla: u8) -> Result<Self, VariantError> {
        let mask = atalla.checked_mul(8).ok_or(VariantError)?;
        let mut key = Self::copy(zmk)?;
        for part in (0..key.len).step_by(8) {
            key.mask(part, mask)?;
        }
        Ok(key)
    }

    fn copy(bytes: &[u8]) -> Result<Self, VariantError> {
        if !matches!(bytes.len(), 8 | 16 | 24) {
            return Err(VariantError);
        }
        let mut key = Self { bytes: Zeroizing::new([0; 24]), len: bytes.len() };
        for (to, from) in key.bytes.iter_mut().zip(bytes) {
            *to = *from;
        }
        Ok(key)
    }

    fn mask(&mut self, place: usize, mask: u8) -> Result<(), VariantError> {
        *self
            .bytes
            .get_mut(..self.len)
            .and_then(|key| key.get_mut(place))
            .ok_or(VariantError)? ^= mask;
        Ok(())
    }

    /// Enciphers a key of 8, 16 or 24 bytes in place.
    pub fn encrypt(&self, scheme: Scheme, key: &mut [u8]) -> Result<(), VariantError> {
        self.each_part(scheme, key, tdes_encrypt_once)
    }

    /// Deciphers a key of 8, 16 or 24 bytes in place.
    pub fn decrypt(&self, scheme: Scheme, key: &mut [u8]) -> Result<(), VariantError> {
        self.each_part(scheme, key, tdes_decrypt_once)
    }

    fn each_part(&self, scheme: Scheme, key: &mut [u8], cipher: Once) -> Result<(), VariantError> {
        let masks = match (scheme, key.len()) {
            (Scheme::Plain, 8 | 16 | 24) => [0; 3].as_slice(),
            (Scheme::PerPart, 16) => DOUBLE_MASKS.as_slice(),
            (Scheme::PerPart, 24) => TRIPLE_MASKS.as_slice(),
            (Scheme::Plain | Scheme::PerPart, _) => return Err(VariantError),
        };
        let (parts, _) = key.as_chunks_mut::<8>();
        for (part, mask) in parts.iter_mut().zip(masks) {
            let mut wrapping = Self { bytes: self.bytes.clone(), len: self.len };
            if scheme == Scheme::PerPart {
                wrapping.mask(8, *mask)?;
            }
            let bytes = wrapping.bytes.get(..wrapping.len).ok_or(VariantError)?;
            *part = cipher(bytes, *part).map_err(|_| VariantError)?;
        }
        Ok(())
    }

    /// The key, for data other than keys under the same pair.
    pub fn block_key(&self) -> Result<BlockKey, VariantError> {
        BlockKey::tdes(self.bytes.get(..self.len).ok_or(VariantError)?).map_err(|_| VariantError)
    }
}

type Once = fn(&[u8], [u8; 8]) -> Result<[u8; 8], crate::cipher::KeyLengthError>;
