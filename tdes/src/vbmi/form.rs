//! How the AVX-512 kernel keeps a half of 32 bits.
//!
//! **Form of a half.** A half of 32 bits is kept as E sees it, in the 8 bytes of a block's 64-bit word: byte j holds the six
//! input bits of S-box j, as a linear function of them that can be inverted ([`input_bit`]); its bits 6 and 7 are noise.
//!
//! **Why not the bits themselves.** Each S-box sends one bit to each of six S-boxes, so an S-box table whose byte has
//! in bit j the bit for S-box j makes P and E a transposition of 8 x 8 bits. It puts the bit from S-box i into bit 7 - i;
//! a byte permute looks at bits 0 to 5 only, so what S-boxes 0 and 1 send must come in below. Both are broadcast
//! and added to the others before the transposition: S-box 0 to those of one colour, 1 to a second, both to the third.
//! S-box j sees two sums too many and lacks no bit if the two S-boxes that send it nothing differ in colour. The graph
//! of these pairs is two odd cycles, so three colours are needed, and suffice.

#![expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, where a wrong index is a compile error"
)]

use crate::fips;

/// Which of S-boxes 0 and 1 are added to the output of each: bit 0 for S-box 0, bit 1 for S-box 1.
pub(super) const COLOUR: [u8; 8] = {
    // Search over all with S-box 0 coloured 1 and S-box 1 coloured 2.
    let mut code = 0_usize;
    loop {
        let mut colour = [1, 2, 0, 0, 0, 0, 0, 0];
        let mut rest = code;
        let mut i = 2;
        while i < 8 {
            colour[i] = [1, 2, 3][rest % 3];
            rest /= 3;
            i += 1;
        }
        let mut fits = true;
        let mut j = 0;
        while j < 8 {
            let mut silent = 0;
            let mut i = 0;
            while i < 8 {
                if sends(i, j) == 6 {
                    // Two equal colours cancel; the sum of two different ones is not 0.
                    silent ^= colour[i];
                }
                i += 1;
            }
            fits &= silent != 0;
            j += 1;
        }
        if fits {
            break colour;
        }
        code += 1;
        assert!(code < 729, "no colouring");
    }
};

/// The input of S-box `to` that S-box `from` feeds, or 6.
pub(super) const fn sends(from: usize, to: usize) -> usize {
    let mut bit = 0;
    while bit < 6 && fips::source(to, bit).0 != from {
        bit += 1;
    }
    bit
}

/// Bit `bit` (0 to 5) of byte `which` of a half: a mask over the input bits of that S-box (bit e for input e).
pub(super) const fn input_bit(which: usize, bit: usize) -> u8 {
    let from = 7 - bit;
    let mut mask = (1u8 << sends(from, which)) & 63;
    if COLOUR[from] & 1 != 0 {
        mask ^= (1 << sends(0, which)) & 63;
    }
    if COLOUR[from] & 2 != 0 {
        mask ^= (1 << sends(1, which)) & 63;
    }
    mask
}

pub(super) const fn parity(word: u8) -> u8 {
    (word.count_ones() % 2) as u8
}

/// Input bit `e` of S-box `which` from its byte of a half: a mask over bits 0 to 5.
pub(super) const fn input_from_byte(which: usize, e: usize) -> u8 {
    let mut mask = 0;
    loop {
        assert!(mask < 64, "the form of a half cannot be inverted");
        let mut sum = 0;
        let mut bit = 0;
        while bit < 6 {
            if mask >> bit & 1 == 1 {
                sum ^= input_bit(which, bit);
            }
            bit += 1;
        }
        if sum == 1 << e {
            return mask;
        }
        mask += 1;
    }
}
