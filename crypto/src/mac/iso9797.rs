//! ISO/IEC 9797-1: CBC-MAC (algorithm 1) and the retail MAC (algorithm 3, ANSI X9.19), with their paddings.

use core::fmt;

use super::chain::{Chaining, Last};
use super::{Mac, MacError};
use crate::cipher::{Algorithm, BlockKey};

/// How a text is brought to whole blocks (ISO/IEC 9797-1 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// Nothing is added: the text must be whole blocks, at least one.
    None,
    /// Method 1: zero bytes as needed; an empty text becomes one zero block.
    Method1,
    /// Method 2: one byte 80, then zero bytes as needed.
    Method2,
    /// Method 3: a block with the length in bits in front, zero bytes as needed behind.
    Method3,
}

impl Padding {
    /// The padded text, for blocks of `block_len` bytes: what the MACs here do on the way, written out.
    pub fn apply(self, data: &[u8], block_len: usize) -> Result<Vec<u8>, MacError> {
        if !(1..=16).contains(&block_len) {
            return Err(MacError::Length);
        }
        let mut padded = Vec::with_capacity(data.len() + 2 * block_len);
        if self == Self::Method3 {
            let length = length_block(&[data])?;
            padded.extend_from_slice(length.get(16 - block_len..).ok_or(MacError::Length)?);
        }
        padded.extend_from_slice(data);
        match self {
            Self::None if data.is_empty() || !data.len().is_multiple_of(block_len) => {
                return Err(MacError::Length);
            }
            Self::Method2 => padded.push(0x80),
            Self::Method1 | Self::Method3 if data.is_empty() => padded.push(0),
            Self::None | Self::Method1 | Self::Method3 => {}
        }
        padded.resize(padded.len().next_multiple_of(block_len), 0);
        Ok(padded)
    }
}

/// ISO/IEC 9797-1 algorithm 1 over the concatenation of `parts`, any length.
pub fn cbc_mac(key: &BlockKey, padding: Padding, parts: &[&[u8]]) -> Result<Mac, MacError> {
    finish(key, key, Chaining::start(key.block_len())?, padding, parts)
}

/// A first or middle part of an algorithm 1 message: whole blocks.
pub fn cbc_mac_update(
    key: &BlockKey,
    chaining: &mut Chaining,
    blocks: &[u8],
) -> Result<(), MacError> {
    chaining.absorb(key, blocks)
}

/// The last part of an algorithm 1 message. Method 3 cannot follow an earlier part.
pub fn cbc_mac_finish(
    key: &BlockKey,
    chaining: Chaining,
    padding: Padding,
    data: &[u8],
) -> Result<Mac, MacError> {
    finish(key, key, chaining, padding, &[data])
}

/// A double-length DES key made ready for algorithm 3.
///
/// The output transformation, decipher with the right half and encipher with the left, together with the last DES
/// of the chain is one TDES encryption; so the chain runs under the left half and the last block under the pair.
pub struct RetailMacKey {
    chain: BlockKey,
    last: BlockKey,
}

impl fmt::Debug for RetailMacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RetailMacKey(..)")
    }
}

impl RetailMacKey {
    /// Expands a key of 16 bytes, K then K' (ISO/IEC 9797-1 7.4).
    pub fn new(key: &[u8]) -> Result<Self, MacError> {
        let (left, _) = key.split_first_chunk::<8>().ok_or(MacError::Key)?;
        let chain = BlockKey::tdes(left).map_err(|_| MacError::Key)?;
        let last = BlockKey::tdes(key).map_err(|_| MacError::Key)?;
        if last.algorithm() == Algorithm::Tdes && last.key_len() == 16 {
            Ok(Self { chain, last })
        } else {
            Err(MacError::Key)
        }
    }

    /// The 8-byte retail MAC over the concatenation of `parts`, any length.
    pub fn mac(&self, padding: Padding, parts: &[&[u8]]) -> Result<Mac, MacError> {
        finish(&self.chain, &self.last, Chaining::start(8)?, padding, parts)
    }

    /// A first or middle part: whole blocks.
    pub fn update(&self, chaining: &mut Chaining, blocks: &[u8]) -> Result<(), MacError> {
        chaining.absorb(&self.chain, blocks)
    }

    /// The last part. Method 3 cannot follow an earlier part.
    pub fn finish(
        &self,
        chaining: Chaining,
        padding: Padding,
        data: &[u8],
    ) -> Result<Mac, MacError> {
        finish(&self.chain, &self.last, chaining, padding, &[data])
    }
}

fn finish(
    chain: &BlockKey,
    last: &BlockKey,
    mut chaining: Chaining,
    padding: Padding,
    parts: &[&[u8]],
) -> Result<Mac, MacError> {
    let resumed = chaining.is_resumed();
    if padding == Padding::Method3 {
        if resumed {
            return Err(MacError::Padding);
        }
        let length = length_block(parts)?;
        let block = length.get(16 - chain.block_len()..).ok_or(MacError::Length)?;
        chaining.absorb(chain, block)?;
    }
    let mut text = Last::new(chain, chaining)?;
    for part in parts {
        text.feed(part)?;
    }
    match padding {
        Padding::None if text.held() != text.block_len() => return Err(MacError::Length),
        // The chain has taken whole blocks already; a zero block on top would be another message.
        Padding::Method1 if resumed && text.held() == 0 => return Err(MacError::Length),
        Padding::Method2 => text.mark()?,
        Padding::None | Padding::Method1 | Padding::Method3 => {}
    }
    text.finish(last)
}

/// The length of the text in bits, right-justified in 16 bytes.
fn length_block(parts: &[&[u8]]) -> Result<[u8; 16], MacError> {
    let bytes: usize = parts.iter().map(|part| part.len()).sum();
    let bits = u128::try_from(bytes).map_err(|_| MacError::Length)? * 8;
    Ok(bits.to_be_bytes())
}
