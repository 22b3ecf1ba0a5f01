//! Constants of the AVX2 kernel, made from the tables of FIPS 46-3 by the compiler.
//!
//! **Form of a half.** As E sees it, in the 8 bytes of a block's 64-bit word: byte j holds the six input bits of S-box j
//! in bits 0 to 5, in an order of its own ([`place`]), so that P and E become six byte shuffles, one for each bit.
//!
//! **The order.** A bit that comes out of an S-box at place p of its nibble is at hand at p and at p + 4. Each S-box sends
//! two bits to one S-box each and two to two neighbours each. Places 0 and 1 go to the latter, 2 and 3 to the former,
//! such that no S-box gets two bits of one place from its own two (2, 3), or from the pair that it shares with a
//! neighbour (0, 1): two edge colourings of graphs in which every node has two edges. Bits from the left neighbour's
//! pair then stay at 0 and 1, those of the right one's move to 4 and 5.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]
#![expect(clippy::cast_possible_truncation, reason = "values below 256")]

use crate::fips;

/// 32 bytes of a register, aligned as one.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
pub(super) struct Bytes(pub(super) [u8; 32]);

/// The place in the nibble of output bit `bit` of each S-box.
const PLACES: [[usize; 4]; 8] = {
    let mut out = [[0; 4]; 8];
    // Inputs 0 and 1 of an S-box are the pair shared with its left neighbour, 2 and 3 its own.
    let mut first = 0;
    while first < 4 {
        let mut choice = 0;
        loop {
            let mut places = [[9; 4]; 8];
            let mut from = 0;
            while from < 8 {
                let mut seen = 0;
                let mut at = 0;
                while at < 16 {
                    let (which, bit) = fips::source(at / 2, first + at % 2);
                    if which == from {
                        places[from][bit] = first + ((choice >> from & 1) ^ seen);
                        seen += 1;
                    }
                    at += 1;
                }
                assert!(seen == 2);
                from += 1;
            }
            let mut fits = true;
            let mut j = 0;
            while j < 8 {
                let (a, b) = (fips::source(j, first), fips::source(j, first + 1));
                fits &= places[a.0][a.1] != places[b.0][b.1];
                j += 1;
            }
            if fits {
                let mut at = 0;
                while at < 32 {
                    if places[at / 4][at % 4] != 9 {
                        out[at / 4][at % 4] = places[at / 4][at % 4];
                    }
                    at += 1;
                }
                break;
            }
            choice += 1;
            assert!(choice < 256, "no colouring");
        }
        first += 2;
    }
    out
};

/// The bit of byte `which` of a half in which input `bit` of that S-box is.
const fn place(which: usize, bit: usize) -> usize {
    let (from, output) = fips::source(which, bit);
    PLACES[from][output] + if bit >= 4 { 4 } else { 0 }
}

/// The S-boxes t and t + 4 in the low and high nibble, for inputs whose bits 4 and 5 are h: `SBOXES[t][h]`.
pub(super) static SBOXES: [[Bytes; 4]; 4] = {
    let mut out = [[Bytes([0; 32]); 4]; 4];
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
            let mut bit = 0;
            while bit < 4 {
                let value =
                    fips::sbox_bit(which, input, bit) << (PLACES[which][bit] + which / 4 * 4);
                out[which % 4][byte / 16].0[byte % 16] |= value;
                out[which % 4][byte / 16].0[byte % 16 + 16] |= value;
                bit += 1;
            }
            input += 1;
        }
        which += 1;
    }
    out
};

/// What of a pair of S-boxes t and t + 4 counts: the low nibble of byte t, the high one of byte t + 4.
pub(super) static KEEP: [Bytes; 4] = {
    let mut out = [Bytes([0; 32]); 4];
    let mut at = 0;
    while at < 32 {
        out[at % 4].0[at] = if at % 8 < 4 { 0x0f } else { 0xf0 };
        at += 1;
    }
    out
};

/// P and E: for each bit of a half, which byte each byte takes it from.
pub(super) static SPREAD: [Bytes; 6] = {
    let mut out = [Bytes([0; 32]); 6];
    let mut at = 0;
    while at < 32 {
        let j = at % 8;
        let mut e = 0;
        while e < 6 {
            out[place(j, e)].0[at] = (at % 16 - j + fips::source(j, e).0) as u8;
            e += 1;
        }
        at += 1;
    }
    out
};

/// A bit permutation for one bit of every byte: which byte to look at, and which bit of it.
#[derive(Clone, Copy)]
pub(super) struct Pick {
    pub(super) byte: Bytes,
    pub(super) bit: Bytes,
}

const NOTHING: Pick = Pick { byte: Bytes([0; 32]), bit: Bytes([0; 32]) };

/// IP and E: for each half and each of its six bits.
pub(super) static INITIAL: [[Pick; 6]; 2] = {
    let mut out = [[NOTHING; 6]; 2];
    let mut at = 0;
    while at < 64 {
        let (half, lane, j) = (at / 32, at % 32, at % 8);
        let mut e = 0;
        while e < 6 {
            let (byte, bit) = fips::place(fips::IP[32 * half + fips::expansion(j, e)]);
            out[half][place(j, e)].byte.0[lane] = (lane % 16 - j + byte) as u8;
            out[half][place(j, e)].bit.0[lane] = 1 << bit;
            e += 1;
        }
        at += 1;
    }
    out
};

/// The inverse of E, and FP: for each bit of a byte. Even bits come from the first half of the preoutput, odd ones
/// from the second ([`LAST_HALF`]).
pub(super) static LAST: [Pick; 8] = {
    let mut out = [NOTHING; 8];
    let mut at = 0;
    while at < 256 {
        let (to_bit, lane, to_byte) = (at / 32, at % 32, at % 8);
        let from = fips::FP[8 * to_byte + 7 - to_bit] as usize - 1;
        assert!(from / 32 == LAST_HALF[to_bit]);
        let (j, e) = (from % 32 / 4, 1 + from % 4);
        out[to_bit].byte.0[lane] = (lane % 16 - to_byte + j) as u8;
        out[to_bit].bit.0[lane] = 1 << place(j, e);
        at += 1;
    }
    out
};

/// Which half of the preoutput each bit of [`LAST`] is taken from.
pub(super) const LAST_HALF: [usize; 8] = [0, 1, 0, 1, 0, 1, 0, 1];

/// PC-1: C in the low lane and D in the high one, a byte for a bit: bits 0 to 15, and 16 to 27.
pub(super) static KEY_BITS: [Pick; 2] = {
    let mut out = [NOTHING; 2];
    let mut at = 0;
    while at < 64 {
        let (part, lane) = (at / 32, at % 32);
        let position = 16 * part + lane % 16;
        if position < 28 {
            let (byte, bit) = fips::key_bit(lane / 16, position);
            out[part].byte.0[lane] = byte as u8;
            out[part].bit.0[lane] = 1 << bit;
        } else {
            // Nobody looks here; a mask of 0 would read as set.
            out[part].bit.0[lane] = 1;
        }
        at += 1;
    }
    out
};

/// Rotations and PC-2, four rounds together: for each bit of a half, the bytes of [`KEY_BITS`] that it comes from.
/// Byte 4 r + s of a lane is S-box s (low lane) or s + 4 of round r of the four.
pub(super) static ROUND_KEYS: [[[Bytes; 2]; 6]; 4] = {
    let mut out = [[[Bytes([0x80; 32]); 2]; 6]; 4];
    let mut at = 0;
    while at < 128 {
        let (four, lane) = (at / 32, at % 32);
        let (round, j) = (4 * four + lane % 16 / 4, lane / 16 * 4 + lane % 4);
        let mut e = 0;
        while e < 6 {
            let position = fips::key_source(round, j, e);
            out[four][place(j, e)][position / 16].0[lane] = (position % 16) as u8;
            e += 1;
        }
        at += 1;
    }
    out
};
