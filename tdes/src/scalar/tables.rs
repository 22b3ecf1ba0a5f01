//! Constants of the portable kernel, made from the tables of FIPS 46-3 by the compiler.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]
#![expect(clippy::cast_possible_truncation, reason = "values below 64")]

use crate::fips;

/// The low 28 bits.
pub(super) const KEY_MASK: u64 = (1 << 28) - 1;

/// For each S-box and each of its output bits: the truth table, turned so that the bit for input `v` comes to its
/// place behind P when the word is rotated right by `v`; and that place.
pub(super) static TRUTH: [[(u64, u64); 4]; 8] = truth();

const fn truth() -> [[(u64, u64); 4]; 8] {
    let mut out = [[(0, 0); 4]; 8];
    let mut q = 0;
    while q < 32 {
        let from = fips::P[q] as usize - 1;
        let (which, bit) = (from / 4, from % 4);
        let mut word = 0u64;
        let mut input = 0;
        while input < 64 {
            word |= (fips::sbox_bit(which, input, bit) as u64) << input;
            input += 1;
        }
        out[which][bit] = (word.rotate_left(31 - q as u32), 1 << (31 - q));
        q += 1;
    }
    out
}

/// A bit permutation as rotations: all bits that travel equally far go together.
struct Moves {
    moves: [(u32, u64); 64],
    count: usize,
}

/// PC-1: the key, big-endian, to C (bits 55 to 28) and D (27 to 0).
pub(super) const PC1_MOVES: [(u32, u64); pc1().count] = exactly(&pc1());
/// PC-2: from there to six bits in each byte, S-box 0 lowest.
pub(super) const PC2_MOVES: [(u32, u64); pc2().count] = exactly(&pc2());

const fn exactly<const N: usize>(from: &Moves) -> [(u32, u64); N] {
    let mut out = [(0, 0); N];
    let mut at = 0;
    while at < N {
        out[at] = from.moves[at];
        at += 1;
    }
    out
}

const fn pc1() -> Moves {
    let mut moves = Moves { moves: [(0, 0); 64], count: 0 };
    let mut q = 0;
    while q < 56 {
        moves = add(moves, 64 - fips::PC1[q] as u32, 55 - q as u32);
        q += 1;
    }
    moves
}

const fn pc2() -> Moves {
    let mut moves = Moves { moves: [(0, 0); 64], count: 0 };
    let mut q = 0;
    while q < 48 {
        moves = add(moves, 56 - fips::PC2[q] as u32, (q / 6 * 8 + 5 - q % 6) as u32);
        q += 1;
    }
    moves
}

const fn add(mut moves: Moves, from: u32, to: u32) -> Moves {
    let distance = (64 + to - from) % 64;
    let mut at = 0;
    while at < moves.count && moves.moves[at].0 != distance {
        at += 1;
    }
    if at == moves.count {
        moves.count += 1;
    }
    moves.moves[at].0 = distance;
    moves.moves[at].1 |= 1 << to;
    moves
}

/// Applies a permutation.
#[inline(always)]
pub(super) fn gather<const N: usize>(word: u64, moves: &[(u32, u64); N]) -> u64 {
    moves.iter().fold(0, |out, (distance, mask)| out | (word.rotate_left(*distance) & mask))
}
