//! DES and TDES (FIPS 46-3, NIST SP 800-67) for those who meet a new key with every block.
//!
//! No address and no branch depends on a key or a block; no key schedule outlives a call; and a block under a fresh
//! key costs less than with table code. TDES is disallowed for new designs: this crate is for payment systems, which
//! still have to speak it.
//!
//! ```
//! use payhsm_tdes::{Kernel, Key};
//!
//! let key = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10];
//! let tdes = Kernel::detect();
//! let check_value = tdes.encrypt_block(&key, [0; 8])?;
//! assert_eq!(check_value[..3], [0x08, 0xd7, 0xb4]);
//!
//! // Many blocks, each under its own key, go through together.
//! let keys = [Key::new(&key)?, Key::new(&key[..8])?];
//! let mut blocks = [[0; 8]; 2];
//! tdes.encrypt_batch(&keys, &mut blocks)?;
//! assert_eq!(blocks[0], check_value);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! The kernels, what was measured and what was not shown are described in the README.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod bitslice;
mod fips;
mod kernel;
mod key;
mod modes;
mod scalar;
#[cfg(feature = "cipher")]
mod traits;
#[cfg(target_arch = "x86_64")]
mod vbmi;

pub use kernel::{BatchLengthError, Instructions, Kernel, KernelName, UnknownKernelError};
pub use key::{Key, KeyLengthError};
pub use modes::ModeError;
#[cfg(feature = "cipher")]
pub use traits::Tdes;
