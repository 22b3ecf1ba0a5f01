//! The traits of the crate `cipher`, so that modes and MACs of RustCrypto run on these kernels.

use core::fmt;
use core::slice::from_mut;

use cipher::array::Array;
use cipher::consts::{U8, U16};
use cipher::{
    Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherDecrypt, BlockCipherEncBackend,
    BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, InOut, InOutBuf, ParBlocks,
    ParBlocksSizeUser,
};

use crate::kernel::Kernel;
use crate::key::Key;

/// One key on one kernel, as RustCrypto's crates want a block cipher; with the feature `cipher`.
///
/// There is no `KeyInit`: it would have to own a copy of the key, and this crate keeps none. Whoever holds the key
/// borrows it to [`Key`]; modes that are generic over the cipher offer `inner_init` or `inner_iv_init` for that.
///
/// Modes get at most 16 blocks at a time, the least that fills the widest registers: their remainders go block by
/// block. [`BlockCipherEncrypt::encrypt_blocks`] and its counterpart pass on all blocks as one batch.
#[derive(Clone, Copy)]
pub struct Tdes<'k> {
    kernel: Kernel,
    key: Key<'k>,
}

impl<'k> Tdes<'k> {
    /// The cipher under `key`, run by `kernel`.
    #[must_use]
    pub fn new(kernel: Kernel, key: Key<'k>) -> Self {
        Self { kernel, key }
    }

    fn encrypt(&self, blocks: &mut [Block<Self>]) {
        self.kernel.encrypt_blocks_shared(self.key, Array::cast_slice_to_core_mut(blocks));
    }

    fn decrypt(&self, blocks: &mut [Block<Self>]) {
        self.kernel.decrypt_blocks_shared(self.key, Array::cast_slice_to_core_mut(blocks));
    }
}

impl fmt::Debug for Tdes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tdes({}, {:?})", self.kernel, self.key)
    }
}

impl BlockSizeUser for Tdes<'_> {
    type BlockSize = U8;
}

impl ParBlocksSizeUser for Tdes<'_> {
    type ParBlocksSize = U16;
}

impl BlockCipherEncrypt for Tdes<'_> {
    fn encrypt_with_backend(&self, f: impl BlockCipherEncClosure<BlockSize = U8>) {
        f.call(self);
    }

    fn encrypt_blocks_inout(&self, blocks: InOutBuf<'_, '_, Block<Self>>) {
        self.encrypt(blocks.into_out_with_copied_in());
    }

    fn encrypt_blocks(&self, blocks: &mut [Block<Self>]) {
        self.encrypt(blocks);
    }
}

impl BlockCipherEncBackend for Tdes<'_> {
    fn encrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        self.encrypt(from_mut(block.into_out_with_copied_in()));
    }

    fn encrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        self.encrypt(blocks.into_out_with_copied_in());
    }

    fn encrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block<Self>>) {
        self.encrypt(blocks.into_out_with_copied_in());
    }
}

impl BlockCipherDecrypt for Tdes<'_> {
    fn decrypt_with_backend(&self, f: impl BlockCipherDecClosure<BlockSize = U8>) {
        f.call(self);
    }

    fn decrypt_blocks_inout(&self, blocks: InOutBuf<'_, '_, Block<Self>>) {
        self.decrypt(blocks.into_out_with_copied_in());
    }

    fn decrypt_blocks(&self, blocks: &mut [Block<Self>]) {
        self.decrypt(blocks);
    }
}

impl BlockCipherDecBackend for Tdes<'_> {
    fn decrypt_block(&self, block: InOut<'_, '_, Block<Self>>) {
        self.decrypt(from_mut(block.into_out_with_copied_in()));
    }

    fn decrypt_par_blocks(&self, blocks: InOut<'_, '_, ParBlocks<Self>>) {
        self.decrypt(blocks.into_out_with_copied_in());
    }

    fn decrypt_tail_blocks(&self, blocks: InOutBuf<'_, '_, Block<Self>>) {
        self.decrypt(blocks.into_out_with_copied_in());
    }
}
