//! Every kernel, and every pair of them, equals the `des` crate: random blocks, both directions, batches of all sizes,
//! keys per block and shared.
//!
//! `PAYHSM_LONGEST_TESTS=1` goes to 10^7 blocks and every size of batch up to 600.
#![expect(clippy::unwrap_used, reason = "tests stop at what they do not expect")]

#[path = "support/des.rs"]
mod des_crate;
#[path = "support/kernels.rs"]
mod kernels;

use des_crate::{Random, oracle};
use kernels::kernels;
use payhsm_tdes::{
    BatchLengthError, Instructions, Kernel, KernelName, Key, KeyLengthError, UnknownKernelError,
};

fn long() -> bool {
    std::env::var_os("PAYHSM_LONGEST_TESTS").is_some_and(|value| value == "1")
}

/// Sizes about those where a kernel's registers or lanes are full, and where a pair changes hands.
fn sizes() -> Vec<usize> {
    if long() {
        return (0..=600).collect();
    }
    let about = [64, 96, 120, 128, 256, 512, 576].into_iter().flat_map(|full| full - 1..=full + 1);
    (0..=46).chain(about).collect()
}

fn batch(kernel: Kernel, keys: &[Vec<u8>], blocks: &[[u8; 8]], encrypt: bool) {
    let borrowed: Vec<Key<'_>> = keys.iter().map(|key| Key::new(key).unwrap()).collect();
    let mut out = blocks.to_vec();
    if encrypt {
        kernel.encrypt_batch(&borrowed, &mut out)
    } else {
        kernel.decrypt_batch(&borrowed, &mut out)
    }
    .unwrap();
    for ((key, block), got) in keys.iter().zip(blocks).zip(&out) {
        assert_eq!(
            *got,
            oracle(key, *block, encrypt),
            "{kernel:?} batch of {} encrypt {encrypt}",
            blocks.len()
        );
    }
}

#[test]
fn single_blocks() {
    let mut random = Random(1);
    for kernel in kernels() {
        for round in 0..if long() { 100_000 } else { 2_000 } {
            let key = random.key([8, 16, 24][round % 3]);
            let block = random.block();
            assert_eq!(
                kernel.encrypt_block(&key, block).unwrap(),
                oracle(&key, block, true),
                "{kernel:?}"
            );
            assert_eq!(
                kernel.decrypt_block(&key, block).unwrap(),
                oracle(&key, block, false),
                "{kernel:?}"
            );
        }
    }
}

#[test]
fn many_random_blocks() {
    let blocks_in_all = if long() { 10_000_000 } else { 100_000 };
    let mut random = Random(2);
    for kernel in kernels() {
        for encrypt in [true, false] {
            for round in 0..blocks_in_all / 1_000 {
                // One length in all keys, or one after the other.
                let lengths = [[16, 24, 8, 16], [16; 4], [24; 4], [8, 16, 8, 16], [8; 4]];
                let keys: Vec<_> =
                    (0..1_000).map(|i| random.key(lengths[round % 5][(i + round) % 4])).collect();
                let blocks: Vec<_> = (0..1_000).map(|_| random.block()).collect();
                batch(kernel, &keys, &blocks, encrypt);
            }
        }
    }
}

#[test]
fn every_batch_size() {
    let mut random = Random(3);
    for kernel in kernels() {
        for size in sizes() {
            let blocks: Vec<_> = (0..size).map(|_| random.block()).collect();
            for len in [8, 16, 24] {
                let keys: Vec<_> = (0..size).map(|_| random.key(len)).collect();
                batch(kernel, &keys, &blocks, true);
                batch(kernel, &keys, &blocks, false);
                let key = random.key(len);
                let mut out = blocks.clone();
                kernel.encrypt_blocks_shared(Key::new(&key).unwrap(), &mut out);
                for (block, got) in blocks.iter().zip(&out) {
                    assert_eq!(*got, oracle(&key, *block, true), "{kernel:?} shared, {size}");
                }
                kernel.decrypt_blocks_shared(Key::new(&key).unwrap(), &mut out);
                assert_eq!(out, blocks, "{kernel:?} shared, {size}");
            }
        }
    }
}

#[test]
fn one_bit_at_a_time() {
    for kernel in kernels() {
        for bit in 0..64 {
            let word = (1_u64 << bit).to_le_bytes();
            assert_eq!(
                kernel.encrypt_block(&[0; 8], word).unwrap(),
                oracle(&[0; 8], word, true),
                "{kernel:?}"
            );
            assert_eq!(
                kernel.encrypt_block(&word, [0; 8]).unwrap(),
                oracle(&word, [0; 8], true),
                "{kernel:?}"
            );
        }
    }
}

#[test]
fn neighbours_in_a_batch_do_not_touch() {
    let mut random = Random(4);
    for kernel in kernels() {
        let keys: Vec<_> = (0..20).map(|_| random.key(16)).collect();
        let borrowed: Vec<_> = keys.iter().map(|key| Key::new(key).unwrap()).collect();
        let blocks: Vec<_> = (0..20).map(|_| random.block()).collect();
        let mut out = blocks.clone();
        kernel.encrypt_batch(&borrowed[3..14], &mut out[3..14]).unwrap();
        assert_eq!(out[..3], blocks[..3]);
        assert_eq!(out[14..], blocks[14..]);
    }
}

#[test]
fn lengths_are_errors() {
    for kernel in kernels() {
        for len in (0..40).filter(|len| ![8, 16, 24].contains(len)) {
            assert_eq!(Key::new(&vec![0; len]).unwrap_err(), KeyLengthError);
            assert_eq!(kernel.encrypt_block(&vec![0; len], [0; 8]), Err(KeyLengthError));
            assert_eq!(kernel.decrypt_block(&vec![0; len], [0; 8]), Err(KeyLengthError));
        }
        let key = [0; 16];
        let keys = [Key::new(&key).unwrap(); 3];
        let mut blocks = [[0; 8]; 4];
        assert_eq!(kernel.encrypt_batch(&keys, &mut blocks), Err(BatchLengthError));
        assert_eq!(kernel.decrypt_batch(&keys, &mut blocks[..2]), Err(BatchLengthError));
        assert_eq!(blocks, [[0; 8]; 4]);
    }
}

#[test]
fn debug_shows_no_key() {
    let key = [0xd5; 16];
    assert_eq!(format!("{:?}", Key::new(&key).unwrap()), "Key(16 bytes)");
}

#[test]
fn names_are_understood() {
    for name in KernelName::ALL {
        assert_eq!(name.as_str().parse(), Ok(name));
    }
    for set in Instructions::ALL {
        assert_eq!(set.as_str().parse(), Ok(set));
    }
    assert_eq!("best".parse::<Instructions>(), Err(UnknownKernelError));
    assert_eq!("".parse::<KernelName>(), Err(UnknownKernelError));
    assert_eq!(Kernel::with(KernelName::Scalar).unwrap().to_string(), "scalar");
    let pair = Kernel::within(Instructions::Portable).unwrap().to_string();
    assert!(pair.starts_with("scalar, from ") && pair.ends_with(" bitslice64"), "{pair}");
}
