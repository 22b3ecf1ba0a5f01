//! Where the bits of a block and of a key are after transposition. Computed by the compiler.
//!
//! Blocks and keys are read as little-endian words: bit `n` of a word is bit `n % 8` of byte `n / 8`. Its row lies in
//! half `n % 2` at place `n / 2`. The even bits are those which IP sends to L, so IP is a matter of names, and FP too.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]

use crate::fips::{self, IP, P, PC2};

/// Half and place of bit `(byte, bit)` of a word.
const fn row((byte, bit): (usize, usize)) -> (usize, usize) {
    (bit % 2, (8 * byte + bit) / 2)
}

/// Place of bit `bit` (from 0) of L or R within its half.
const fn place(bit: usize) -> usize {
    row(fips::place(IP[bit])).1
}

/// Place of what feeds input `bit` of S-box `which`: E.
pub(super) const fn feeds(which: usize, bit: usize) -> usize {
    place(fips::expansion(which, bit))
}

/// Place to which output `bit` of S-box `which` is added: P.
pub(super) const fn fed(which: usize, bit: usize) -> usize {
    let mut to = 0;
    while P[to] as usize != 4 * which + bit + 1 {
        to += 1;
    }
    place(to)
}

/// Which of the 28 bits of C (S-boxes 0 to 3) or D (4 to 7), as rotated, goes into input `bit` of S-box `which`: PC-2.
pub(super) const fn keyed(which: usize, bit: usize) -> usize {
    (PC2[6 * which + bit] as usize - 1) % 28
}

/// Which bit of a key's word is each bit of C and of D: PC-1.
pub(super) const KEY: [[usize; 28]; 2] = {
    let mut numbers = [[0; 28]; 2];
    let mut bit = 0;
    while bit < 56 {
        let (byte, of_byte) = fips::key_bit(bit / 28, bit % 28);
        numbers[bit / 28][bit % 28] = 8 * byte + of_byte;
        bit += 1;
    }
    numbers
};

/// How far C and D are rotated in each round, going forward and backward.
pub(super) const ROTATIONS: [[usize; 16]; 2] = {
    let mut rotations = [[0; 16]; 2];
    let mut round = 0;
    while round < 16 {
        rotations[0][round] = fips::ROTATION[round] as usize;
        rotations[1][15 - round] = fips::ROTATION[round] as usize;
        round += 1;
    }
    rotations
};

const _: () = {
    let mut bit = 0;
    while bit < 32 {
        assert!(row(fips::place(IP[bit])).0 == 0, "L is the even bits");
        assert!(row(fips::place(IP[32 + bit])).0 == 1, "R is the odd bits");
        assert!(row(fips::place(IP[32 + bit])).1 == place(bit), "both in one order");
        bit += 1;
    }
};
