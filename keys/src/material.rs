//! The bytes of a clear key, in the one type that holds them.
//!
//! They lie in the value itself, never on the heap: handlers run on stacks in secret memory, and so is whatever they keep there.

use crate::random::{Random, RandomFailed};
use crate::refusal::KeyRefused;
use crate::weak;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::{kcv, parity};
use std::fmt;
use std::ops::Range;
use zeroize::Zeroize;

/// The longest text that a key is deciphered in: a key of 32 bytes, its length, masking, padding and MAC are 64 at most
/// in every block that is in use.
pub(crate) const LONGEST: usize = 128;

/// A clear key of 8 to 32 bytes: wiped when dropped, not clonable, not comparable, not printable.
pub(crate) struct Material {
    /// The key, with whatever stood around it where it was deciphered.
    bytes: [u8; LONGEST],
    /// Bytes of it in use; the rest are zeros.
    used: usize,
    place: Range<usize>,
}

impl Drop for Material {
    fn drop(&mut self) {
        let used = self.used;
        self.bytes.get_mut(..used).unwrap_or_default().zeroize();
    }
}

impl Material {
    /// A copy of `bytes`, clear or still to be deciphered in place; `None` if there are too many.
    pub(crate) fn copy_of(bytes: &[u8]) -> Option<Self> {
        let mut made = Self { bytes: [0; LONGEST], used: bytes.len(), place: 0..bytes.len() };
        made.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(made)
    }

    /// All bytes, to be deciphered in place.
    pub(crate) fn text(&mut self) -> &mut [u8] {
        let used = self.used;
        self.bytes.get_mut(..used).unwrap_or_default()
    }

    /// The key is this part of what was deciphered.
    pub(crate) fn narrow(&mut self, place: Range<usize>) {
        self.place = place;
    }

    /// Random bytes; for an AES key nothing more is asked.
    pub(crate) fn random(length: usize, random: &mut dyn Random) -> Result<Self, RandomFailed> {
        let mut made = Self { bytes: [0; LONGEST], used: length, place: 0..length };
        random.fill(made.text())?;
        Ok(made)
    }

    /// A random DES key of `length` bytes: odd parity, no weak part, no equal parts.
    pub(crate) fn random_tdes(
        length: usize,
        random: &mut dyn Random,
    ) -> Result<Self, RandomFailed> {
        // A good source needs a second draw once in 2^50 times; one that keeps failing is broken.
        for _ in 0..16 {
            let mut key = Self::random(length, random)?;
            key.make_parity_odd();
            if !weak::has_weak_part(key.clear()) && !weak::has_equal_parts(key.clear()) {
                return Ok(key);
            }
        }
        Err(RandomFailed)
    }

    /// The clear bytes.
    pub(crate) fn clear(&self) -> &[u8] {
        self.bytes.get(self.place.clone()).unwrap_or_default()
    }

    /// Bytes in the key.
    pub(crate) fn len(&self) -> usize {
        self.clear().len()
    }

    /// Whether every byte has odd parity.
    pub(crate) fn is_parity_odd(&self) -> bool {
        parity::is_odd(self.clear())
    }

    /// Gives every byte odd parity.
    pub(crate) fn make_parity_odd(&mut self) {
        let place = self.place.clone();
        parity::make_odd(self.bytes.get_mut(place).unwrap_or_default());
    }

    /// The key expanded for its cipher; `None` if its length is not one of the cipher's.
    pub(crate) fn expand(&self, algorithm: Algorithm) -> Option<BlockKey> {
        algorithm.expand(self.clear())
    }
}

impl fmt::Debug for Material {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Material(…)")
    }
}

/// What cipher a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// DES in its double- and triple-length forms; single-length where the rules allow it.
    Tdes,
    /// AES of 128, 192 or 256 bits.
    Aes,
}

impl Algorithm {
    /// The algorithm with this letter in a key block header: `T` and `D` for (T)DES, `A` for AES.
    pub(crate) const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'T' | b'D' => Some(Self::Tdes),
            b'A' => Some(Self::Aes),
            _ => None,
        }
    }

    /// The letter in a key block header.
    pub(crate) const fn letter(self) -> u8 {
        match self {
            Self::Tdes => b'T',
            Self::Aes => b'A',
        }
    }

    /// `key` expanded; `None` if its length is not one of the cipher's.
    fn expand(self, key: &[u8]) -> Option<BlockKey> {
        match self {
            Self::Tdes => BlockKey::tdes(key).ok(),
            Self::Aes => BlockKey::aes(key).ok(),
        }
    }

    /// The whole check value of `key`, 8 bytes: zeros under TDES, CMAC over a block of zeros under AES.
    pub(crate) fn check_value(self, key: &[u8]) -> Result<[u8; 8], KeyRefused> {
        let key = self.expand(key).ok_or(KeyRefused::Internal)?;
        let value = match self {
            Self::Tdes => kcv::tdes(&key),
            Self::Aes => {
                kcv::aes(&key).map(|[a, b, c, d, e, f, g, h, ..]| [a, b, c, d, e, f, g, h])
            }
        };
        value.map_err(|_| KeyRefused::Internal)
    }

    /// Strength in bits of a key of `length` bytes (NIST SP 800-57 part 1, table 2; two-key TDES counts 80).
    pub(crate) const fn strength(self, length: usize) -> u16 {
        match (self, length) {
            (Self::Tdes, 24..) => 112,
            (Self::Tdes, 16..) => 80,
            (Self::Tdes, _) => 56,
            (Self::Aes, 32..) => 256,
            (Self::Aes, 24..) => 192,
            (Self::Aes, _) => 128,
        }
    }
}
