//! Which code runs: found once, the same calls for all.

use core::fmt;
use std::sync::OnceLock;

use zeroize::Zeroize;

use crate::key::{Direction, Key, KeyLengthError, Keys};
#[cfg(target_arch = "x86_64")]
use crate::{avx2, vbmi};
use crate::{bitslice, scalar};

pub use names::{Instructions, KernelName, UnknownKernelError};

mod names;

/// A batch has not as many keys as blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a batch needs one key for each block")]
pub struct BatchLengthError;

/// What runs here: one kernel for all batches, or one for small and one for large. There is no way to get one that this
/// processor cannot run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel {
    small: KernelName,
    large: Option<Large>,
}

/// A bitslice kernel, and from how many blocks on it is the quicker one: measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Large {
    name: KernelName,
    lanes: usize,
    /// Every block under its own key.
    own: usize,
    /// All under one.
    shared: usize,
}

const fn large(name: KernelName, lanes: usize, own: usize, shared: usize) -> Large {
    Large { name, lanes, own, shared }
}

const fn pair(small: KernelName, large: Large) -> Kernel {
    Kernel { small, large: Some(large) }
}

// The thresholds are where the curves of `cargo bench` cross on a processor of the Zen 5 family; a call of a bitslice
// kernel costs the same for any number of lanes, so they follow from its time and that of a block of the other one.

/// The portable pair.
const PORTABLE: Kernel = pair(KernelName::Scalar, large(KernelName::Bitslice64, 64, 4, 4));
/// The other pairs, the best first. The second is for AVX-512 without VBMI or GFNI.
const PAIRS: [(Instructions, Kernel); 3] = [
    (Instructions::Avx512, pair(KernelName::Vbmi, large(KernelName::Bitslice512, 512, 120, 128))),
    (Instructions::Avx512, pair(KernelName::Avx2, large(KernelName::Bitslice512, 512, 32, 36))),
    (Instructions::Avx2, pair(KernelName::Avx2, large(KernelName::Bitslice256, 256, 40, 44))),
];

impl Kernel {
    /// The environment variable that forces a kernel or a pair by its name, read once by [`Kernel::detect`].
    pub const ENVIRONMENT: &'static str = "PAYHSM_TDES_KERNEL";

    /// The best pair of this processor, or what is named in [`Kernel::ENVIRONMENT`] if it is known and can run.
    #[must_use]
    pub fn detect() -> Self {
        static FOUND: OnceLock<Kernel> = OnceLock::new();
        *FOUND.get_or_init(|| {
            let forced = std::env::var(Self::ENVIRONMENT).ok().and_then(|name| Self::named(&name));
            forced
                .or_else(|| Instructions::ALL.into_iter().rev().find_map(Self::within))
                .unwrap_or(PORTABLE)
        })
    }

    fn named(name: &str) -> Option<Self> {
        let one = name.parse().ok().and_then(Self::with);
        one.or_else(|| name.parse().ok().and_then(Self::within))
    }

    /// This kernel alone, for batches of all sizes, or `None` if the processor cannot run it.
    #[must_use]
    pub fn with(name: KernelName) -> Option<Self> {
        runs(name).then_some(Self { small: name, large: None })
    }

    /// The best pair that keeps within these instructions, or `None` if the processor cannot run it.
    #[must_use]
    pub fn within(instructions: Instructions) -> Option<Self> {
        if instructions == Instructions::Portable {
            return Some(PORTABLE);
        }
        let mut pairs = PAIRS.into_iter().filter(|(of, _)| *of == instructions);
        let best = pairs
            .find(|(_, pair)| runs(pair.small) && pair.large.is_none_or(|large| runs(large.name)));
        best.map(|(_, pair)| pair)
    }

    /// The kernel that takes a single block; see the `Display` of `self` for all.
    #[must_use]
    pub fn name(self) -> KernelName {
        self.small
    }

    /// Enciphers one block under a key of 8, 16 or 24 bytes.
    ///
    /// # Errors
    /// [`KeyLengthError`] for any other length.
    pub fn encrypt_block(self, key: &[u8], block: [u8; 8]) -> Result<[u8; 8], KeyLengthError> {
        self.one(key, block, Direction::Encrypt)
    }

    /// Deciphers one block under a key of 8, 16 or 24 bytes.
    ///
    /// # Errors
    /// [`KeyLengthError`] for any other length.
    pub fn decrypt_block(self, key: &[u8], block: [u8; 8]) -> Result<[u8; 8], KeyLengthError> {
        self.one(key, block, Direction::Decrypt)
    }

    /// Enciphers each block in place under the key at the same place.
    ///
    /// # Errors
    /// [`BatchLengthError`] if there are not as many keys as blocks; nothing is changed then.
    pub fn encrypt_batch(
        self,
        keys: &[Key<'_>],
        blocks: &mut [[u8; 8]],
    ) -> Result<(), BatchLengthError> {
        self.batch(keys, blocks, Direction::Encrypt)
    }

    /// Deciphers each block in place under the key at the same place.
    ///
    /// # Errors
    /// [`BatchLengthError`] if there are not as many keys as blocks; nothing is changed then.
    pub fn decrypt_batch(
        self,
        keys: &[Key<'_>],
        blocks: &mut [[u8; 8]],
    ) -> Result<(), BatchLengthError> {
        self.batch(keys, blocks, Direction::Decrypt)
    }

    /// Enciphers every block in place under one key (ECB).
    pub fn encrypt_blocks_shared(self, key: Key<'_>, blocks: &mut [[u8; 8]]) {
        self.run(Keys::Shared(key), blocks, Direction::Encrypt);
    }

    /// Deciphers every block in place under one key (ECB).
    pub fn decrypt_blocks_shared(self, key: Key<'_>, blocks: &mut [[u8; 8]]) {
        self.run(Keys::Shared(key), blocks, Direction::Decrypt);
    }

    fn one(
        self,
        key: &[u8],
        block: [u8; 8],
        direction: Direction,
    ) -> Result<[u8; 8], KeyLengthError> {
        let key = Key::new(key)?;
        let mut blocks = [block];
        self.run(Keys::Shared(key), &mut blocks, direction);
        let [block] = blocks;
        // It goes back in a register: nothing stays on the stack.
        blocks.zeroize();
        Ok(block)
    }

    fn batch(
        self,
        keys: &[Key<'_>],
        blocks: &mut [[u8; 8]],
        direction: Direction,
    ) -> Result<(), BatchLengthError> {
        if keys.len() != blocks.len() {
            return Err(BatchLengthError);
        }
        self.run(Keys::Each(keys), blocks, direction);
        Ok(())
    }

    fn run(self, keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
        let Some(large) = self.large else {
            return execute(self.small, keys, blocks, direction);
        };
        let from = match keys {
            Keys::Shared(_) => large.shared,
            Keys::Each(_) => large.own,
        };
        // Full lanes go to the large kernel, and so does what is left over if it is enough.
        let (full, over) = (blocks.len(), blocks.len() % large.lanes);
        let at = if over < from { full.saturating_sub(over) } else { full };
        let (keys, keys_over) = keys.split_at(at);
        let (blocks, blocks_over) = blocks.split_at_mut(at.min(full));
        if !blocks.is_empty() {
            execute(large.name, keys, blocks, direction);
        }
        if !blocks_over.is_empty() {
            execute(self.small, keys_over, blocks_over, direction);
        }
    }
}

/// Says which kernel takes which batches: `vbmi, from 128 blocks bitslice512`.
impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.small.as_str())?;
        let Some(large) = self.large else { return Ok(()) };
        write!(f, ", from {} blocks ", large.own)?;
        if large.shared != large.own {
            write!(f, "({} under one key) ", large.shared)?;
        }
        f.write_str(large.name.as_str())
    }
}

/// Whether this processor can run a kernel.
fn runs(name: KernelName) -> bool {
    match name {
        KernelName::Scalar | KernelName::Bitslice64 => true,
        #[cfg(target_arch = "x86_64")]
        KernelName::Avx2 => avx2::available(),
        #[cfg(target_arch = "x86_64")]
        KernelName::Bitslice256 => bitslice::available256(),
        #[cfg(target_arch = "x86_64")]
        KernelName::Vbmi => vbmi::available(),
        #[cfg(target_arch = "x86_64")]
        KernelName::Bitslice512 => bitslice::available512(),
        #[cfg(not(target_arch = "x86_64"))]
        KernelName::Avx2 | KernelName::Bitslice256 | KernelName::Vbmi | KernelName::Bitslice512 => {
            false
        }
    }
}

/// Runs a kernel. Only for a name in a [`Kernel`]: there is none but those for which [`runs`] holds.
fn execute(name: KernelName, keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    match name {
        KernelName::Scalar => scalar::run(keys, blocks, direction),
        KernelName::Bitslice64 => bitslice::run64(keys, blocks, direction),
        #[cfg(target_arch = "x86_64")]
        KernelName::Avx2 => {
            // SAFETY: `runs` found the processor's features before there was a `Kernel` of this name.
            unsafe { avx2::run(keys, blocks, direction) }
        }
        #[cfg(target_arch = "x86_64")]
        KernelName::Bitslice256 => {
            // SAFETY: as above.
            unsafe { bitslice::run256(keys, blocks, direction) }
        }
        #[cfg(target_arch = "x86_64")]
        KernelName::Vbmi => {
            // SAFETY: as above.
            unsafe { vbmi::run(keys, blocks, direction) }
        }
        #[cfg(target_arch = "x86_64")]
        KernelName::Bitslice512 => {
            // SAFETY: as above.
            unsafe { bitslice::run512(keys, blocks, direction) }
        }
        #[cfg(not(target_arch = "x86_64"))]
        KernelName::Avx2 | KernelName::Bitslice256 | KernelName::Vbmi | KernelName::Bitslice512 => {
            scalar::run(keys, blocks, direction)
        }
    }
}
