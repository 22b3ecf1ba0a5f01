//! Through the traits of RustCrypto: the same blocks as the `des` crate, in place and from buffer to buffer, block by
//! block, as a mode calls it, and all at once.
#[path = "support/kernels.rs"]
mod kernels;

use cipher::array::Array;
use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::TdesEde2;
use kernels::kernels;
use mode::Cbc;
use payhsm_tdes::{Kernel, KernelName, Key, Tdes};

type Blocks = Vec<Block<TdesEde2>>;

fn key() -> [u8; 16] {
    *b"\x01\x23\x45\x67\x89\xab\xcd\xef\x0f\x1e\x2d\x3c\x4b\x5a\x69\x78"
}

fn blocks(count: usize) -> Blocks {
    let word = |i: usize| 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(i as u64 + 1) ^ (i as u64);
    (0..count).map(|i| Array(word(i).to_be_bytes())).collect()
}

#[test]
fn blocks_in_every_number_equal_des() {
    let secret = key();
    let des = TdesEde2::new_from_slice(&secret).unwrap();
    for kernel in kernels() {
        let tdes = Tdes::new(kernel, Key::new(&secret).unwrap());
        for count in 0..70 {
            let plain = blocks(count);
            let mut expected = plain.clone();
            expected.iter_mut().for_each(|block| des.encrypt_block(block));

            let mut out = plain.clone();
            tdes.encrypt_blocks(&mut out);
            assert_eq!(out, expected, "{tdes:?}, {count} blocks");
            tdes.decrypt_blocks(&mut out);
            assert_eq!(out, plain, "{tdes:?}, {count} blocks");

            let mut elsewhere = blocks(count + 1);
            elsewhere.truncate(count);
            tdes.encrypt_blocks_b2b(&plain, &mut elsewhere).unwrap();
            assert_eq!(elsewhere, expected, "{tdes:?}, {count} blocks, elsewhere");
            tdes.decrypt_blocks_b2b(&expected, &mut elsewhere).unwrap();
            assert_eq!(elsewhere, plain, "{tdes:?}, {count} blocks, elsewhere");

            tdes.encrypt_blocks_inout(elsewhere.as_mut_slice().into());
            assert_eq!(elsewhere, expected, "{tdes:?}, {count} blocks, in and out");
            tdes.decrypt_blocks_inout(elsewhere.as_mut_slice().into());
            assert_eq!(elsewhere, plain, "{tdes:?}, {count} blocks, in and out");
        }
        let (plain, mut out) = (blocks(1)[0], Array([0; 8]));
        tdes.encrypt_block_b2b(&plain, &mut out);
        let mut expected = plain;
        des.encrypt_block(&mut expected);
        assert_eq!(out, expected);
        tdes.decrypt_block(&mut out);
        assert_eq!(out, plain);
    }
}

#[test]
fn a_mode_on_the_backend_equals_the_mode_on_des() {
    let secret = key();
    let des = TdesEde2::new_from_slice(&secret).unwrap();
    let chain = Array([0xa5; 8]);
    for kernel in kernels() {
        let tdes = Tdes::new(kernel, Key::new(&secret).unwrap());
        for count in [0, 1, 15, 16, 17, 40] {
            let plain = blocks(count);
            let (mut ours, mut theirs) = (plain.clone(), plain.clone());
            tdes.encrypt_with_backend(Cbc { chain, blocks: &mut ours });
            des.encrypt_with_backend(Cbc { chain, blocks: &mut theirs });
            assert_eq!(ours, theirs, "{tdes:?}, {count} blocks");
            tdes.decrypt_with_backend(Cbc { chain, blocks: &mut ours });
            assert_eq!(ours, plain, "{tdes:?}, {count} blocks");
            if let Some(block) = theirs.first_mut() {
                block[3] ^= 1;
                tdes.decrypt_with_backend(Cbc { chain, blocks: &mut theirs });
                assert_ne!(theirs[0], plain[0]);
                assert_eq!(theirs.get(2..), plain.get(2..));
            }
        }
    }
}

#[test]
fn debug_shows_no_key() {
    let secret = key();
    let tdes = Tdes::new(Kernel::with(KernelName::Scalar).unwrap(), Key::new(&secret).unwrap());
    assert_eq!(format!("{tdes:?}"), "Tdes(scalar, Key(16 bytes))");
}

/// CBC as a mode crate writes it: generic over the cipher, on the backend, blocks one by one or `ParBlocks` at a time.
mod mode {
    use cipher::array::Array;
    use cipher::consts::U8;
    use cipher::{
        Block, BlockCipherDecBackend, BlockCipherDecClosure, BlockCipherEncBackend,
        BlockCipherEncClosure, BlockSizeUser, ParBlocks,
    };
    use des::TdesEde2;

    pub(super) struct Cbc<'a> {
        pub(super) chain: Block<TdesEde2>,
        pub(super) blocks: &'a mut [Block<TdesEde2>],
    }

    impl BlockSizeUser for Cbc<'_> {
        type BlockSize = U8;
    }

    fn add(a: &mut Block<TdesEde2>, b: &Block<TdesEde2>) {
        a.iter_mut().zip(b).for_each(|(a, b)| *a ^= b);
    }

    impl BlockCipherEncClosure for Cbc<'_> {
        fn call<B: BlockCipherEncBackend<BlockSize = U8>>(mut self, backend: &B) {
            for block in self.blocks {
                add(block, &self.chain);
                backend.encrypt_block_inplace(block);
                self.chain = *block;
            }
        }
    }

    impl BlockCipherDecClosure for Cbc<'_> {
        fn call<B: BlockCipherDecBackend<BlockSize = U8>>(self, backend: &B) {
            let ciphertext = self.blocks.to_vec();
            let (wide, tail): (&mut [ParBlocks<B>], _) = Array::slice_as_chunks_mut(self.blocks);
            for blocks in wide {
                backend.decrypt_par_blocks_inplace(blocks);
            }
            backend.decrypt_tail_blocks_inplace(tail);
            for (block, before) in
                self.blocks.iter_mut().zip([self.chain].iter().chain(&ciphertext))
            {
                add(block, before);
            }
        }
    }
}
