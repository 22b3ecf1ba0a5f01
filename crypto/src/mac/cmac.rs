//! CMAC (NIST SP 800-38B, ISO/IEC 9797-1 algorithm 5) over DES, TDES and AES.

use core::fmt;

use zeroize::Zeroizing;

use super::chain::{Chaining, Last};
use super::{Mac, MacError};
use crate::cipher::BlockKey;

/// A key with its two subkeys, for MACs that are computed more than once.
pub struct CmacKey {
    key: BlockKey,
    subkeys: Subkeys,
}

impl fmt::Debug for CmacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CmacKey(..)")
    }
}

impl CmacKey {
    /// Derives the subkeys: one block encryption.
    pub fn new(key: BlockKey) -> Result<Self, MacError> {
        let subkeys = Subkeys::derive(&key)?;
        Ok(Self { key, subkeys })
    }

    /// CMAC over the concatenation of `parts`, any length (SP 800-38B 6.2).
    pub fn mac(&self, parts: &[&[u8]]) -> Result<Mac, MacError> {
        let start = Chaining::start(self.key.block_len())?;
        finish(&self.key, &self.subkeys, start, parts)
    }

    /// A first or middle part: whole blocks.
    pub fn update(&self, chaining: &mut Chaining, blocks: &[u8]) -> Result<(), MacError> {
        chaining.absorb(&self.key, blocks)
    }

    /// The last part; not empty if earlier parts exist, for CMAC treats the last block of the whole message.
    pub fn finish(&self, chaining: Chaining, data: &[u8]) -> Result<Mac, MacError> {
        if chaining.is_resumed() && data.is_empty() {
            return Err(MacError::Length);
        }
        finish(&self.key, &self.subkeys, chaining, &[data])
    }
}

/// CMAC over the concatenation of `parts` under a key used once (SP 800-38B 6.2).
pub fn cmac(key: &BlockKey, parts: &[&[u8]]) -> Result<Mac, MacError> {
    let subkeys = Subkeys::derive(key)?;
    finish(key, &subkeys, Chaining::start(key.block_len())?, parts)
}

fn finish(
    key: &BlockKey,
    subkeys: &Subkeys,
    chaining: Chaining,
    parts: &[&[u8]],
) -> Result<Mac, MacError> {
    let mut text = Last::new(key, chaining)?;
    for part in parts {
        text.feed(part)?;
    }
    if text.held() == text.block_len() {
        text.mask(&subkeys.whole);
    } else {
        text.mark()?;
        text.mask(&subkeys.padded);
    }
    text.finish(key)
}

/// K1 and K2 of SP 800-38B 6.1, left-justified.
struct Subkeys {
    whole: Zeroizing<[u8; 16]>,
    padded: Zeroizing<[u8; 16]>,
}

impl Subkeys {
    fn derive(key: &BlockKey) -> Result<Self, MacError> {
        let len = key.block_len();
        let mut zero = Zeroizing::new([0; 16]);
        key.encrypt_block(zero.get_mut(..len).ok_or(MacError::Key)?).map_err(|_| MacError::Key)?;
        let whole = double(&zero, len);
        let padded = double(&whole, len);
        Ok(Self { whole, padded })
    }
}

/// Multiplies by x in GF(2^64) or GF(2^128), without a branch on the secret (SP 800-38B 5.3).
fn double(value: &[u8; 16], len: usize) -> Zeroizing<[u8; 16]> {
    // A short block sits in the upper half; its carry has to come out at bit 64.
    let (constant, shift): (u128, u32) = if len == 8 { (0x1B, 64) } else { (0x87, 0) };
    let number = u128::from_be_bytes(*value);
    let carry = number >> 127;
    Zeroizing::new(((number << 1) ^ (carry * (constant << shift))).to_be_bytes())
}
