//! Where everything lies in a register of four blocks, and which bit of an S-box goes where.
//!
//! **Bytes.** A half is kept as E sees it, one byte for each S-box. S-boxes 0 to 3 of all four blocks are in the low lane
//! of a register, 4 to 7 in the high one; in each lane the first two S-boxes of the four blocks, then the other two. So
//! a lane needs the tables of four S-boxes only, half of all byte shuffles.
//!
//! **Bits.** Six bits of a byte are in use: 0 to 3 are the index of a byte shuffle, which gives 0 where bit 7 is set;
//! bit 7 and bit 6 choose among four tables. Neighbours (0 and 1, 2 and 3, ...) share tables: each has four bits of a
//! byte, any four ([`PLACES`]). A bit keeps its place on the way to the next S-box, except two of those from the other
//! lane, which go down by [`DOWN`]. Where an S-box has its bits was found by a search such that in every byte six
//! different places are met; that it is so is checked here, by the compiler.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]

use crate::fips;

/// The place in a byte of each output bit of each S-box.
pub(super) const PLACES: [[u8; 4]; 8] = [
    [6, 2, 4, 3],
    [1, 7, 0, 5],
    [0, 6, 4, 1],
    [5, 7, 3, 2],
    [0, 5, 6, 3],
    [7, 1, 4, 2],
    [6, 7, 3, 4],
    [5, 2, 0, 1],
];

/// How far some of the bits from the other lane are shifted.
pub(super) const DOWN: u8 = 2;

/// The places in use.
const USED: u8 = 0b1100_1111;

/// How a bit comes to an S-box: from the same lane, from the other one, from the other one shifted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Own,
    Across,
    Down,
}

/// The most that come to an S-box in each of the three ways.
pub(super) const OWN: usize = 3;
pub(super) const ACROSS: usize = 2;

/// For each S-box the way of each of its six input bits.
pub(super) const WAYS: [[Way; 6]; 8] = {
    let mut out = [[Way::Own; 6]; 8];
    let mut j = 0;
    while j < 8 {
        let mut choice = 0;
        loop {
            assert!(choice < 64, "no way");
            let (mut met, mut counts, mut e) = (0_u8, [0; 3], 0);
            while e < 6 {
                let (from, bit) = fips::source(j, e);
                let (own, down) = (from / 4 == j / 4, choice >> e & 1 == 1);
                out[j][e] = match (own, down) {
                    (true, _) => Way::Own,
                    (false, false) => Way::Across,
                    (false, true) => Way::Down,
                };
                counts[out[j][e] as usize] += 1;
                met |= (1 << PLACES[from][bit]) >> if !own && down { DOWN } else { 0 };
                e += 1;
            }
            if met == USED && counts[0] <= OWN && counts[1] <= ACROSS && counts[2] <= ACROSS {
                break;
            }
            choice += 1;
        }
        j += 1;
    }
    out
};

/// Neighbours do not use one bit of a byte both.
const _: () = {
    let mut pair = 0;
    while pair < 8 {
        let (mut met, mut at) = (0_u8, 0);
        while at < 8 {
            met |= 1 << PLACES[pair + at / 4][at % 4];
            at += 1;
        }
        assert!(met == 0xff);
        pair += 2;
    }
};

/// The bit of the byte of S-box `which` in which its input `bit` is.
pub(super) const fn place(which: usize, bit: usize) -> u8 {
    let (from, output) = fips::source(which, bit);
    PLACES[from][output] - if matches!(WAYS[which][bit], Way::Down) { DOWN } else { 0 }
}

/// The S-box of the byte `at` of a register.
pub(super) const fn sbox_at(at: usize) -> usize {
    at / 8 * 2 + at % 2
}

/// The byte of a lane in which S-box `which` of block `block` is.
pub(super) const fn byte_of(which: usize, block: usize) -> usize {
    which % 4 / 2 * 8 + block * 2 + which % 2
}
