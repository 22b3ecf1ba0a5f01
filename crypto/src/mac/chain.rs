//! The CBC chain under every MAC: blocks go in, the last one is held back for its special treatment.

use core::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{Mac, MacError};
use crate::cipher::BlockKey;

/// The chaining value between the parts of one long message: one cipher block, zero at the start.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Chaining {
    value: [u8; 16],
    #[zeroize(skip)]
    len: usize,
    #[zeroize(skip)]
    resumed: bool,
}

impl fmt::Debug for Chaining {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chaining(..)")
    }
}

impl Chaining {
    /// The start of a message under a cipher with blocks of `block_len` bytes, 8 or 16.
    pub fn start(block_len: usize) -> Result<Self, MacError> {
        match block_len {
            8 | 16 => Ok(Self { value: [0; 16], len: block_len, resumed: false }),
            _ => Err(MacError::Length),
        }
    }

    /// Goes on from the chaining value, 8 or 16 bytes, that an earlier part left.
    pub fn resume(value: &[u8]) -> Result<Self, MacError> {
        let mut chaining = Self::start(value.len())?;
        for (to, from) in chaining.value.iter_mut().zip(value) {
            *to = *from;
        }
        chaining.resumed = true;
        Ok(chaining)
    }

    /// The chaining value, one cipher block.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.value.get(..self.len).unwrap_or_default()
    }

    /// Runs whole blocks through the chain: a first or a middle part.
    pub(super) fn absorb(&mut self, key: &BlockKey, data: &[u8]) -> Result<(), MacError> {
        if key.block_len() != self.len || !data.len().is_multiple_of(self.len) {
            return Err(MacError::Length);
        }
        let value = self.value.get_mut(..self.len).ok_or(MacError::Length)?;
        for block in data.chunks_exact(value.len()) {
            step(key, value, block)?;
            self.resumed = true;
        }
        Ok(())
    }

    /// Whether earlier parts lie behind this value.
    pub(super) fn is_resumed(&self) -> bool {
        self.resumed
    }
}

fn step(key: &BlockKey, value: &mut [u8], block: &[u8]) -> Result<(), MacError> {
    for (chained, byte) in value.iter_mut().zip(block) {
        *chained ^= byte;
    }
    key.encrypt_block(value).map_err(|_| MacError::Key)
}

/// The last part of a message, taken in pieces, with at most one block held back.
pub(super) struct Last<'k> {
    key: &'k BlockKey,
    chaining: Chaining,
    held: Zeroizing<[u8; 16]>,
    filled: usize,
}

impl<'k> Last<'k> {
    pub(super) fn new(key: &'k BlockKey, chaining: Chaining) -> Result<Self, MacError> {
        if key.block_len() != chaining.len {
            return Err(MacError::Length);
        }
        Ok(Self { key, chaining, held: Zeroizing::new([0; 16]), filled: 0 })
    }

    /// Takes a piece of any length.
    pub(super) fn feed(&mut self, mut piece: &[u8]) -> Result<(), MacError> {
        while !piece.is_empty() {
            if self.filled == self.chaining.len {
                self.flush()?;
            }
            let room = self.held.get_mut(self.filled..self.chaining.len).unwrap_or_default();
            let taken = room.len().min(piece.len());
            let (head, tail) = piece.split_at_checked(taken).ok_or(MacError::Length)?;
            for (to, from) in room.iter_mut().zip(head) {
                *to = *from;
            }
            self.filled += taken;
            piece = tail;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), MacError> {
        let block = self.held.get(..self.chaining.len).ok_or(MacError::Length)?;
        self.chaining.absorb(self.key, block)?;
        self.held.fill(0);
        self.filled = 0;
        Ok(())
    }

    /// Bytes held back: 0 only if nothing was fed, otherwise 1 up to a block.
    pub(super) fn held(&self) -> usize {
        self.filled
    }

    pub(super) fn block_len(&self) -> usize {
        self.chaining.len
    }

    /// Appends the padding bit `1`, which opens a new block if the held one is full.
    pub(super) fn mark(&mut self) -> Result<(), MacError> {
        self.feed(&[0x80])
    }

    /// Masks the held block, whose unused bytes are zero.
    pub(super) fn mask(&mut self, mask: &[u8; 16]) {
        for (byte, mask) in self.held.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }

    /// Chains the held block under `last_key` and gives the result as the MAC.
    pub(super) fn finish(mut self, last_key: &BlockKey) -> Result<Mac, MacError> {
        let len = self.chaining.len;
        let block = self.held.get(..len).ok_or(MacError::Length)?;
        let value = self.chaining.value.get_mut(..len).ok_or(MacError::Length)?;
        step(last_key, value, block)?;
        Ok(Mac { bytes: Zeroizing::new(self.chaining.value), len })
    }
}
