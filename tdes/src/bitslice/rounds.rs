//! The rounds: L and R in place, the key's bits at constant distance from a base that the rotation moves.

#![expect(
    clippy::indexing_slicing,
    reason = "constant indices of arrays: a wrong one is a compile error"
)]

use core::mem::MaybeUninit;

use zeroize::Zeroize;

use super::layout::{KEY, ROTATIONS, fed, feeds, keyed};
use super::rows::{Half, Rows};
use super::word::Lanes;

/// C, C, D, D of a pass: rotating is starting elsewhere.
pub(super) type KeyBits<W> = [MaybeUninit<W>; 112];
/// C or D as rotated.
type Rotated<W> = [W; 28];

/// PC-1 of transposed keys.
#[inline(always)]
pub(super) fn permute<'b, W: Lanes>(bits: &'b mut KeyBits<W>, rows: &Rows<W>) -> &'b [W] {
    write(bits, |number| rows[number % 2][number / 2 % 32])
}

/// PC-1 of one key for all lanes.
#[inline(always)]
pub(super) fn spread<W: Lanes>(bits: &mut KeyBits<W>, mut key: u64) -> &[W] {
    let mut masks = [0; 64];
    for mask in &mut masks {
        *mask = (key & 1).wrapping_neg();
        key >>= 1;
    }
    let bits = write(bits, |number| W::splat(masks[number % 64]));
    masks.zeroize();
    bits
}

#[inline(always)]
fn write<W: Lanes>(bits: &mut KeyBits<W>, value: impl Fn(usize) -> W) -> &[W] {
    for (twice, numbers) in bits.as_chunks_mut::<56>().0.iter_mut().zip(&KEY) {
        let (once, again) = twice.split_at_mut(28);
        for ((once, again), number) in once.iter_mut().zip(again).zip(numbers) {
            let value = value(*number);
            once.write(value);
            again.write(value);
        }
    }
    // SAFETY: every one was written: two times two times 28.
    unsafe { bits.assume_init_ref() }
}

/// Sixteen rounds. L and R stay where they are: in the end R16 is in `right`.
#[inline(always)]
pub(super) fn pass<'h, W: Lanes>(
    mut left: &'h mut Half<W>,
    mut right: &'h mut Half<W>,
    bits: &[W],
    forward: bool,
) {
    let [forth, back] = &ROTATIONS;
    for rotation in if forward { forth } else { back } {
        let (c, d) = (bits.get(*rotation..), bits.get(rotation.wrapping_add(56)..));
        let Some((c, d)) = c.and_then(<[W]>::first_chunk).zip(d.and_then(<[W]>::first_chunk))
        else {
            return;
        };
        round(left, right, c, d);
        core::mem::swap(&mut left, &mut right);
    }
}

/// Adds f(`from`, key) to `into`.
#[inline(always)]
fn round<W: Lanes>(into: &mut Half<W>, from: &Half<W>, c: &Rotated<W>, d: &Rotated<W>) {
    sbox::<W, 0>(into, from, c);
    sbox::<W, 1>(into, from, c);
    sbox::<W, 2>(into, from, c);
    sbox::<W, 3>(into, from, c);
    sbox::<W, 4>(into, from, d);
    sbox::<W, 5>(into, from, d);
    sbox::<W, 6>(into, from, d);
    sbox::<W, 7>(into, from, d);
}

#[inline(always)]
fn sbox<W: Lanes, const WHICH: usize>(into: &mut Half<W>, from: &Half<W>, key: &Rotated<W>) {
    let [o0, o1, o2, o3] = W::sbox::<WHICH>([
        from[const { feeds(WHICH, 0) }].xor(key[const { keyed(WHICH, 0) }]),
        from[const { feeds(WHICH, 1) }].xor(key[const { keyed(WHICH, 1) }]),
        from[const { feeds(WHICH, 2) }].xor(key[const { keyed(WHICH, 2) }]),
        from[const { feeds(WHICH, 3) }].xor(key[const { keyed(WHICH, 3) }]),
        from[const { feeds(WHICH, 4) }].xor(key[const { keyed(WHICH, 4) }]),
        from[const { feeds(WHICH, 5) }].xor(key[const { keyed(WHICH, 5) }]),
    ]);
    let [p0, p1, p2, p3] = const { [fed(WHICH, 0), fed(WHICH, 1), fed(WHICH, 2), fed(WHICH, 3)] };
    into[p0] = into[p0].xor(o0);
    into[p1] = into[p1].xor(o1);
    into[p2] = into[p2].xor(o2);
    into[p3] = into[p3].xor(o3);
}
