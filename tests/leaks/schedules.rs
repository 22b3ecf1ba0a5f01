//! Key schedules, written down here so that what is searched for does not come from the code that is searched.

/// The sixteen round keys of a DES key, 48 bits each.
pub(crate) fn des(key: [u8; 8]) -> Vec<u64> {
    let bit = |at: usize| u64::from(key[(at - 1) / 8] >> (7 - (at - 1) % 8) & 1);
    let mut halves: Vec<u64> = PC1.iter().map(|&at| bit(at)).collect();
    let mut rounds = Vec::new();
    for round in 1..=16 {
        let shift = if matches!(round, 1 | 2 | 9 | 16) { 1 } else { 2 };
        halves[..28].rotate_left(shift);
        halves[28..].rotate_left(shift);
        rounds.push(PC2.iter().fold(0, |all, &at| all << 1 | halves[at - 1]));
    }
    rounds
}

/// The round keys of an AES key, the key itself among them, 16 bytes each.
pub(crate) fn aes(key: &[u8]) -> Vec<[u8; 16]> {
    let length = key.len() / 4;
    let words = 4 * (length + 7);
    let mut all: Vec<[u8; 4]> = key.as_chunks::<4>().0.to_vec();
    let mut constant = 1;
    for at in length..words {
        let mut word = all[at - 1];
        if at % length == 0 {
            word.rotate_left(1);
            word = word.map(substituted);
            word[0] ^= constant;
            constant = doubled(constant);
        } else if length > 6 && at % length == 4 {
            word = word.map(substituted);
        }
        let before = all[at - length];
        all.push(std::array::from_fn(|byte| word[byte] ^ before[byte]));
    }
    all.as_chunks::<4>()
        .0
        .iter()
        .map(|round| std::array::from_fn(|at| round[at / 4][at % 4]))
        .collect()
}

fn doubled(byte: u8) -> u8 {
    byte << 1 ^ if byte & 0x80 == 0 { 0 } else { 0x1B }
}

/// A round key in the form that the equivalent inverse cipher takes (FIPS 197, 5.3.5): InvMixColumns of it.
pub(crate) fn inverse_mixed(round: &[u8; 16]) -> [u8; 16] {
    std::array::from_fn(|at| {
        let column = &round[at / 4 * 4..][..4];
        let factors = [0x0E, 0x0B, 0x0D, 0x09].into_iter();
        let row = at % 4;
        factors
            .enumerate()
            .fold(0, |sum, (by, factor)| sum ^ product(column[(row + by) % 4], factor))
    })
}

/// The product in the field of AES.
pub(crate) fn product(mut one: u8, mut other: u8) -> u8 {
    let mut sum = 0;
    while other != 0 {
        if other & 1 == 1 {
            sum ^= one;
        }
        one = doubled(one);
        other >>= 1;
    }
    sum
}

/// The S-box: the inverse, which is the 254th power, and an affine map.
fn substituted(byte: u8) -> u8 {
    let inverse = (0..254).fold(1, |power, _| product(power, byte));
    (1..5).fold(inverse ^ 0x63, |all, by| all ^ inverse.rotate_left(by))
}

const PC1: [usize; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
    52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29,
    21, 13, 5, 28, 20, 12, 4,
];

const PC2: [usize; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
    31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

#[test]
fn schedules_are_the_published_ones() {
    // The well-known worked example of DES, and FIPS 197, appendix A.
    let rounds = des([0x13, 0x34, 0x57, 0x79, 0x9B, 0xBC, 0xDF, 0xF1]);
    assert_eq!(rounds[0], 0b0001_1011_0000_0010_1110_1111_1111_1100_0111_0000_0111_0010);
    assert_eq!(rounds[15], 0b1100_1011_0011_1101_1000_1011_0000_1110_0001_0111_1111_0101);
    let last = |key: &str| hex::encode(aes(&hex::decode(key).unwrap()).last().unwrap());
    assert_eq!(last("2b7e151628aed2a6abf7158809cf4f3c"), "d014f9a8c9ee2589e13f0cc8b6630ca6");
    assert_eq!(
        last("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"),
        "fe4890d1e6188d0b046df344706c631e"
    );
    // FIPS 197, C.1: the key schedule of the inverse cipher begins with the one before the last round.
    let rounds = aes(&hex::decode("000102030405060708090a0b0c0d0e0f").unwrap());
    assert_eq!(hex::encode(inverse_mixed(&rounds[9])), "13aa29be9c8faff6f770f58000f7bf03");
}
