//! The `des` crate as oracle, and variety to ask it about.

use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2, TdesEde3};

/// SplitMix64: the tests need variety, not secrecy.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn block(&mut self) -> [u8; 8] {
        self.word().to_le_bytes()
    }

    pub(crate) fn key(&mut self, len: usize) -> Vec<u8> {
        (0..len / 8).flat_map(|_| self.block()).collect()
    }
}

fn with<C: KeyInit + BlockCipherEncrypt + BlockCipherDecrypt>(
    key: &[u8],
    block: [u8; 8],
    encrypt: bool,
) -> [u8; 8] {
    let cipher = C::new_from_slice(key).unwrap();
    let mut data = cipher::Block::<C>::try_from(&block[..]).unwrap();
    if encrypt {
        cipher.encrypt_block(&mut data);
    } else {
        cipher.decrypt_block(&mut data);
    }
    data[..].try_into().unwrap()
}

pub(crate) fn oracle(key: &[u8], block: [u8; 8], encrypt: bool) -> [u8; 8] {
    match key.len() {
        8 => with::<Des>(key, block, encrypt),
        16 => with::<TdesEde2>(key, block, encrypt),
        _ => with::<TdesEde3>(key, block, encrypt),
    }
}
