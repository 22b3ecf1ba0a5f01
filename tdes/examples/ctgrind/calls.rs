//! What is called, and on what.

use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2, TdesEde3};
use payhsm_taint::random::SplitMix64;
use payhsm_tdes::{Kernel, Key};
use zeroize::Zeroize;

/// Blocks in the largest call.
pub(crate) const MOST: usize = 300;

/// Who is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject {
    Kernel(Kernel),
    /// Table code: looks up S-boxes in memory.
    Des,
    /// Compares the low bits of the bytes of key and block, and stops where they differ.
    EarlyExit,
}

impl Default for Subject {
    fn default() -> Self {
        Self::Kernel(Kernel::detect())
    }
}

impl Subject {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "des" => Some(Self::Des),
            "early-exit" => Some(Self::EarlyExit),
            _ => {
                let pair = || name.parse().ok().and_then(Kernel::within);
                name.parse().ok().and_then(Kernel::with).or_else(pair).map(Self::Kernel)
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One block, by value.
    Block,
    /// A key for each block.
    Batch,
    /// One key for all.
    Shared,
    /// One message in CBC.
    Cbc,
    /// One MAC: of CBC where it says encrypt, else Retail.
    Mac,
    /// Many messages in CBC; encryption alone has such a call.
    CbcBatch,
    /// Many MACs.
    MacBatch,
}

const MODES: [Shape; 4] = [Shape::Cbc, Shape::Mac, Shape::CbcBatch, Shape::MacBatch];

/// One call, as the world may know it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    pub(crate) shape: Shape,
    pub(crate) encrypt: bool,
    pub(crate) key_len: usize,
    pub(crate) blocks: usize,
}

/// Every mode, over messages of `blocks` blocks in all.
pub(crate) fn modes(blocks: usize) -> Vec<Call> {
    let mut calls = Vec::new();
    for shape in MODES {
        for encrypt in [true, false] {
            calls.push(Call { shape, encrypt, key_len: 16, blocks });
        }
    }
    calls
}

/// Every shape but the modes, direction and length of key, with each of `sizes`.
pub(crate) fn plan(sizes: &[usize]) -> Vec<Call> {
    let mut calls = Vec::new();
    for encrypt in [true, false] {
        for key_len in [8, 16, 24] {
            calls.push(Call { shape: Shape::Block, encrypt, key_len, blocks: 1 });
            for shape in [Shape::Batch, Shape::Shared] {
                calls.extend(sizes.iter().map(|&blocks| Call { shape, encrypt, key_len, blocks }));
            }
        }
    }
    calls
}

/// What a call is made on: all in one piece, so that two calls from one place have it at one address.
pub(crate) struct Work<'s> {
    raw: [&'s [u8]; MOST],
    keys: [Key<'s>; MOST],
    blocks: &'s mut [[u8; 8]],
    values: &'s mut [[u8; 8]],
}

impl Call {
    #[inline(never)]
    pub(crate) fn make(self, subject: Subject, work: &mut Work<'_>) {
        match subject {
            Subject::Kernel(kernel) => self.ask(kernel, work),
            Subject::Des => {
                for (key, block) in work.raw.iter().zip(&mut *work.blocks) {
                    self.oracle(key, block);
                }
            }
            Subject::EarlyExit => {
                let differ = |(key, block): (&u8, &u8)| (key ^ block) & 1 == 1;
                if let [block, ..] = &mut *work.blocks {
                    let at = work.raw[0].iter().zip(&*block).position(differ);
                    *block = at.unwrap_or(8).to_le_bytes();
                }
            }
        }
    }

    fn ask(self, kernel: Kernel, work: &mut Work<'_>) {
        let ([raw, ..], [key, ..], blocks) = (work.raw, work.keys, &mut *work.blocks);
        let keys = work.keys.get(..blocks.len()).unwrap_or_default();
        match (self.shape, blocks) {
            (Shape::Block, blocks) => {
                for block in blocks {
                    let mut out = if self.encrypt {
                        kernel.encrypt_block(raw, *block)
                    } else {
                        kernel.decrypt_block(raw, *block)
                    };
                    if let Ok(out) = &mut out {
                        *block = *out;
                        out.zeroize();
                    }
                }
            }
            (Shape::Shared, blocks) if self.encrypt => kernel.encrypt_blocks_shared(key, blocks),
            (Shape::Shared, blocks) => kernel.decrypt_blocks_shared(key, blocks),
            (Shape::Batch, blocks) if self.encrypt => {
                kernel.encrypt_batch(keys, blocks).unwrap_or_default();
            }
            (Shape::Batch, blocks) => kernel.decrypt_batch(keys, blocks).unwrap_or_default(),
            (Shape::Cbc | Shape::Mac, blocks) => {
                self.mode(kernel, key, &mut work.values[0], blocks);
            }
            (Shape::CbcBatch | Shape::MacBatch, _) => self.modes(kernel, work),
        }
    }

    fn mode(self, kernel: Kernel, key: Key<'_>, value: &mut [u8; 8], blocks: &mut [[u8; 8]]) {
        match (self.shape, self.encrypt) {
            (Shape::Cbc, true) => kernel.cbc_encrypt(key, value, blocks),
            (Shape::Cbc, false) => kernel.cbc_decrypt(key, value, blocks),
            (_, true) => kernel.cbc_mac(key, value, blocks).unwrap_or_default(),
            (_, false) => kernel.retail_mac(key, value, blocks).unwrap_or_default(),
        }
    }

    /// Messages of two blocks and of one in turn.
    fn modes(self, kernel: Kernel, work: &mut Work<'_>) {
        let mut messages: [&mut [[u8; 8]]; MOST] = [(); MOST].map(|()| Default::default());
        let (mut rest, mut count) = (&mut *work.blocks, 0);
        while !rest.is_empty() {
            let (message, left) = rest.split_at_mut(rest.len().min(2 - count % 2));
            (messages[count], rest) = (message, left);
            count += 1;
        }
        let (keys, values) = (&work.keys[..count], &mut work.values[..count]);
        let mut read: [&[[u8; 8]]; MOST] = [&[]; MOST];
        if self.shape == Shape::CbcBatch {
            kernel.cbc_encrypt_batch(keys, values, &mut messages[..count]).unwrap_or_default();
            return;
        }
        for (read, message) in read.iter_mut().zip(&mut messages) {
            *read = message;
        }
        if self.encrypt {
            kernel.cbc_mac_batch(keys, values, &read[..count]).unwrap_or_default();
        } else {
            kernel.retail_mac_batch(keys, values, &read[..count]).unwrap_or_default();
        }
    }

    fn oracle(self, key: &[u8], block: &mut [u8; 8]) {
        match key.len() {
            8 => self.with::<Des>(key, block),
            16 => self.with::<TdesEde2>(key, block),
            _ => self.with::<TdesEde3>(key, block),
        }
    }

    fn with<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
        self,
        key: &[u8],
        block: &mut [u8; 8],
    ) {
        if let (Ok(cipher), Ok(block)) =
            (C::new_from_slice(key), <&mut cipher::Block<C>>::try_from(&mut block[..]))
        {
            if self.encrypt {
                cipher.encrypt_block(block);
            } else {
                cipher.decrypt_block(block);
            }
        }
    }
}

/// Keys, blocks and chaining values for the largest call, at addresses that stay.
pub(crate) struct Secrets {
    keys: Vec<u8>,
    blocks: Vec<[u8; 8]>,
    values: Vec<[u8; 8]>,
    random: SplitMix64,
}

impl Secrets {
    pub(crate) fn new(seed: u64) -> Self {
        let blocks = vec![[0; 8]; MOST];
        Self {
            keys: vec![0; 24 * MOST],
            values: blocks.clone(),
            blocks,
            random: SplitMix64::new(seed),
        }
    }

    /// New secrets.
    pub(crate) fn fill(&mut self) {
        let mut random = self.random;
        self.each(|part| {
            for bytes in part.chunks_mut(8) {
                bytes.copy_from_slice(&random.word().to_le_bytes());
            }
        });
        self.random = random;
    }

    /// Does something to the keys, then to the blocks, then to the chaining values.
    pub(crate) fn each(&mut self, mut what: impl FnMut(&mut [u8])) {
        what(&mut self.keys);
        what(self.blocks.as_flattened_mut());
        what(self.values.as_flattened_mut());
    }

    pub(crate) fn wipe(&mut self) {
        self.each(Zeroize::zeroize);
    }

    /// As much of it as `call` needs.
    pub(crate) fn of(&mut self, call: Call) -> Work<'_> {
        let mut raw: [&[u8]; MOST] = [&[0; 8]; MOST];
        for (raw, part) in raw.iter_mut().zip(self.keys.chunks_exact(call.key_len)) {
            *raw = part;
        }
        // A call of the plan has a length that is one.
        let keys = raw.map(|raw| Key::new(raw).unwrap());
        Work { raw, keys, blocks: &mut self.blocks[..call.blocks], values: &mut self.values }
    }

    pub(crate) fn sum(&self, sum: u64) -> u64 {
        self.blocks
            .iter()
            .chain(&self.values)
            .fold(sum, |sum, block| sum.rotate_left(7) ^ u64::from_le_bytes(*block))
    }
}
