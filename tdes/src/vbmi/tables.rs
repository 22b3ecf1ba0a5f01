//! Constants of the AVX-512 kernel, made from the tables of FIPS 46-3 by the compiler.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]
#![expect(clippy::cast_possible_truncation, reason = "values below 256")]
#![expect(clippy::cast_possible_wrap, reason = "masks")]

use super::form::{COLOUR, input_bit, input_from_byte, parity, sends};
use crate::fips;

/// 64 bytes of a register, aligned as one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Bytes(pub(super) [u8; 64]);

/// Eight 64-bit words of a register, aligned as one.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Words(pub(super) [u64; 8]);

/// The S-boxes: for each byte of a half, in bit j the output bit for S-box j.
pub(super) static SBOXES: [Bytes; 8] = {
    let mut out = [Bytes([0; 64]); 8];
    let mut which = 0;
    while which < 8 {
        let mut input = 0usize;
        while input < 64 {
            // `input` has the first bit on top, the masks have it lowest.
            let bits = (input as u8).reverse_bits() >> 2;
            let mut byte = 0;
            let mut bit = 0;
            while bit < 6 {
                byte |= (parity(bits & input_bit(which, bit)) as usize) << bit;
                bit += 1;
            }
            let mut to = 0;
            while to < 8 {
                let e = sends(which, to);
                if e < 6 {
                    out[which].0[byte] |= fips::sbox_bit(which, input, fips::source(to, e).1) << to;
                }
                to += 1;
            }
            input += 1;
        }
        which += 1;
    }
    out
};

/// Bytes of S-box 0, or 1, to those that it is added to; bytes 0 and 1 themselves are noise afterwards and stay out.
pub(super) static BROADCAST: [Bytes; 2] = {
    let mut out = [Bytes([0x80; 64]); 2];
    let mut at = 0;
    while at < 64 {
        let i = at % 8;
        let mut extra = 0;
        while extra < 2 {
            if i >= 2 && COLOUR[i] & (1 << extra) != 0 {
                out[extra].0[at] = (at % 16 - i + extra) as u8;
            }
            extra += 1;
        }
        at += 1;
    }
    out
};

/// Byte k has bit k: the transposition of 8 x 8 bits, as data for an affine transform whose matrix is the register.
pub(super) const UNITS: i64 = 0x8040_2010_0804_0201_u64 as i64;

/// Bytes b of words w go to bytes w of words b: from a word for each block to a word for each byte, and back.
pub(super) static TURN: Bytes = {
    let mut out = Bytes([0; 64]);
    let mut at = 0;
    while at < 64 {
        out.0[at] = (at % 8 * 8 + at / 8) as u8;
        at += 1;
    }
    out
};

/// A linear map from 64 bits (128 with a second register) to 64, for eight blocks at once: in term t, word j takes
/// byte `from[t][j]` of every block through its own matrix. The terms are to be added.
pub(super) struct Linear<const TERMS: usize> {
    pub(super) bytes: [Bytes; TERMS],
    pub(super) matrices: [Words; TERMS],
}

/// Bit i of the result is the parity of the data under `masks[i]`.
const fn matrix(masks: [u8; 8]) -> u64 {
    u64::from_be_bytes(masks)
}

/// `rows[j][i]`: for bit i of byte j of the result, a mask for each byte of the source (from 8 on, the second register).
const fn linear<const TERMS: usize>(rows: &[[[u8; 16]; 8]; 8]) -> Linear<TERMS> {
    let mut out = Linear { bytes: [Bytes([0; 64]); TERMS], matrices: [Words([0; 8]); TERMS] };
    let mut j = 0;
    while j < 8 {
        let mut term = 0;
        let mut from = 0;
        while from < 16 {
            let mut masks = [0; 8];
            let mut any = 0;
            let mut i = 0;
            while i < 8 {
                masks[i] = rows[j][i][from];
                any |= masks[i];
                i += 1;
            }
            if any != 0 {
                let mut block = 0;
                while block < 8 {
                    out.bytes[term].0[8 * j + block] = (from / 8 * 64 + 8 * block + from % 8) as u8;
                    block += 1;
                }
                out.matrices[term].0[j] = matrix(masks);
                term += 1;
            }
            from += 1;
        }
        j += 1;
    }
    out
}

/// Where a bit of the standard's numbering is once the 8 x 8 bits of a block or key are transposed.
const fn turned(byte: usize, bit: usize) -> (usize, usize) {
    (bit, 7 - byte)
}

/// IP and E, from transposed blocks: the left half and the right.
pub(super) static INITIAL: [Linear<2>; 2] = [initial(0), initial(1)];

const fn initial(half: usize) -> Linear<2> {
    let mut rows = [[[0; 16]; 8]; 8];
    let mut j = 0;
    while j < 8 {
        let mut i = 0;
        while i < 6 {
            let mut e = 0;
            while e < 6 {
                if input_bit(j, i) >> e & 1 == 1 {
                    let (byte, bit) = fips::place(fips::IP[32 * half + fips::expansion(j, e)]);
                    let (byte, bit) = turned(byte, bit);
                    rows[j][i][byte] ^= 1 << bit;
                }
                e += 1;
            }
            i += 1;
        }
        j += 1;
    }
    linear(&rows)
}

/// The inverse of E and FP, from the two halves of the preoutput to what a transposition makes the result.
pub(super) static LAST: Linear<2> = {
    let mut rows = [[[0; 16]; 8]; 8];
    let mut number = 0;
    while number < 64 {
        let from = fips::FP[number] as usize - 1;
        let (half, which, e) = (from / 32, from % 32 / 4, 1 + from % 4);
        let (byte, bit) = fips::place(number as u8 + 1);
        rows[7 - bit][byte][8 * half + which] = input_from_byte(which, e);
        number += 1;
    }
    linear(&rows)
};

/// Columns of the transposed key from which C (words 0 to 3) and D (4 to 7) are made.
const COLUMNS: [[usize; 2]; 4] = [[7, 1], [6, 2], [5, 3], [4, 4]];

/// Brings one column for C and one for D to where the matrices of [`ROUND_KEYS`] want them.
pub(super) static KEY_BYTES: [Bytes; 4] = {
    let mut out = [Bytes([0; 64]); 4];
    let mut at = 0;
    while at < 256 {
        out[at / 64].0[at % 64] = (at % 8 * 8 + COLUMNS[at / 64][at % 64 / 32]) as u8;
        at += 1;
    }
    out
};

/// PC-1, the rotations and PC-2: for each round the matrices of the four columns.
pub(super) static ROUND_KEYS: [[Words; 4]; 16] = {
    let mut out = [[Words([0; 8]); 4]; 16];
    let mut round = 0;
    while round < 16 {
        let mut j = 0;
        while j < 8 {
            let mut masks = [[0u8; 8]; 4];
            let mut e = 0;
            while e < 6 {
                let (byte, bit) = fips::key_bit(j / 4, fips::key_source(round, j, e));
                let (column, place) = turned(byte, bit);
                let mut term = 0;
                while COLUMNS[term][j / 4] != column {
                    term += 1;
                }
                let mut i = 0;
                while i < 6 {
                    if input_bit(j, i) >> e & 1 == 1 {
                        masks[term][i] ^= 1 << place;
                    }
                    i += 1;
                }
                e += 1;
            }
            let mut term = 0;
            while term < 4 {
                out[round][term].0[j] = matrix(masks[term]);
                term += 1;
            }
            j += 1;
        }
        round += 1;
    }
    out
};
