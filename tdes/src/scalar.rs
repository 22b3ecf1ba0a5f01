//! The portable kernel: one block at a time, S-boxes as 64-bit words of truth table, rotated by their input.
//!
//! An output bit of an S-box is a function of six bits, so its truth table is one 64-bit word and looking it up is
//! one rotation of a constant in a register: nothing is read at an address that depends on a secret. Rotation by a
//! variable takes the same time for every amount on the 64-bit processors we know (x86-64, AArch64, RISC-V with
//! shifter); where 64-bit shifts are library calls, as on small 32-bit processors, this must be looked at first.

use zeroize::Zeroize;

use crate::fips;
use crate::key::{Direction, Keys};
use tables::{KEY_MASK, PC1_MOVES, PC2_MOVES, TRUTH, gather};

mod tables;

/// Enciphers or deciphers each block under its key. Not inlined: where the caller has a large frame and ends with
/// [`wipe`], that would begin above it, and miss what lies below.
#[inline(never)]
pub(crate) fn run(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    all(keys, blocks, direction);
    wipe();
}

/// Overwrites what registers the compiler put aside on the stack while [`all`] ran: both are called from one place, so
/// that their frames begin at one address.
#[inline(never)]
fn wipe() {
    [0_u64; 64].zeroize();
}

#[inline(never)]
fn all(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    let stages = keys.stages(direction);
    for (index, block) in blocks.iter_mut().enumerate() {
        let Some(key) = keys.get(index) else { return };
        let (mut left, mut right) = initial(u64::from_be_bytes(*block));
        for stage in stages {
            let cd = gather(u64::from_be_bytes(*key.part(stage.part)), &PC1_MOVES);
            for round in 0..16 {
                let rotation = if stage.forward { rotation(round) } else { rotation(15 - round) };
                let next = left ^ feistel(right, round_key(cd, rotation));
                left = right;
                right = next;
            }
            core::mem::swap(&mut left, &mut right);
        }
        *block = last(left, right).to_be_bytes();
    }
}

fn rotation(round: usize) -> u32 {
    fips::ROTATION.get(round).copied().map_or(0, u32::from)
}

/// Round key of 48 bits, the six of S-box j in byte j (byte 0 lowest), from C and D rotated so far.
#[inline(always)]
fn round_key(cd: u64, by: u32) -> u64 {
    let (c, d) = (cd >> 28, cd & KEY_MASK);
    let turn =
        |half: u64| (half.wrapping_shl(by) | half.wrapping_shr(28_u32.wrapping_sub(by))) & KEY_MASK;
    gather((turn(c) << 28) | turn(d), &PC2_MOVES)
}

/// P(S(E(right) ^ key)).
#[inline(always)]
fn feistel(right: u32, key: u64) -> u32 {
    let mut out = 0;
    let mut expanded = right.rotate_left(5);
    let mut key = key;
    for box_ in &TRUTH {
        // Only the low six bits count: rotation is modulo 64.
        let input = expanded ^ low_half(key);
        for (truth, place) in box_ {
            out |= truth.rotate_right(input) & place;
        }
        expanded = expanded.rotate_left(4);
        key >>= 8;
    }
    low_half(out)
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
fn low_half(word: u64) -> u32 {
    word as u32
}

/// Exchanges the bits of `a` under `mask` with those of `b` under `mask << shift`.
#[inline(always)]
fn exchange(a: u32, b: u32, shift: u32, mask: u32) -> (u32, u32) {
    let t = (a ^ (b >> shift)) & mask;
    (a ^ t, b ^ (t << shift))
}

/// IP as five exchanges between the halves (each is its own inverse).
#[inline(always)]
fn initial(block: u64) -> (u32, u32) {
    let (l, r) = (low_half(block >> 32), low_half(block));
    let (r, l) = exchange(r, l, 4, 0x0f0f_0f0f);
    let (r, l) = exchange(r, l, 16, 0x0000_ffff);
    let (l, r) = exchange(l, r, 2, 0x3333_3333);
    let (l, r) = exchange(l, r, 8, 0x00ff_00ff);
    let (r, l) = exchange(r, l, 1, 0x5555_5555);
    (l, r)
}

/// The inverse of [`initial`].
#[inline(always)]
fn last(l: u32, r: u32) -> u64 {
    let (r, l) = exchange(r, l, 1, 0x5555_5555);
    let (l, r) = exchange(l, r, 8, 0x00ff_00ff);
    let (l, r) = exchange(l, r, 2, 0x3333_3333);
    let (r, l) = exchange(r, l, 16, 0x0000_ffff);
    let (r, l) = exchange(r, l, 4, 0x0f0f_0f0f);
    (u64::from(l) << 32) | u64::from(r)
}

#[cfg(test)]
mod tests {
    use super::{initial, last};
    use crate::fips::{FP, IP};

    /// Permutation by the printed table.
    fn by_table(table: &[u8; 64], word: u64) -> u64 {
        table.iter().fold(0, |out, &from| (out << 1) | ((word >> (64 - u32::from(from))) & 1))
    }

    #[test]
    fn exchanges_are_the_printed_permutations() {
        for bit in 0..64 {
            let word = 1 << bit;
            let (l, r) = initial(word);
            let permuted = (u64::from(l) << 32) | u64::from(r);
            assert_eq!(permuted, by_table(&IP, word));
            assert_eq!(last(l, r), word);
            assert_eq!(by_table(&FP, permuted), word);
        }
    }
}
