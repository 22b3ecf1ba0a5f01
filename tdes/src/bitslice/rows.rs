//! Blocks to rows of bits, and back.
//!
//! There are 64 rows. Filled with words in order, row `r` holds words `r * LANES / 64` and on. Transposition exchanges
//! the number of a row with that of a bit within a word; which lane a block falls into is nobody's concern, as it is
//! the same for the keys.

#![expect(clippy::indexing_slicing, reason = "the index is reduced to the length")]

use core::mem::MaybeUninit;
use core::slice::from_raw_parts_mut;

use super::word::Lanes;

pub(super) type Half<W> = [W; 32];
/// The even bits, and the odd ones.
pub(super) type Rows<W> = [Half<W>; 2];

/// Rows with a word for each of `from`, 0 for the rest.
#[inline(always)]
pub(super) fn fill<'r, W: Lanes, T>(
    rows: &'r mut MaybeUninit<Rows<W>>,
    from: &[T],
    word: impl Fn(&T) -> u64,
) -> &'r mut Rows<W> {
    // SAFETY: 64 implementors of `Lanes` are `LANES` words; nothing is read here.
    let words = unsafe { from_raw_parts_mut(rows.as_mut_ptr().cast(), W::LANES) };
    let (used, rest) = words.split_at_mut(from.len().min(W::LANES));
    for (to, from) in used.iter_mut().zip(from) {
        MaybeUninit::write(to, word(from));
    }
    for to in rest {
        to.write(0);
    }
    // SAFETY: `used` and `rest` are all words of the rows, and valid with all values.
    unsafe { rows.assume_init_mut() }
}

/// Rows as words.
#[inline(always)]
pub(super) fn words<W: Lanes>(rows: &mut Half<W>) -> &mut [u64] {
    // SAFETY: 32 implementors of `Lanes` are `LANES / 2` words, valid for all values; the borrow is handed on.
    unsafe { from_raw_parts_mut(rows.as_mut_ptr().cast(), W::LANES / 2) }
}

/// Exchanges the number of a bit within its word with the number of its row: bit 0 with the half, the others in order
/// with the place in the half. Its own inverse.
#[inline(always)]
pub(super) fn transpose<W: Lanes>(even: &mut Half<W>, odd: &mut Half<W>) {
    bytes(even);
    bytes(odd);
    for (even, odd) in even.as_chunks_mut::<4>().0.iter_mut().zip(odd.as_chunks_mut::<4>().0) {
        let ([a0, a1, a2, a3], [b0, b1, b2, b3]) = (*even, *odd);
        let ((a0, b0), (a1, b1)) = (a0.exchange::<1>(b0), a1.exchange::<1>(b1));
        let ((a2, b2), (a3, b3)) = (a2.exchange::<1>(b2), a3.exchange::<1>(b3));
        *even = four::<W, 4, 2>([a0, a1, a2, a3]);
        *odd = four::<W, 4, 2>([b0, b1, b2, b3]);
    }
}

/// The steps that move whole bytes.
#[inline(always)]
fn bytes<W: Lanes>(half: &mut Half<W>) {
    for column in 0..4 {
        let [a0, a1, a2, a3, b0, b1, b2, b3] =
            core::array::from_fn(|row| half[(4 * row + column) % 32]);
        let ((a0, b0), (a1, b1)) = (a0.exchange::<32>(b0), a1.exchange::<32>(b1));
        let ((a2, b2), (a3, b3)) = (a2.exchange::<32>(b2), a3.exchange::<32>(b3));
        let [a0, a1, a2, a3] = four::<W, 16, 8>([a0, a1, a2, a3]);
        let [b0, b1, b2, b3] = four::<W, 16, 8>([b0, b1, b2, b3]);
        for (row, word) in [a0, a1, a2, a3, b0, b1, b2, b3].into_iter().enumerate() {
            half[(4 * row + column) % 32] = word;
        }
    }
}

#[inline(always)]
fn four<W: Lanes, const FAR: u32, const NEAR: u32>([a0, a1, b0, b1]: [W; 4]) -> [W; 4] {
    let ((a0, b0), (a1, b1)) = (a0.exchange::<FAR>(b0), a1.exchange::<FAR>(b1));
    let ((a0, a1), (b0, b1)) = (a0.exchange::<NEAR>(a1), b0.exchange::<NEAR>(b1));
    [a0, a1, b0, b1]
}
