//! Names of kernels and of pairs of them.

use core::str::FromStr;

/// No kernel, and no pair of kernels, has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no TDES kernel of this name")]
pub struct UnknownKernelError;

/// Names a kernel, for tests and measurements; [`Kernel::detect`](crate::Kernel::detect) chooses by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KernelName {
    /// One block at a time, truth tables as rotated words; every processor with 64-bit registers.
    Scalar,
    /// 64 blocks at a time, S-boxes as gates between words; every processor.
    Bitslice64,
    /// S-boxes as byte shuffles of 16-byte registers; AVX2.
    Avx2,
    /// 256 blocks at a time, S-boxes as gates between registers; AVX2.
    Bitslice256,
    /// S-boxes as byte permutes of 64-byte registers; AVX-512 VBMI and GFNI.
    Vbmi,
    /// 512 blocks at a time, S-boxes as gates of three inputs; AVX-512 F.
    Bitslice512,
}

impl KernelName {
    /// All kernels, also those that this processor cannot run.
    pub const ALL: [Self; 6] = [
        Self::Scalar,
        Self::Bitslice64,
        Self::Avx2,
        Self::Bitslice256,
        Self::Vbmi,
        Self::Bitslice512,
    ];

    /// The name as [`Kernel::ENVIRONMENT`](crate::Kernel::ENVIRONMENT) takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Bitslice64 => "bitslice64",
            Self::Avx2 => "avx2",
            Self::Bitslice256 => "bitslice256",
            Self::Vbmi => "vbmi",
            Self::Bitslice512 => "bitslice512",
        }
    }
}

impl FromStr for KernelName {
    type Err = UnknownKernelError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kernel| kernel.as_str() == name).ok_or(UnknownKernelError)
    }
}

/// Sets of instructions, each with a best pair of kernels: see [`Kernel::within`](crate::Kernel::within).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// What every processor has.
    Portable,
    /// AVX2 and below.
    Avx2,
    /// AVX-512 and below.
    Avx512,
}

impl Instructions {
    /// All sets, each contained in the next.
    pub const ALL: [Self; 3] = [Self::Portable, Self::Avx2, Self::Avx512];

    /// The name of the best pair as [`Kernel::ENVIRONMENT`](crate::Kernel::ENVIRONMENT) takes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Portable => "best-portable",
            Self::Avx2 => "best-avx2",
            Self::Avx512 => "best-avx512",
        }
    }
}

impl FromStr for Instructions {
    type Err = UnknownKernelError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|set| set.as_str() == name).ok_or(UnknownKernelError)
    }
}
