//! The bitslice kernels: a bit of every block in one register, S-boxes as circuits of gates.
//!
//! One engine for 64 lanes (any processor), 256 (AVX2) and 512 (AVX-512, gates of three inputs). A call costs the same
//! for one block as for all lanes. Rows of bits of the blocks and of the key in use are in memory, at addresses that
//! depend on nothing, and are wiped before the call returns.

use core::hint::black_box;
use core::mem::MaybeUninit;

use crate::key::{Direction, Keys, Part};
use rounds::KeyBits;
use rows::Rows;
use word::Lanes;

#[cfg(test)]
mod circuits_test;
mod gates;
mod layout;
mod rounds;
mod rows;
#[cfg(target_arch = "x86_64")]
mod ternary;
mod word;
#[cfg(target_arch = "x86_64")]
mod x86;

/// All that is secret in memory during a call, but for what the compiler puts aside.
struct State<W> {
    rows: MaybeUninit<Rows<W>>,
    keys: [KeyBits<W>; 3],
    /// How many of `keys` were written to.
    written: usize,
}

impl<W: Lanes> State<W> {
    /// Nothing is written here: that would take as long as wiping.
    #[inline(always)]
    fn new() -> Self {
        Self {
            rows: MaybeUninit::uninit(),
            keys: [const { [const { MaybeUninit::uninit() }; 112] }; 3],
            written: 0,
        }
    }

    #[inline(always)]
    fn wipe(&mut self) {
        let rows: *mut W = self.rows.as_mut_ptr().cast();
        for row in 0..64 {
            // SAFETY: `Rows` are 64 words; volatile, so that the writing is not left out.
            unsafe { core::ptr::write_volatile(rows.wrapping_add(row), W::splat(0)) };
        }
        for bit in self.keys.iter_mut().take(self.written).flatten() {
            // SAFETY: a place that is borrowed; volatile as above.
            unsafe { core::ptr::write_volatile(bit.as_mut_ptr(), W::splat(0)) };
        }
    }
}

/// A kernel: the engine for one word, compiled with the features that the word needs.
macro_rules! kernel {
    ($run:ident, $all:ident, $wipe:ident, $word:ty, $spilled:literal $(, $feature:meta)?) => {
        /// Enciphers or deciphers each block under its key.
        $(#[$feature])?
        #[inline(never)]
        pub(crate) fn $run(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
            let mut state = State::new();
            $all(&mut state, keys, blocks, direction);
            $wipe();
            state.wipe();
        }

        $(#[$feature])?
        #[inline(never)]
        fn $all(
            state: &mut State<$word>,
            keys: Keys<'_, '_>,
            blocks: &mut [[u8; 8]],
            direction: Direction,
        ) {
            // A word in memory makes the compiler align the frame, and thereby what it puts aside: else every second
            // one would lie across two cache lines.
            black_box(&MaybeUninit::<$word>::uninit());
            all(state, keys, blocks, direction);
        }

        /// Overwrites what registers the compiler put aside on the stack: called from where the engine was called,
        /// so that their frames begin at one address.
        $(#[$feature])?
        #[inline(never)]
        fn $wipe() {
            let mut stack = [const { MaybeUninit::<$word>::uninit() }; $spilled];
            for word in &mut stack {
                // SAFETY: a place of our own; volatile, so that the writing is not left out.
                unsafe { core::ptr::write_volatile(word.as_mut_ptr(), <$word as Lanes>::splat(0)) };
            }
        }
    };
}

kernel!(run64, all64, wipe64, u64, 256);
#[cfg(target_arch = "x86_64")]
kernel!(run256, all256, wipe256, core::arch::x86_64::__m256i, 64, target_feature(enable = "avx2"));
#[cfg(target_arch = "x86_64")]
kernel!(
    run512,
    all512,
    wipe512,
    core::arch::x86_64::__m512i,
    32,
    target_feature(enable = "avx512f")
);

/// Whether the processor, and the operating system, know what the kernel of 256 lanes needs.
#[cfg(target_arch = "x86_64")]
pub(crate) fn available256() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Whether the processor, and the operating system, know what the kernel of 512 lanes needs.
#[cfg(target_arch = "x86_64")]
pub(crate) fn available512() -> bool {
    is_x86_feature_detected!("avx512f")
}

#[inline(always)]
fn all<W: Lanes>(
    state: &mut State<W>,
    mut keys: Keys<'_, '_>,
    blocks: &mut [[u8; 8]],
    direction: Direction,
) {
    for blocks in blocks.chunks_mut(W::LANES) {
        let (here, rest) = keys.split_at(blocks.len());
        keys = rest;
        lanes(state, here, blocks, direction);
    }
}

/// As many blocks as there are lanes, or fewer.
#[inline(always)]
fn lanes<W: Lanes>(
    state: &mut State<W>,
    keys: Keys<'_, '_>,
    blocks: &mut [[u8; 8]],
    direction: Direction,
) {
    let stages = keys.stages(direction);
    // Without a key of three parts K3 is K1.
    let parts = if keys.any_triple() { 3 } else { stages.len().min(2) };
    state.written = state.written.max(parts);
    let mut bits: [&[W]; 3] = [&[]; 3];
    for ((bits, place), stage) in bits.iter_mut().zip(&mut state.keys).zip(stages).take(parts) {
        *bits = match keys {
            Keys::Shared(key) => rounds::spread(place, word(key.part(stage.part))),
            Keys::Each(keys) => {
                let rows = &mut state.rows;
                // No choice within the loops.
                let rows = match stage.part {
                    Part::First => rows::fill(rows, keys, |key| word(key.part(Part::First))),
                    Part::Second => rows::fill(rows, keys, |key| word(key.part(Part::Second))),
                    Part::Third => rows::fill(rows, keys, |key| word(key.part(Part::Third))),
                };
                let [even, odd] = &mut *rows;
                rows::transpose(even, odd);
                rounds::permute(place, rows)
            }
        };
    }
    let [mut left, mut right] = rows::fill(&mut state.rows, blocks, word).each_mut();
    rows::transpose(left, right);
    for (index, stage) in stages.iter().enumerate() {
        let Some(bits) = bits.get(index % parts) else { return };
        rounds::pass(left, right, bits, stage.forward);
        core::mem::swap(&mut left, &mut right);
    }
    // After one pass, or three, L is where R was.
    rows::transpose(left, right);
    let (low, high) = blocks.split_at_mut(blocks.len().min(W::LANES / 2));
    for (rows, blocks) in [(left, low), (right, high)] {
        for (block, word) in blocks.iter_mut().zip(rows::words(rows)) {
            *block = word.to_le_bytes();
        }
    }
}

fn word(bytes: &[u8; 8]) -> u64 {
    u64::from_le_bytes(*bytes)
}
