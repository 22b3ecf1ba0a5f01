//! A key as the caller holds it: borrowed, never copied to memory here.

use core::fmt;

/// The key is not 8, 16 or 24 bytes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a DES or TDES key has 8, 16 or 24 bytes")]
pub struct KeyLengthError;

/// A DES (8 bytes) or TDES key (16 bytes: K3 = K1; 24 bytes), borrowed from its owner.
///
/// Parity bits are ignored. Weak keys are not refused: that is the caller's policy. `Debug` tells the length only.
#[derive(Clone, Copy)]
pub struct Key<'k> {
    parts: [&'k [u8; 8]; 3],
    len: usize,
}

impl<'k> Key<'k> {
    /// A key of 8, 16 or 24 bytes; any other length is an error.
    ///
    /// # Errors
    /// [`KeyLengthError`] for any other length.
    pub fn new(bytes: &'k [u8]) -> Result<Self, KeyLengthError> {
        let (parts, rest) = bytes.as_chunks::<8>();
        let parts = match parts {
            [k1] => [k1, k1, k1],
            [k1, k2] => [k1, k2, k1],
            [k1, k2, k3] => [k1, k2, k3],
            _ => return Err(KeyLengthError),
        };
        if rest.is_empty() { Ok(Self { parts, len: bytes.len() }) } else { Err(KeyLengthError) }
    }

    /// Bytes of the key as given: 8, 16 or 24.
    #[must_use]
    pub fn size(&self) -> usize {
        self.len
    }

    pub(crate) fn part(&self, part: Part) -> &'k [u8; 8] {
        let [k1, k2, k3] = self.parts;
        match part {
            Part::First => k1,
            Part::Second => k2,
            Part::Third => k3,
        }
    }

    fn is_single(&self) -> bool {
        self.len == 8
    }

    fn is_triple(&self) -> bool {
        self.len == 24
    }
}

impl fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({} bytes)", self.len)
    }
}

/// Which way a block goes through the cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Encrypt,
    Decrypt,
}

/// K1, K2 or K3 of SP 800-67.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    First,
    Second,
    Third,
}

/// One pass through DES: with which part of the key, and whether its round keys come in encryption order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stage {
    pub(crate) part: Part,
    pub(crate) forward: bool,
}

const fn stage(part: Part, forward: bool) -> Stage {
    Stage { part, forward }
}

const ENCRYPT: [Stage; 3] =
    [stage(Part::First, true), stage(Part::Second, false), stage(Part::Third, true)];
const DECRYPT: [Stage; 3] =
    [stage(Part::Third, false), stage(Part::Second, true), stage(Part::First, false)];
const ENCRYPT_ONCE: [Stage; 1] = [stage(Part::First, true)];
const DECRYPT_ONCE: [Stage; 1] = [stage(Part::First, false)];

/// The keys of a batch: one for all blocks, or one for each.
#[derive(Clone, Copy)]
pub(crate) enum Keys<'a, 'k> {
    Shared(Key<'k>),
    Each(&'a [Key<'k>]),
}

impl<'k> Keys<'_, 'k> {
    /// The key of block `index`; past the end, the last one, so that a kernel may fill its lanes. `None` without keys.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> Option<Key<'k>> {
        match self {
            Self::Shared(key) => Some(*key),
            Self::Each(keys) => keys.get(index).or(keys.last()).copied(),
        }
    }

    /// The keys of the first `blocks` blocks, and those of the others.
    pub(crate) fn split_at(self, blocks: usize) -> (Self, Self) {
        match self {
            Self::Shared(key) => (Self::Shared(key), Self::Shared(key)),
            Self::Each(keys) => {
                let (first, rest) = keys.split_at(keys.len().min(blocks));
                (Self::Each(first), Self::Each(rest))
            }
        }
    }

    /// Whether the third part of some key is not the first. Lengths of keys are not secret.
    pub(crate) fn any_triple(&self) -> bool {
        match self {
            Self::Shared(key) => key.is_triple(),
            Self::Each(keys) => keys.iter().fold(false, |any, key| any | key.is_triple()),
        }
    }

    /// The passes of EDE, or the one pass of DES when every key has single length.
    ///
    /// K, K, K in EDE is DES: a mix of lengths takes three passes. Lengths of keys are not secret.
    pub(crate) fn stages(&self, direction: Direction) -> &'static [Stage] {
        let single = match self {
            Self::Shared(key) => key.is_single(),
            Self::Each(keys) => keys.iter().all(Key::is_single),
        };
        match (direction, single) {
            (Direction::Encrypt, false) => &ENCRYPT,
            (Direction::Decrypt, false) => &DECRYPT,
            (Direction::Encrypt, true) => &ENCRYPT_ONCE,
            (Direction::Decrypt, true) => &DECRYPT_ONCE,
        }
    }
}
