//! The bytes of a clear key, in the one type that holds them.
//!
//! Private to the crate: whatever later decides where key bytes may live (locked memory) changes this file.

use crate::random::{Random, RandomFailed};
use crate::weak;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::parity;
use std::fmt;
use std::ops::Range;
use zeroize::Zeroizing;

/// A clear key of 8 to 32 bytes: wiped when dropped, not clonable, not comparable, not printable.
pub(crate) struct Material {
    /// The key, with whatever stood around it where it was deciphered.
    bytes: Zeroizing<Vec<u8>>,
    place: Range<usize>,
}

impl Material {
    /// A key that is all of `bytes`.
    pub(crate) fn whole(bytes: Zeroizing<Vec<u8>>) -> Self {
        let place = 0..bytes.len();
        Self { bytes, place }
    }

    /// A key that was deciphered in place, as the part `place` of `bytes`.
    pub(crate) fn part(bytes: Zeroizing<Vec<u8>>, place: Range<usize>) -> Self {
        Self { bytes, place }
    }

    /// Random bytes; for an AES key nothing more is asked.
    pub(crate) fn random(length: usize, random: &mut dyn Random) -> Result<Self, RandomFailed> {
        let mut bytes = Zeroizing::new(vec![0; length]);
        random.fill(&mut bytes)?;
        Ok(Self::whole(bytes))
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
        match algorithm {
            Algorithm::Tdes => BlockKey::tdes(self.clear()).ok(),
            Algorithm::Aes => BlockKey::aes(self.clear()).ok(),
        }
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
