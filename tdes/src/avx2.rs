//! The AVX2 kernel: S-boxes as byte shuffles of registers, four blocks to a register.
//!
//! The form of a half is described with the constants. The round keys of one pass of up to four (eight) blocks are made
//! beforehand and wiped before the call returns. Nothing is read at an address that depends on a secret.

use core::arch::x86_64::{
    __m128i, __m256i, _mm_castsi128_pd, _mm_storeh_pd, _mm_storel_pd, _mm_unpackhi_epi32,
    _mm_unpacklo_epi32, _mm256_add_epi8, _mm256_and_si256, _mm256_castsi256_si128,
    _mm256_cmpeq_epi8, _mm256_extracti128_si256, _mm256_load_si256, _mm256_loadu_si256,
    _mm256_or_si256, _mm256_set1_epi8, _mm256_set1_epi64x, _mm256_setzero_si256,
    _mm256_shuffle_epi8, _mm256_slli_epi16, _mm256_srli_epi16, _mm256_storeu_si256,
    _mm256_xor_si256,
};
use core::mem::MaybeUninit;

use zeroize::Zeroize;

use crate::key::{Direction, Keys, Part};
use tables::{Bytes, INITIAL, KEEP, KEY_BITS, LAST, LAST_HALF, Pick, ROUND_KEYS, SBOXES, SPREAD};

mod tables;

/// Blocks in a register.
const LANES: usize = 4;
/// Registers of blocks that go through the rounds together when there are enough.
const WIDE: usize = 2;

/// The round keys of one pass for the blocks of a register.
#[derive(Clone, Copy)]
#[repr(C, align(32))]
struct Schedule([[u64; LANES]; 16]);

/// Whether the processor, and the operating system, know what this kernel needs.
pub(crate) fn available() -> bool {
    is_x86_feature_detected!("avx2")
}

/// Enciphers or deciphers each block under its key.
#[target_feature(enable = "avx2")]
pub(crate) fn run(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    all(keys, blocks, direction);
    wipe();
}

/// Overwrites what registers the compiler put aside on the stack while [`all`] ran: both are called from one place, so
/// that their frames begin at one address.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn wipe() {
    let zero = _mm256_setzero_si256();
    let mut stack = [const { MaybeUninit::<__m256i>::uninit() }; 96];
    for line in &mut stack {
        // SAFETY: a place of our own, aligned for its type; volatile, so that the writing is not left out.
        unsafe { core::ptr::write_volatile(line.as_mut_ptr(), zero) };
    }
}

#[inline(never)]
#[target_feature(enable = "avx2")]
fn all(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    let mut schedules = [Schedule([[0; LANES]; 16]); WIDE];
    let mut first = 0;
    let (wide, rest) = blocks.as_chunks_mut::<{ LANES * WIDE }>();
    for group in wide {
        registers::<WIDE>(&mut schedules, keys, first, group, direction);
        first = first.wrapping_add(LANES * WIDE);
    }
    let [schedule, _] = &mut schedules;
    for group in rest.chunks_mut(LANES) {
        registers::<1>(core::array::from_mut(schedule), keys, first, group, direction);
        first = first.wrapping_add(LANES);
    }
    for schedule in &mut schedules {
        schedule.0.zeroize();
    }
}

/// The blocks of `N` registers; the last may be short.
#[target_feature(enable = "avx2")]
fn registers<const N: usize>(
    schedules: &mut [Schedule; N],
    keys: Keys<'_, '_>,
    first: usize,
    blocks: &mut [[u8; 8]],
    direction: Direction,
) {
    let mut halves = [[_mm256_setzero_si256(); 2]; N];
    for (halves, group) in halves.iter_mut().zip(blocks.chunks(LANES)) {
        let data = load(group);
        for (half, picks) in halves.iter_mut().zip(&INITIAL) {
            for (bit, pick_from) in ONE_BIT.iter().zip(picks) {
                *half = _mm256_or_si256(
                    *half,
                    _mm256_and_si256(pick(data, pick_from), _mm256_set1_epi8(*bit)),
                );
            }
        }
    }
    for stage in keys.stages(direction) {
        for (index, schedule) in schedules.iter_mut().enumerate() {
            let first = first.wrapping_add(index * LANES);
            let count = blocks.len().saturating_sub(index * LANES);
            schedule_keys(schedule, keys, first, count, stage.part);
        }
        halves = pass(halves, schedules, stage.forward);
    }
    for ([first, second], group) in halves.iter().zip(blocks.chunks_mut(LANES)) {
        let mut out = _mm256_setzero_si256();
        for ((pick_from, half), bit) in LAST.iter().zip(LAST_HALF).zip(ONE_BIT) {
            let from = if half == 0 { *first } else { *second };
            out = _mm256_or_si256(
                out,
                _mm256_and_si256(pick(from, pick_from), _mm256_set1_epi8(bit)),
            );
        }
        store(group, out);
    }
}

/// Sixteen rounds, and the exchange of the halves.
///
/// The key of the next round is added to the left half while the S-boxes are at work, so that it costs no time.
#[inline]
#[target_feature(enable = "avx2")]
fn pass<const N: usize>(
    mut halves: [[__m256i; 2]; N],
    schedules: &[Schedule; N],
    forward: bool,
) -> [[__m256i; 2]; N] {
    let order = |round: usize| if forward { round } else { 15 - round };
    let mut input = [_mm256_setzero_si256(); N];
    for ((input, [_, right]), schedule) in input.iter_mut().zip(&halves).zip(schedules) {
        *input = _mm256_xor_si256(*right, key_at(schedule, order(0)));
    }
    for round in 1..16 {
        let round = order(round);
        for ((input, [left, right]), schedule) in input.iter_mut().zip(&mut halves).zip(schedules) {
            let keyed = _mm256_xor_si256(*left, key_at(schedule, round));
            let change = feistel(*input);
            *input = _mm256_xor_si256(keyed, change);
            let next = _mm256_xor_si256(*left, change);
            *left = *right;
            *right = next;
        }
    }
    for (input, [left, _]) in input.iter().zip(&mut halves) {
        *left = _mm256_xor_si256(*left, feistel(*input));
    }
    halves
}

/// The bits of a byte, from the lowest.
const ONE_BIT: [i8; 8] = [1, 2, 4, 8, 16, 32, 64, -128];

/// E(P(S(input))), in the form of a half.
#[inline]
#[target_feature(enable = "avx2")]
fn feistel(input: __m256i) -> __m256i {
    // A byte shuffle gives 0 where bit 7 of the index is set: after the addition, everywhere but where bits 4 and 5
    // are those of the quarter of the tables.
    let quarter = |high| {
        _mm256_add_epi8(_mm256_xor_si256(input, _mm256_set1_epi8(high)), _mm256_set1_epi8(0x70))
    };
    let [q0, q1, q2, q3] = [0x00, 0x10, 0x20, 0x30].map(quarter);
    let look = |[t0, t1, t2, t3]: &[Bytes; 4], keep| {
        let low =
            _mm256_or_si256(_mm256_shuffle_epi8(bytes(t0), q0), _mm256_shuffle_epi8(bytes(t1), q1));
        let high =
            _mm256_or_si256(_mm256_shuffle_epi8(bytes(t2), q2), _mm256_shuffle_epi8(bytes(t3), q3));
        _mm256_and_si256(_mm256_or_si256(low, high), bytes(keep))
    };
    let ([s0, s1, s2, s3], [k0, k1, k2, k3]) = (&SBOXES, &KEEP);
    let (low, high) =
        (_mm256_or_si256(look(s0, k0), look(s1, k1)), _mm256_or_si256(look(s2, k2), look(s3, k3)));
    let nibbles = _mm256_or_si256(low, high);
    // Each nibble at both places of its byte.
    let down = _mm256_and_si256(_mm256_srli_epi16::<4>(nibbles), _mm256_set1_epi8(0x0f));
    let up = _mm256_and_si256(_mm256_slli_epi16::<4>(nibbles), _mm256_set1_epi8(-16));
    let both = _mm256_or_si256(nibbles, _mm256_or_si256(down, up));
    let spread =
        |from, bit| _mm256_and_si256(_mm256_shuffle_epi8(both, bytes(from)), _mm256_set1_epi8(bit));
    let [f0, f1, f2, f3, f4, f5] = &SPREAD;
    let a = _mm256_xor_si256(spread(f0, 1), spread(f1, 2));
    let b = _mm256_xor_si256(spread(f2, 4), spread(f3, 8));
    let c = _mm256_xor_si256(spread(f4, 16), spread(f5, 32));
    _mm256_xor_si256(_mm256_xor_si256(a, b), c)
}

/// All ones in each byte whose bit is set, else 0.
#[inline]
#[target_feature(enable = "avx2")]
fn pick(data: __m256i, from: &Pick) -> __m256i {
    let bit = bytes(&from.bit);
    _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(data, bytes(&from.byte)), bit), bit)
}

/// The round keys of one pass for up to four blocks from `first` on; a key shared by all is expanded once.
#[inline]
#[target_feature(enable = "avx2")]
fn schedule_keys(
    schedule: &mut Schedule,
    keys: Keys<'_, '_>,
    first: usize,
    count: usize,
    part: Part,
) {
    if let Keys::Shared(key) = keys {
        expand(schedule, 0, key.part(part));
        for [first, rest @ ..] in &mut schedule.0 {
            rest.fill(*first);
        }
        return;
    }
    for lane in 0..LANES.min(count) {
        if let Some(key) = keys.get(first.wrapping_add(lane)) {
            expand(schedule, lane, key.part(part));
        }
    }
}

/// The sixteen round keys of one block, into its lane.
#[inline]
#[target_feature(enable = "avx2")]
fn expand(schedule: &mut Schedule, lane: usize, key: &[u8; 8]) {
    let key = _mm256_set1_epi64x(i64::from_le_bytes(*key));
    let [low, high] = &KEY_BITS;
    let (low, high) = (pick(key, low), pick(key, high));
    let (fours, _) = schedule.0.as_chunks_mut::<4>();
    for (bits, rounds) in ROUND_KEYS.iter().zip(fours) {
        let mut four = _mm256_setzero_si256();
        for ([from_low, from_high], bit) in bits.iter().zip(ONE_BIT) {
            let both = _mm256_or_si256(
                _mm256_shuffle_epi8(low, bytes(from_low)),
                _mm256_shuffle_epi8(high, bytes(from_high)),
            );
            four = _mm256_or_si256(four, _mm256_and_si256(both, _mm256_set1_epi8(bit)));
        }
        let (c, d) = (_mm256_castsi256_si128(four), _mm256_extracti128_si256::<1>(four));
        let [r0, r1, r2, r3] = rounds;
        split(_mm_unpacklo_epi32(c, d), r0.get_mut(lane), r1.get_mut(lane));
        split(_mm_unpackhi_epi32(c, d), r2.get_mut(lane), r3.get_mut(lane));
    }
}

/// The two words of a register.
#[inline]
#[target_feature(enable = "avx2")]
fn split(data: __m128i, low: Option<&mut u64>, high: Option<&mut u64>) {
    let data = _mm_castsi128_pd(data);
    if let (Some(low), Some(high)) = (low, high) {
        // SAFETY: writes the eight bytes of a `u64`; any alignment is allowed.
        unsafe { _mm_storel_pd(core::ptr::from_mut(low).cast(), data) };
        // SAFETY: as above.
        unsafe { _mm_storeh_pd(core::ptr::from_mut(high).cast(), data) };
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn key_at(schedule: &Schedule, round: usize) -> __m256i {
    let Some(words) = schedule.0.get(round) else { return _mm256_setzero_si256() };
    // SAFETY: four words of eight bytes, which are 32, aligned to 32 with the schedule.
    unsafe { _mm256_load_si256(words.as_ptr().cast()) }
}

/// Up to four blocks, the rest 0.
#[inline]
#[target_feature(enable = "avx2")]
fn load(blocks: &[[u8; 8]]) -> __m256i {
    let mut held = [[0; 8]; LANES];
    for (to, from) in held.iter_mut().zip(blocks) {
        *to = *from;
    }
    // SAFETY: four blocks of eight bytes; any alignment is allowed.
    let data = unsafe { _mm256_loadu_si256(held.as_ptr().cast()) };
    held.zeroize();
    data
}

/// Up to four blocks, as many as there is room for.
#[inline]
#[target_feature(enable = "avx2")]
fn store(blocks: &mut [[u8; 8]], data: __m256i) {
    let mut held = [[0; 8]; LANES];
    // SAFETY: four blocks of eight bytes; any alignment is allowed.
    unsafe { _mm256_storeu_si256(held.as_mut_ptr().cast(), data) };
    for (to, from) in blocks.iter_mut().zip(&held) {
        *to = *from;
    }
    held.zeroize();
}

#[inline]
#[target_feature(enable = "avx2")]
fn bytes(constant: &Bytes) -> __m256i {
    // SAFETY: 32 bytes, aligned to 32.
    unsafe { _mm256_load_si256(constant.0.as_ptr().cast()) }
}
