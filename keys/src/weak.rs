//! DES keys that are no keys: weak, semi-weak and possibly weak ones, and keys whose parts are equal.
//!
//! All 64 keys (4 weak, 12 semi-weak, 48 possibly weak; NIST SP 800-67 rev. 1, 3.3.2) have one shape.
//! With the parity bits cleared, each of the left four bytes is 00, 1E, E0 or FE: its high three bits
//! are all alike, and so are its low four. The right four bytes repeat that as 00, 0E, F0 or FE.
//! And of the four bytes, an even number has its high bits set, and an even number its low bits.
//! So membership is arithmetic, the same for every key, with no table to walk through.

use payhsm_crypto::told::{Told, told};
use subtle::{Choice, ConstantTimeEq};

/// The bits that are not parity.
const KEY_BITS: u64 = 0xFEFE_FEFE_FEFE_FEFE;
/// One bit a byte.
const ONES: u64 = 0x0101_0101;

/// Whether any 8-byte part of `key` is one of the 64 keys. Parity does not matter.
pub(crate) fn has_weak_part(key: &[u8]) -> bool {
    let (parts, _) = key.as_chunks::<8>();
    let weak =
        parts.iter().fold(Choice::from(0), |any, part| any | is_weak(u64::from_be_bytes(*part)));
    told(Told::Key, weak)
}

/// Whether any two 8-byte parts of `key` are equal but for parity.
pub(crate) fn has_equal_parts(key: &[u8]) -> bool {
    let (parts, _) = key.as_chunks::<8>();
    let parts = parts.iter().map(|part| u64::from_be_bytes(*part) & KEY_BITS);
    let mut equal = Choice::from(0);
    for (place, part) in parts.clone().enumerate() {
        for later in parts.clone().skip(place + 1) {
            equal |= part.ct_eq(&later);
        }
    }
    told(Told::Key, equal)
}

fn is_weak(part: u64) -> Choice {
    let part = part & KEY_BITS;
    let left = part >> 32;
    let high = (left >> 7) & ONES;
    let low = (left >> 1) & ONES;
    let shape = (((high * 0xE0) | (low * 0x1E)) << 32) | (high * 0xF0) | (low * 0x0E);
    let odd = (high.count_ones() | low.count_ones()) & 1;
    part.ct_eq(&shape) & odd.ct_eq(&0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    /// NIST SP 800-67 rev. 1, 3.3.2: the left half in full, the right half follows from it.
    const WEAK: [&str; 4] =
        ["0101010101010101", "FEFEFEFEFEFEFEFE", "E0E0E0E0F1F1F1F1", "1F1F1F1F0E0E0E0E"];
    const SEMI_WEAK: [&str; 12] = [
        "011F011F010E010E",
        "1F011F010E010E01",
        "01E001E001F101F1",
        "E001E001F101F101",
        "01FE01FE01FE01FE",
        "FE01FE01FE01FE01",
        "1FE01FE00EF10EF1",
        "E01FE01FF10EF10E",
        "1FFE1FFE0EFE0EFE",
        "FE1FFE1FFE0EFE0E",
        "E0FEE0FEF1FEF1FE",
        "FEE0FEE0FEF1FEF1",
    ];
    const POSSIBLY_WEAK: [&str; 48] = [
        "01011F1F01010E0E",
        "1F1F01010E0E0101",
        "E0E01F1FF1F10E0E",
        "0101E0E00101F1F1",
        "1F1FE0E00E0EF1F1",
        "E0E0FEFEF1F1FEFE",
        "0101FEFE0101FEFE",
        "1F1FFEFE0E0EFEFE",
        "E0FE011FF1FE010E",
        "011F1F01010E0E01",
        "1FE001FE0EF101FE",
        "E0FE1F01F1FE0E01",
        "011FE0FE010EF1FE",
        "1FE0E01F0EF1F10E",
        "E0FEFEE0F1FEFEF1",
        "011FFEE0010EFEF1",
        "1FE0FE010EF1FE01",
        "FE0101FEFE0101FE",
        "01E01FFE01F10EFE",
        "1FFE01E00EFE01F1",
        "FE011FE0FE010EF1",
        "01E0E00101F1F101",
        "1FFEE0010EFEF101",
        "FE01E01FFE01F10E",
        "01E0FE1F01F1FE0E",
        "1FFEFE1F0EFEFE0E",
        "FE1F01E0FE0E01F1",
        "01FE1FE001FE0EF1",
        "E00101E0F10101F1",
        "FE1FE001FE0EF101",
        "01FEE01F01FEF10E",
        "E0011FFEF1010EFE",
        "FE1F1FFEFE0E0EFE",
        "01FEFE0101FEFE01",
        "E001FE1FF101FE0E",
        "FEE0011FFEF1010E",
        "1F01011F0E01010E",
        "E01F01FEF10E01FE",
        "FEE01F01FEF10E01",
        "1F01E0FE0E01F1FE",
        "E01F1FE0F10E0EF1",
        "FEE0E0FEFEF1F1FE",
        "1F01FEE00E01FEF1",
        "E01FFE01F10EFE01",
        "FEFE0101FEFE0101",
        "E0E00101F1F10101",
        "FEFE1F1FFEFE0E0E",
        "FEFEE0E0FEFEF1F1",
    ];

    fn all() -> Vec<[u8; 8]> {
        let texts = WEAK.iter().chain(&SEMI_WEAK).chain(&POSSIBLY_WEAK);
        texts.map(|text| hex::decode(text).unwrap().try_into().unwrap()).collect()
    }

    #[test]
    fn the_64_keys_are_weak_in_every_parity() {
        assert_eq!(all().into_iter().collect::<HashSet<_>>().len(), 64);
        for key in all() {
            for parity in 0..=255u8 {
                let mut other = key;
                for (place, byte) in other.iter_mut().enumerate() {
                    *byte = (*byte & 0xFE) | ((parity >> place) & 1);
                }
                assert!(has_weak_part(&other), "{}", hex::encode(other));
            }
        }
        assert!(has_weak_part(&[0; 8]) && has_weak_part(&[0xFF; 8]));
    }

    #[test]
    fn a_key_one_bit_away_is_not_weak() {
        for key in all() {
            for bit in (0..64).filter(|bit| bit % 8 != 0) {
                let other = u64::from_be_bytes(key) ^ (1 << bit);
                assert!(!has_weak_part(&other.to_be_bytes()), "{other:016X}");
            }
        }
    }

    #[test]
    fn of_all_keys_made_of_the_eight_bytes_only_64_are_weak() {
        let lefts = [0x01u8, 0x1F, 0xE0, 0xFE];
        let rights = [0x01u8, 0x0E, 0xF1, 0xFE];
        let known: HashSet<[u8; 8]> = all().into_iter().collect();
        for number in 0..65536usize {
            let digit = |place: usize| (number >> (2 * place)) & 3;
            let mut key = [0; 8];
            for place in 0..4 {
                key[place] = lefts[digit(place)];
                key[4 + place] = rights[digit(4 + place)];
            }
            assert_eq!(has_weak_part(&key), known.contains(&key), "{}", hex::encode(key));
        }
    }

    #[test]
    fn equal_parts_are_seen_through_parity_and_in_any_place() {
        let (one, two) = ([0x13, 0x34, 0x57, 0x79, 0x91, 0xAB, 0xCD, 0xEF], [0x10; 8]);
        let flipped = one.map(|byte| byte ^ 1);
        let key = |parts: &[[u8; 8]]| parts.concat();
        assert!(!has_equal_parts(&one));
        assert!(!has_equal_parts(&key(&[one, two])));
        for equal in
            [&[one, flipped][..], &[one, flipped, two], &[two, one, flipped], &[one, two, flipped]]
        {
            assert!(has_equal_parts(&key(equal)));
        }
    }

    #[test]
    fn any_part_counts() {
        let (good, weak) = ([0x13, 0x34, 0x57, 0x79, 0x91, 0xAB, 0xCD, 0xEF], [0xFE; 8]);
        assert!(!has_weak_part(&[good, good].concat()));
        assert!(has_weak_part(&[good, weak].concat()));
        assert!(has_weak_part(&[good, good, weak].concat()));
    }
}
