//! Many chains in step: those that still have a block are moved together, so that a batch has no holes.

use zeroize::Zeroize;

use crate::kernel::{BatchLengthError, Kernel};
use crate::key::Key;

/// Up to `N` blocks and their keys, side by side. The blocks are wiped.
pub(super) struct Lanes<'k, const N: usize> {
    keys: [Key<'k>; N],
    blocks: [[u8; 8]; N],
    /// Most blocks that ever were here.
    used: usize,
}

impl<'k, const N: usize> Lanes<'k, N> {
    /// Room for a step of as many messages as there are keys, but not more than `N`; `None` without keys.
    pub(super) fn new(keys: &[Key<'k>]) -> Option<Self> {
        let any = keys.first()?;
        Some(Self { keys: [*any; N], blocks: [[0; 8]; N], used: 0 })
    }

    /// One step of every message that has a block left: value = E(value + block), in one batch.
    pub(super) fn step<M>(
        &mut self,
        kernel: Kernel,
        keys: impl Iterator<Item = Key<'k>>,
        values: &mut [[u8; 8]],
        messages: &[M],
        block: impl Fn(&M) -> Option<[u8; 8]>,
    ) -> Result<(), BatchLengthError> {
        let active = keys
            .zip(&*values)
            .zip(messages)
            .filter_map(|((key, value), message)| Some((key, xor(*value, block(message)?))));
        let mut count = 0_usize;
        let lanes = self.keys.iter_mut().zip(&mut self.blocks);
        for ((lane_key, lane), (key, input)) in lanes.zip(active) {
            (*lane_key, *lane) = (key, input);
            count = count.saturating_add(1);
        }
        self.used = self.used.max(count);
        let (keys, _) = self.keys.split_at(count);
        let (blocks, _) = self.blocks.split_at_mut(count);
        kernel.encrypt_batch(keys, blocks)?;
        let active =
            values.iter_mut().zip(messages).filter(|(_, message)| block(message).is_some());
        for ((value, _), output) in active.zip(blocks) {
            *value = *output;
        }
        Ok(())
    }
}

impl<const N: usize> Drop for Lanes<'_, N> {
    fn drop(&mut self) {
        self.blocks.iter_mut().take(self.used).for_each(Zeroize::zeroize);
    }
}

/// The sum of two blocks.
pub(super) fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    (u64::from_ne_bytes(a) ^ u64::from_ne_bytes(b)).to_ne_bytes()
}
