//! Which code runs: found once, the same calls for all.

use std::sync::OnceLock;

use crate::key::{Direction, Key, KeyLengthError, Keys};
use crate::scalar;
#[cfg(target_arch = "x86_64")]
use crate::{avx2, vbmi};

/// A batch has not as many keys as blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a batch needs one key for each block")]
pub struct BatchLengthError;

/// No kernel has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no TDES kernel of this name")]
pub struct UnknownKernelError;

/// Names a kernel, for tests and measurements; [`Kernel::detect`] chooses by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelName {
    /// One block at a time, truth tables as rotated words; every processor with 64-bit registers.
    Scalar,
    /// S-boxes as byte shuffles of 16-byte registers; AVX2.
    Avx2,
    /// S-boxes as byte permutes of 64-byte registers; AVX-512 VBMI and GFNI.
    Vbmi,
}

impl KernelName {
    /// All kernels, also those that this processor cannot run.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Vbmi];

    /// The name as [`Kernel::ENVIRONMENT`] takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Vbmi => "vbmi",
        }
    }
}

impl core::str::FromStr for KernelName {
    type Err = UnknownKernelError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kernel| kernel.as_str() == name).ok_or(UnknownKernelError)
    }
}

/// A kernel that this processor can run. There is no other way to get one than to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kernel(KernelName);

impl Kernel {
    /// The environment variable that forces a kernel, read once by [`Kernel::detect`].
    pub const ENVIRONMENT: &'static str = "PAYHSM_TDES_KERNEL";

    /// The best kernel of this processor, or the one named in [`Kernel::ENVIRONMENT`] if it is known and can run.
    #[must_use]
    pub fn detect() -> Self {
        static FOUND: OnceLock<Kernel> = OnceLock::new();
        *FOUND.get_or_init(|| {
            let forced = std::env::var(Self::ENVIRONMENT).ok().and_then(|name| name.parse().ok());
            let best = [KernelName::Vbmi, KernelName::Avx2].into_iter().find_map(Self::with);
            forced.and_then(Self::with).or(best).unwrap_or(Self(KernelName::Scalar))
        })
    }

    /// The kernel of this name, or `None` if the processor cannot run it.
    #[must_use]
    pub fn with(name: KernelName) -> Option<Self> {
        let runs = match name {
            KernelName::Scalar => true,
            #[cfg(target_arch = "x86_64")]
            KernelName::Avx2 => avx2::available(),
            #[cfg(target_arch = "x86_64")]
            KernelName::Vbmi => vbmi::available(),
            #[cfg(not(target_arch = "x86_64"))]
            KernelName::Avx2 | KernelName::Vbmi => false,
        };
        runs.then_some(Self(name))
    }

    /// The name of this kernel.
    #[must_use]
    pub fn name(self) -> KernelName {
        self.0
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
        match self.0 {
            KernelName::Scalar => scalar::run(keys, blocks, direction),
            #[cfg(target_arch = "x86_64")]
            KernelName::Avx2 => {
                // SAFETY: a `Kernel` of this name exists only if `with` found the processor's features.
                unsafe { avx2::run(keys, blocks, direction) }
            }
            #[cfg(target_arch = "x86_64")]
            KernelName::Vbmi => {
                // SAFETY: a `Kernel` of this name exists only if `with` found the processor's features.
                unsafe { vbmi::run(keys, blocks, direction) }
            }
            #[cfg(not(target_arch = "x86_64"))]
            KernelName::Avx2 | KernelName::Vbmi => scalar::run(keys, blocks, direction),
        }
    }
}
