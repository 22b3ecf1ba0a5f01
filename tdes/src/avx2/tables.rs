//! Constants of the rounds and of both ends, made from the tables of FIPS 46-3 by the compiler.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]
#![expect(clippy::cast_possible_truncation, reason = "values below 256")]

use crate::fips;

use super::form::{self, ACROSS, OWN, Way, byte_of, place, sbox_at};

/// 32 bytes of a register, aligned as one.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub(super) struct Bytes(pub(super) [u8; 32]);

/// For every byte of a register: which byte of the same lane to look at, and which bit of it.
#[derive(Clone, Copy)]
pub(super) struct Pick {
    pub(super) byte: Bytes,
    pub(super) bit: Bytes,
}

/// Looks nowhere: gives 0 everywhere.
pub(super) const NOTHING: Pick = Pick { byte: Bytes([0x80; 32]), bit: Bytes([0; 32]) };

impl Pick {
    /// Fills in one byte.
    pub(super) const fn set(&mut self, at: usize, byte: usize, bit: u8) {
        self.byte.0[at] = byte as u8;
        self.bit.0[at] = 1 << bit;
    }
}

/// Which half of each 8 bytes, that is which pair of S-boxes of each lane; then bit 6 of the input; then bit 7.
pub(super) static SBOXES: [[[Bytes; 2]; 2]; 2] = {
    let mut out = [[[Bytes([0; 32]); 2]; 2]; 2];
    let mut which = 0;
    while which < 8 {
        let mut input = 0;
        while input < 64 {
            let mut byte = 0;
            let mut e = 0;
            while e < 6 {
                byte |= (input >> (5 - e) & 1) << place(which, e);
                e += 1;
            }
            let table = &mut out[which % 4 / 2][byte >> 6 & 1][byte >> 7 & 1].0;
            let mut bit = 0;
            while bit < 4 {
                table[which / 4 * 16 + byte % 16] |=
                    fips::sbox_bit(which, input, bit) << form::PLACES[which][bit];
                bit += 1;
            }
            input += 1;
        }
        which += 1;
    }
    out
};

/// P and E: what a byte takes from its own lane, and from the other one as it is and shifted.
pub(super) struct Spread {
    pub(super) own: [Pick; OWN],
    pub(super) across: [Pick; ACROSS],
    pub(super) down: [Pick; ACROSS],
}

pub(super) static SPREAD: Spread = {
    let mut out =
        Spread { own: [NOTHING; OWN], across: [NOTHING; ACROSS], down: [NOTHING; ACROSS] };
    let mut at = 0;
    while at < 32 {
        let which = sbox_at(at);
        let (mut counts, mut e) = ([0; 3], 0);
        while e < 6 {
            let way = form::WAYS[which][e];
            let count = counts[way as usize];
            counts[way as usize] += 1;
            let pick = match way {
                Way::Own => &mut out.own[count],
                Way::Across => &mut out.across[count],
                Way::Down => &mut out.down[count],
            };
            let (from, _) = fips::source(which, e);
            pick.set(at, byte_of(from, at % 8 / 2), place(which, e));
            e += 1;
        }
        at += 1;
    }
    out
};

/// In a lane of two whole blocks on the way in and out, the byte of S-box `which` of block 0 or 1. Four bytes are then a
/// half of 8 of the form, and [`IN`] and [`OUT`] exchange them over the lanes.
const fn outer(which: usize, block: usize) -> usize {
    which / 2 * 4 + block * 2 + which % 2
}

/// From two blocks a lane to the form, and back, by 32-bit words.
pub(super) static IN: [i32; 8] = [0, 4, 1, 5, 2, 6, 3, 7];
pub(super) static OUT: [i32; 8] = [0, 2, 4, 6, 1, 3, 5, 7];

/// IP and E: for each half and each of its six bits, and the bit it becomes.
pub(super) static INITIAL: [[(Pick, Bytes); 6]; 2] = {
    let mut out = [[(NOTHING, Bytes([0; 32])); 6]; 2];
    let mut at = 0;
    while at < 64 {
        let (half, lane, block, j) = (at / 32, at % 32 / 16, at / 8 % 2, at % 8);
        let to = lane * 16 + outer(j, block);
        let mut e = 0;
        while e < 6 {
            let (byte, bit) = fips::place(fips::IP[32 * half + fips::expansion(j, e)]);
            out[half][e].0.set(to, block * 8 + byte, bit as u8);
            out[half][e].1.0[to] = 1 << place(j, e);
            e += 1;
        }
        at += 1;
    }
    out
};

/// The inverse of E, and FP: for each bit of a byte. Even bits come from the first half of the preoutput, odd ones
/// from the second.
pub(super) static LAST: [Pick; 8] = {
    let mut out = [NOTHING; 8];
    let mut at = 0;
    while at < 256 {
        let (to_bit, lane, to_byte) = (at / 32, at % 32, at % 8);
        let from = fips::FP[8 * to_byte + 7 - to_bit] as usize - 1;
        assert!(from / 32 == to_bit % 2);
        let (j, e) = (from % 32 / 4, 1 + from % 4);
        out[to_bit].set(lane, outer(j, lane / 8 % 2), place(j, e));
        at += 1;
    }
    out
};

/// For C and D: which bits the two registers hold, four of them both.
const HELD: [[u32; 2]; 2] = [[0x0fff_8203, 0x0008_7fff], [0x0003_fffc, 0x0ffe_0247]];

/// PC-1: C in the low lane and D in the high one, a byte for a bit.
pub(super) static KEY_BITS: [Pick; 2] = {
    let mut out = [NOTHING; 2];
    let mut at = 0;
    while at < 2 * 2 * 28 {
        let (register, lane, position) = (at / 28 % 2, at / 56, at % 28);
        if HELD[lane][register] >> position & 1 == 1 {
            let (byte, bit) = fips::key_bit(lane, position);
            out[register].set(lane * 16 + slot(lane, register, position), byte, bit as u8);
        }
        at += 1;
    }
    out
};

/// The byte of its lane in which a bit is held.
const fn slot(lane: usize, register: usize, position: usize) -> usize {
    let before = HELD[lane][register] & ((1 << position) - 1);
    assert!(before.count_ones() < 16);
    before.count_ones() as usize
}

/// Rotations and PC-2, four rounds together: what is taken from either register of [`KEY_BITS`]. The rounds stand
/// where the blocks stand in the form.
pub(super) static ROUND_KEYS: [[[Pick; 3]; 2]; 4] = {
    let mut out = [[[NOTHING; 3]; 2]; 4];
    let mut at = 0;
    while at < 128 {
        let (four, to) = (at / 32, at % 32);
        let (which, lane) = (sbox_at(to), to / 16);
        // First what only one of them holds, then what both hold, where there is room.
        let (mut counts, mut e) = ([0; 2], 0);
        while e < 12 {
            let position = fips::key_source(4 * four + to % 8 / 2, which, e % 6);
            let held = [HELD[lane][0] >> position & 1 == 1, HELD[lane][1] >> position & 1 == 1];
            assert!(held[0] || held[1]);
            if (held[0] && held[1]) == (e >= 6) {
                let register = if held[0] && (!held[1] || counts[0] < 3) { 0 } else { 1 };
                let pick = &mut out[four][register][counts[register]];
                pick.set(to, slot(lane, register, position), place(which, e % 6));
                counts[register] += 1;
            }
            e += 1;
        }
        at += 1;
    }
    out
};

/// Each of the four rounds for four blocks.
pub(super) static ROUND: [Bytes; 4] = {
    let mut out = [Bytes([0; 32]); 4];
    let mut at = 0;
    while at < 128 {
        let (round, to) = (at / 32, at % 32);
        out[round].0[to] = byte_of(sbox_at(to), round) as u8;
        at += 1;
    }
    out
};
