//! The AVX-512 kernel: S-boxes as byte permutes of registers, linear parts as affine transforms over GF(2).
//!
//! Eight blocks to a register, a 64-bit word each. The form of a half is described with the constants. Round keys are made
//! inside the round loop and never stored. Nothing is read at an address that depends on a secret.

use core::arch::asm;
use core::arch::x86_64::{
    __m512i, _mm512_gf2p8affine_epi64_epi8, _mm512_load_si512, _mm512_mask_storeu_epi64,
    _mm512_maskz_loadu_epi64, _mm512_maskz_permutexvar_epi8, _mm512_permutex2var_epi8,
    _mm512_permutexvar_epi8, _mm512_set_epi64, _mm512_set1_epi64, _mm512_shuffle_epi8,
    _mm512_ternarylogic_epi64, _mm512_xor_si512,
};
use core::mem::MaybeUninit;

use crate::key::{Direction, Key, Keys, Part};
use tables::{
    BROADCAST, Bytes, INITIAL, KEY_BYTES, LAST, Linear, ROUND_KEYS, SBOXES, TURN, UNITS, Words,
};

mod form;
mod tables;

/// Blocks in a register.
const LANES: usize = 8;
/// Registers of blocks that go through the rounds together when there are enough.
const WIDE: usize = 2;
/// `a ^ b ^ c`.
const XOR3: i32 = 0x96;
/// A mask of bytes: the first of each block.
const ONE_OF_EIGHT: u64 = 0x0101_0101_0101_0101;

/// Whether the processor, and the operating system, know what this kernel needs.
pub(crate) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vbmi")
        && is_x86_feature_detected!("gfni")
}

/// Enciphers or deciphers each block under its key.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
pub(crate) fn run(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    all(keys, blocks, direction);
    wipe();
}

/// Overwrites what registers the compiler put aside on the stack while [`all`] ran: both are called from one place, so
/// that their frames begin at one address. The largest frame seen was 800 bytes.
#[inline(never)]
#[target_feature(enable = "avx512f")]
fn wipe() {
    let zero = _mm512_set1_epi64(0);
    let mut stack = [const { MaybeUninit::<__m512i>::uninit() }; 24];
    for line in &mut stack {
        // SAFETY: a place of our own, aligned for its type; volatile, so that the writing is not left out.
        unsafe { core::ptr::write_volatile(line.as_mut_ptr(), zero) };
    }
}

#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn all(keys: Keys<'_, '_>, blocks: &mut [[u8; 8]], direction: Direction) {
    let mut first = 0;
    let (wide, rest) = blocks.as_chunks_mut::<{ LANES * WIDE }>();
    for group in wide {
        registers::<WIDE>(keys, first, group, direction);
        first = first.wrapping_add(LANES * WIDE);
    }
    for group in rest.chunks_mut(LANES) {
        registers::<1>(keys, first, group, direction);
        first = first.wrapping_add(LANES);
    }
}

/// The blocks of `N` registers; the last may be short.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn registers<const N: usize>(
    keys: Keys<'_, '_>,
    first: usize,
    blocks: &mut [[u8; 8]],
    direction: Direction,
) {
    let (units, turn) = (_mm512_set1_epi64(UNITS), bytes(&TURN));
    let mut left = [_mm512_set1_epi64(0); N];
    let mut right = left;
    for ((left, right), group) in left.iter_mut().zip(&mut right).zip(blocks.chunks(LANES)) {
        let columns = _mm512_gf2p8affine_epi64_epi8::<0>(units, load(group));
        let [l, r] = &INITIAL;
        *left = _mm512_permutexvar_epi8(turn, linear(l, columns, columns));
        *right = _mm512_permutexvar_epi8(turn, linear(r, columns, columns));
    }
    for stage in keys.stages(direction) {
        let mut columns = [[_mm512_set1_epi64(0); 4]; N];
        for (index, columns) in columns.iter_mut().enumerate() {
            let key = load_keys(
                keys,
                first.wrapping_add(index * LANES),
                blocks.len().saturating_sub(index * LANES),
                stage.part,
            );
            let turned = _mm512_gf2p8affine_epi64_epi8::<0>(units, key);
            for (column, from) in columns.iter_mut().zip(&KEY_BYTES) {
                *column = _mm512_permutexvar_epi8(bytes(from), turned);
            }
        }
        (left, right) = if stage.forward {
            pass(left, right, &columns, ROUND_KEYS.iter())
        } else {
            pass(left, right, &columns, ROUND_KEYS.iter().rev())
        };
    }
    for ((left, right), group) in left.iter().zip(&right).zip(blocks.chunks_mut(LANES)) {
        // The halves have changed places: `left` is what FP takes first.
        let columns = _mm512_permutexvar_epi8(turn, linear(&LAST, *left, *right));
        store(group, _mm512_gf2p8affine_epi64_epi8::<0>(units, columns));
    }
}

/// Sixteen rounds, and the exchange of the halves.
///
/// The key of the next round is added to the left half while the S-boxes are at work, so that it costs no time.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn pass<const N: usize>(
    mut left: [__m512i; N],
    mut right: [__m512i; N],
    columns: &[[__m512i; 4]; N],
    mut rounds: impl Iterator<Item = &'static [Words; 4]>,
) -> ([__m512i; N], [__m512i; N]) {
    let mut input = right;
    if let Some(matrices) = rounds.next() {
        for (input, columns) in input.iter_mut().zip(columns) {
            *input = _mm512_xor_si512(*input, round_key(columns, matrices));
        }
    }
    for matrices in rounds {
        for (((left, right), input), columns) in
            left.iter_mut().zip(&mut right).zip(&mut input).zip(columns)
        {
            let keyed = _mm512_xor_si512(*left, round_key(columns, matrices));
            let [one, other] = feistel(*input);
            *input = _mm512_ternarylogic_epi64::<XOR3>(keyed, one, other);
            let next = _mm512_ternarylogic_epi64::<XOR3>(*left, one, other);
            *left = *right;
            *right = next;
        }
    }
    for (left, input) in left.iter_mut().zip(input) {
        let [one, other] = feistel(input);
        *left = _mm512_ternarylogic_epi64::<XOR3>(*left, one, other);
    }
    (left, right)
}

/// The key of one round, in the form of a half.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn round_key(columns: &[__m512i; 4], matrices: &[Words; 4]) -> __m512i {
    let [c0, c1, c2, c3] = *columns;
    let [m0, m1, m2, m3] = matrices;
    let key = _mm512_xor_si512(
        _mm512_ternarylogic_epi64::<XOR3>(
            _mm512_gf2p8affine_epi64_epi8::<0>(c0, words(m0)),
            _mm512_gf2p8affine_epi64_epi8::<0>(c1, words(m1)),
            _mm512_gf2p8affine_epi64_epi8::<0>(c2, words(m2)),
        ),
        _mm512_gf2p8affine_epi64_epi8::<0>(c3, words(m3)),
    );
    _mm512_permutexvar_epi8(bytes(&TURN), key)
}

/// E(P(S(input))), in the form of a half, as two terms: the sum costs nothing where they are used.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn feistel(input: __m512i) -> [__m512i; 2] {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = &SBOXES;
    let [from0, from1] = &BROADCAST;
    // Byte `which` of each block, 0 elsewhere.
    let look = |which, table| {
        _mm512_maskz_permutexvar_epi8(opaque(ONE_OF_EIGHT << which), input, bytes(table))
    };
    let sum = |a, b, c| _mm512_ternarylogic_epi64::<XOR3>(a, b, c);
    let spread0 = _mm512_shuffle_epi8(_mm512_permutexvar_epi8(input, bytes(s0)), bytes(from0));
    let spread1 = _mm512_shuffle_epi8(_mm512_permutexvar_epi8(input, bytes(s1)), bytes(from1));
    let low = sum(look(2, s2), look(3, s3), look(4, s4));
    let high = sum(look(5, s5), look(6, s6), look(7, s7));
    let units = _mm512_set1_epi64(UNITS);
    [sum(spread0, spread1, low), high].map(|rows| _mm512_gf2p8affine_epi64_epi8::<0>(units, rows))
}

/// The same mask, but nothing that the compiler would fold: it would trade the zeroing of a permute, which is free,
/// for one more step on the longest path.
#[inline(always)]
fn opaque(mut mask: u64) -> u64 {
    // SAFETY: no instruction at all.
    unsafe { asm!("/* {0} */", inout(reg) mask, options(pure, nomem, nostack, preserves_flags)) };
    mask
}

/// The sum of the terms of a linear map.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn linear(map: &Linear<2>, first: __m512i, second: __m512i) -> __m512i {
    let [b0, b1] = &map.bytes;
    let [m0, m1] = &map.matrices;
    _mm512_xor_si512(
        _mm512_gf2p8affine_epi64_epi8::<0>(
            _mm512_permutex2var_epi8(first, bytes(b0), second),
            words(m0),
        ),
        _mm512_gf2p8affine_epi64_epi8::<0>(
            _mm512_permutex2var_epi8(first, bytes(b1), second),
            words(m1),
        ),
    )
}

/// The part `part` of the keys of up to eight blocks, from block `first` on; lanes without a block get any key.
#[inline]
#[target_feature(enable = "avx512f")]
fn load_keys(keys: Keys<'_, '_>, first: usize, count: usize, part: Part) -> __m512i {
    let word = |key: Key<'_>| i64::from_le_bytes(*key.part(part));
    let at = |lane: usize| keys.get(first.wrapping_add(lane)).map_or(0, word);
    match (keys, count) {
        (Keys::Shared(key), _) => _mm512_set1_epi64(word(key)),
        (Keys::Each(_), 1) => _mm512_set1_epi64(at(0)),
        (Keys::Each(_), _) => {
            _mm512_set_epi64(at(7), at(6), at(5), at(4), at(3), at(2), at(1), at(0))
        }
    }
}

/// Up to eight blocks, the rest 0.
#[inline]
#[target_feature(enable = "avx512f")]
fn load(blocks: &[[u8; 8]]) -> __m512i {
    // SAFETY: the mask has one bit for each block there is, and lanes without one are not read.
    unsafe { _mm512_maskz_loadu_epi64(mask(blocks.len()), blocks.as_ptr().cast()) }
}

/// Up to eight blocks, as many as there is room for.
#[inline]
#[target_feature(enable = "avx512f")]
fn store(blocks: &mut [[u8; 8]], data: __m512i) {
    // SAFETY: the mask has one bit for each block there is, and lanes without one are not written.
    unsafe { _mm512_mask_storeu_epi64(blocks.as_mut_ptr().cast(), mask(blocks.len()), data) }
}

/// One bit for each of up to eight blocks.
fn mask(blocks: usize) -> u8 {
    match blocks {
        0 => 0x00,
        1 => 0x01,
        2 => 0x03,
        3 => 0x07,
        4 => 0x0f,
        5 => 0x1f,
        6 => 0x3f,
        7 => 0x7f,
        _ => 0xff,
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn bytes(constant: &Bytes) -> __m512i {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_load_si512(constant.0.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn words(constant: &Words) -> __m512i {
    // SAFETY: 64 bytes, aligned to 64.
    unsafe { _mm512_load_si512(constant.0.as_ptr().cast()) }
}
