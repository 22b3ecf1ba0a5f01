//! Message authentication codes: CBC-MAC, retail MAC and CMAC, in one piece or message by message.
//!
//! All three run the same CBC chain and differ in what happens to the last block:
//! ISO/IEC 9797-1 algorithm 1 enciphers it, algorithm 3 enciphers it with TDES where the chain used DES,
//! CMAC (NIST SP 800-38B, ISO/IEC 9797-1 algorithm 5) masks it with a subkey first.
//!
//! HMAC, which is of a hash and not of a cipher, is for what the appliance itself writes.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::told::{Told, told};

mod chain;
mod cmac;
mod hmac;
mod iso9797;

pub use chain::Chaining;
pub use cmac::{CmacKey, cmac};
pub use hmac::HmacSha256Key;
pub use iso9797::{Padding, RetailMacKey, cbc_mac, cbc_mac_finish, cbc_mac_update};

/// Fewest bytes of a truncated MAC that count as evidence.
pub const SHORTEST_MAC: usize = 4;

/// Why no MAC could be computed. Nothing here depends on a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// The text, a chaining value or the MAC asked for has the wrong length.
    #[error("length does not fit the MAC")]
    Length,
    /// The key does not fit the algorithm.
    #[error("key does not fit the MAC algorithm")]
    Key,
    /// Padding method 3 begins with the whole length and cannot follow a chain.
    #[error("padding method does not fit a chained message")]
    Padding,
}

/// A MAC of one cipher block, 8 or 16 bytes, still untruncated.
///
/// Compare with [`Mac::verify`]; there is no `==`.
pub struct Mac {
    bytes: Zeroizing<[u8; 16]>,
    len: usize,
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mac(..)")
    }
}

impl Mac {
    /// The whole MAC: 8 bytes for DES and TDES, 16 for AES.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    /// The left-most `len` bytes (ISO/IEC 9797-1 6.7, SP 800-38B 6.2 step 7); `len` is 4 up to the block.
    pub fn truncated(&self, len: usize) -> Result<&[u8], MacError> {
        if len < SHORTEST_MAC {
            return Err(MacError::Length);
        }
        self.as_bytes().get(..len).ok_or(MacError::Length)
    }

    /// Whether `candidate`, 4 bytes up to the block, is this MAC cut to that length; in constant time.
    #[must_use]
    pub fn verify(&self, candidate: &[u8]) -> bool {
        self.truncated(candidate.len()).is_ok_and(|mac| told(Told::Authentic, mac.ct_eq(candidate)))
    }
}
