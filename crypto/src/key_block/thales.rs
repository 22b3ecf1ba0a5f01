//! The Thales key block ('S'): version 0 under a TDES LMK or ZMK, version 1 under an AES one.
//!
//! Version 0 is the variant method of X9.143, version 1 its derivation method, except that in version 1 the IV is the
//! header, and the MAC is 8 bytes over header and ciphertext. Shown by published blocks under the public test LMKs.

use core::fmt;
use core::ops::Range;

use super::KeyBlockError;
use super::binding::{Binding, BlockMac, Family, Order, derive, variants};
use crate::mac::CmacKey;

/// A TDES LMK or ZMK made ready for blocks of version 0.
pub struct TdesWrappingKey(Binding);

/// An AES LMK or ZMK made ready for blocks of version 1.
pub struct AesWrappingKey(Binding);

impl TdesWrappingKey {
    /// Makes the two variants of a key of 16 or 24 bytes.
    pub fn new(key: &[u8]) -> Result<Self, KeyBlockError> {
        if !matches!(key.len(), 16 | 24) {
            return Err(KeyBlockError::WrappingKey);
        }
        let [encryption, mac] = variants(key)?;
        let mac = BlockMac::Cbc(mac);
        Ok(Self(Binding { encryption, mac, mac_len: 4, order: Order::HeaderIsIv }))
    }
}

impl AesWrappingKey {
    /// Derives the two keys of a key of 16, 24 or 32 bytes.
    pub fn new(key: &[u8]) -> Result<Self, KeyBlockError> {
        let [encryption, mac] = derive(key, Family::Aes)?;
        let mac = BlockMac::Cmac(CmacKey::new(mac).map_err(|_| KeyBlockError::WrappingKey)?);
        Ok(Self(Binding { encryption, mac, mac_len: 8, order: Order::HeaderIsIv }))
    }
}

macro_rules! wrapping_key {
    ($name:ident, $version:literal) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }

        impl $name {
            /// Opens a block within `body`, the binary ciphertext and MAC; `header` in ASCII without the 'S'.
            /// Gives the place of the key in it, or an error and a wiped `body`.
            pub fn unwrap_in_place(
                &self,
                header: &[u8],
                body: &mut [u8],
            ) -> Result<Range<usize>, KeyBlockError> {
                same_version(header, $version)?;
                self.0.open(header, body)
            }

            /// Wraps a key in a body. `random` is at least as long as the padding;
            /// the key's length is hidden up to `masked_len` bytes.
            pub fn wrap(
                &self,
                header: &[u8],
                key: &[u8],
                random: &[u8],
                masked_len: Option<usize>,
            ) -> Result<Vec<u8>, KeyBlockError> {
                same_version(header, $version)?;
                self.0.wrap(header, key, random, masked_len)
            }

            /// Bytes in a body for a key of `key_len` bytes; the header carries twice as many characters for it.
            #[must_use]
            pub fn body_len(&self, key_len: usize, masked_len: Option<usize>) -> usize {
                self.0.body_len(key_len, masked_len)
            }
        }
    };
}

wrapping_key!(TdesWrappingKey, b'0');
wrapping_key!(AesWrappingKey, b'1');

fn same_version(header: &[u8], version: u8) -> Result<(), KeyBlockError> {
    if header.first() == Some(&version) { Ok(()) } else { Err(KeyBlockError::Form) }
}
