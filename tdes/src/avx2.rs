//! The AVX2 kernel: S-boxes as byte shuffles of registers, four blocks to a register.
//!
//! A round: eight byte shuffles look up, half a register for four S-boxes each; three selections put the results
//! together; seven byte shuffles take each bit to the S-box that it goes to (`form`). A single block waits for each of
//! these steps in turn, so that the order of a round is the shortest chain from input to input: keys and what comes from
//! the same lane are added up beforehand, and both forms of the input that the look-up needs are made side by side.
//!
//! Round keys of a pass are made beforehand, while the last pass is still at work, and wiped before the call returns.
//! Nothing is read at an address that depends on a secret.

use core::arch::asm;
use core::arch::x86_64::{
    __m256i, _mm_castsi128_pd, _mm_storeh_pd, _mm_storel_pd, _mm256_and_si256,
    _mm256_castsi256_si128, _mm256_cmpeq_epi8, _mm256_extracti128_si256, _mm256_load_si256,
    _mm256_loadu_si256, _mm256_or_si256, _mm256_permutevar8x32_epi32, _mm256_set_epi64x,
    _mm256_set1_epi8, _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_xor_si256,
};

use zeroize::Zeroize;

use crate::key::{Direction, Keys};
use round::{feistel, top_bits};
use schedule::{Schedule, same};
use tables::{Bytes, IN, INITIAL, LAST, OUT, Pick};

mod form;
mod round;
mod schedule;
mod tables;

/// Blocks in a register.
const LANES: usize = 4;
/// Registers of blocks that go through the rounds together when there are enough.
const WIDE: usize = 2;

/// Whether the processor, and the operating system, know what this kernel needs.
pub(crate) fn available() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Enciphers or deciphers each block under its key.
#[target_feature(enable = "avx2")]
pub(crate) fn run(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    if blocks.len() <= LANES {
        sized::<1>(keys, blocks, direction);
    } else {
        sized::<WIDE>(keys, blocks, direction);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn sized<const N: usize>(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    let mut schedules = [[[_mm256_setzero_si256(); 16]; N]; 2];
    all(&mut schedules, keys, blocks, direction);
    for schedule in schedules.as_flattened_mut() {
        schedule.zeroize();
    }
    wipe();
}

/// Overwrites what the compiler put aside on the stack while [`all`] ran: both are called from one place, so that their
/// frames begin at one address. No type with an alignment of its own here: it would leave a gap at the top.
#[inline(never)]
fn wipe() {
    let mut stack = [0_u64; 160];
    // SAFETY: an empty text; the compiler does not know that, and has the zeros in memory for it to read.
    unsafe { asm!("/* {0} */", in(reg) stack.as_mut_ptr(), options(nostack, preserves_flags)) };
}

#[inline(never)]
#[target_feature(enable = "avx2")]
fn all<const N: usize>(
    schedules: &mut [[Schedule; N]; 2],
    keys: Keys<'_, '_>,
    blocks: &mut [[u8; 8]],
    direction: Direction,
) {
    let mut first = 0;
    for group in blocks.chunks_mut(LANES * N) {
        registers(schedules, keys, first, group, direction);
        first = first.wrapping_add(LANES * N);
    }
}

/// The blocks of `N` registers; the last may be short.
#[inline]
#[target_feature(enable = "avx2")]
fn registers<const N: usize>(
    [outer, inner]: &mut [[Schedule; N]; 2],
    keys: Keys<'_, '_>,
    first: usize,
    blocks: &mut [[u8; 8]],
    direction: Direction,
) {
    let mut halves = [[_mm256_setzero_si256(); 2]; N];
    for (halves, group) in halves.iter_mut().zip(blocks.chunks(LANES)) {
        *halves = initial(load(group));
    }
    let stages = keys.stages(direction);
    for (number, stage) in stages.iter().enumerate() {
        let schedules = if number == 1 { &mut *inner } else { &mut *outer };
        // The first and the third pass share a place, and often the keys.
        let made = match (number, stages) {
            (2, [before, ..]) => same(keys, first, blocks.len(), before.part, stage.part),
            _ => false,
        };
        if !made {
            for (index, schedule) in schedules.iter_mut().enumerate() {
                let first = first.wrapping_add(index * LANES);
                let count = blocks.len().saturating_sub(index * LANES);
                schedule::fill(schedule, keys, first, count, stage.part);
            }
        }
        halves = pass(halves, schedules, stage.forward);
    }
    for (halves, group) in halves.iter().zip(blocks.chunks_mut(LANES)) {
        store(group, last(*halves));
    }
}

/// IP and E.
#[inline]
#[target_feature(enable = "avx2")]
fn initial(data: __m256i) -> [__m256i; 2] {
    let [first, second] = &INITIAL;
    let half = |picks: &[(Pick, Bytes); 6]| {
        let [a, b, c, d, e, f] =
            picks.each_ref().map(|(pick, bit)| _mm256_and_si256(test(data, pick), bytes(bit)));
        let (ab, cd, ef) = (_mm256_or_si256(a, b), _mm256_or_si256(c, d), _mm256_or_si256(e, f));
        exchange(_mm256_or_si256(_mm256_or_si256(ab, cd), ef), &IN)
    };
    [half(first), half(second)]
}

/// The inverse of E, and FP.
#[inline]
#[target_feature(enable = "avx2")]
fn last([first, second]: [__m256i; 2]) -> __m256i {
    let (first, second) = (exchange(first, &OUT), exchange(second, &OUT));
    let bit = |half, number: usize| match LAST.get(number) {
        Some(pick) => _mm256_and_si256(test(half, pick), _mm256_set1_epi8(1 << number)),
        None => half,
    };
    let or = |a, b| _mm256_or_si256(a, b);
    or(
        or(or(bit(first, 0), bit(second, 1)), or(bit(first, 2), bit(second, 3))),
        or(or(bit(first, 4), bit(second, 5)), or(bit(first, 6), bit(second, 7))),
    )
}

/// Sixteen rounds, and the exchange of the halves.
#[inline]
#[target_feature(enable = "avx2")]
fn pass<const N: usize>(
    mut halves: [[__m256i; 2]; N],
    schedules: &[Schedule; N],
    forward: bool,
) -> [[__m256i; 2]; N] {
    let key_of = |schedule: &Schedule, round: usize| {
        let round = if forward { round } else { 15 - round };
        schedule.get(round).copied().unwrap_or(_mm256_setzero_si256())
    };
    let mut inputs = [[_mm256_setzero_si256(); 2]; N];
    for ((input, [_, right]), schedule) in inputs.iter_mut().zip(&halves).zip(schedules) {
        let plain = _mm256_xor_si256(*right, key_of(schedule, 0));
        *input = [plain, _mm256_xor_si256(plain, top_bits())];
    }
    for round in 1..16 {
        for ((input, [left, right]), schedule) in inputs.iter_mut().zip(&mut halves).zip(schedules)
        {
            let key = key_of(schedule, round);
            *input = feistel(_mm256_xor_si256(*left, key), *input);
            let [plain, _] = *input;
            *left = *right;
            *right = _mm256_xor_si256(plain, key);
        }
    }
    for (input, [left, _]) in inputs.iter().zip(&mut halves) {
        [*left, _] = feistel(*left, *input);
    }
    halves
}

/// One bit of each byte, from the byte of the lane that is to be looked at.
#[inline]
#[target_feature(enable = "avx2")]
fn take(data: __m256i, from: &Pick) -> __m256i {
    _mm256_and_si256(_mm256_shuffle_epi8(data, bytes(&from.byte)), bytes(&from.bit))
}

/// All ones in each byte whose bit is set, else 0.
#[inline]
#[target_feature(enable = "avx2")]
fn test(data: __m256i, from: &Pick) -> __m256i {
    _mm256_cmpeq_epi8(take(data, from), bytes(&from.bit))
}

/// Words of 32 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn exchange(data: __m256i, from: &[i32; 8]) -> __m256i {
    // SAFETY: 32 bytes; any alignment is allowed.
    let from = unsafe { _mm256_loadu_si256(from.as_ptr().cast()) };
    _mm256_permutevar8x32_epi32(data, from)
}

/// Up to four blocks, the rest 0.
#[inline]
#[target_feature(enable = "avx2")]
fn load(blocks: &[[u8; 8]]) -> __m256i {
    let word = |index| blocks.get(index).map_or(0, |block| i64::from_le_bytes(*block));
    _mm256_set_epi64x(word(3), word(2), word(1), word(0))
}

/// Up to four blocks, as many as there is room for.
#[inline]
#[target_feature(enable = "avx2")]
fn store(blocks: &mut [[u8; 8]], data: __m256i) {
    let halves = [_mm256_castsi256_si128(data), _mm256_extracti128_si256::<1>(data)];
    for (pair, half) in blocks.chunks_mut(2).zip(halves.map(|half| _mm_castsi128_pd(half))) {
        if let Some(block) = pair.first_mut() {
            // SAFETY: writes the eight bytes of a block; any alignment is allowed.
            unsafe { _mm_storel_pd(block.as_mut_ptr().cast(), half) };
        }
        if let Some(block) = pair.get_mut(1) {
            // SAFETY: as above.
            unsafe { _mm_storeh_pd(block.as_mut_ptr().cast(), half) };
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn bytes(constant: &Bytes) -> __m256i {
    // SAFETY: 32 bytes, aligned to 32.
    unsafe { _mm256_load_si256(constant.0.as_ptr().cast()) }
}
