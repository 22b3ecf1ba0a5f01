//! The round keys of one pass for the blocks of a register.
//!
//! C (low lane) and D (high lane) are spread to a byte for each bit, all ones or 0. 28 bits need two registers; each of
//! the six bits of a byte of a round key is taken from one of them, and with the right bits in each ([`HELD`], found by
//! a search) never more than three from one: four rounds of a block cost six byte shuffles.

use core::arch::x86_64::{
    __m256i, _mm256_or_si256, _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_shuffle_epi8,
    _mm256_unpackhi_epi16, _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi16,
    _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
};

use super::tables::{KEY_BITS, ROUND, ROUND_KEYS};
use super::{LANES, bytes, take, test};
use crate::key::{Keys, Part};

/// A register for each round.
pub(super) type Schedule = [__m256i; 16];

/// The round keys for up to four blocks from `first` on, those of one part of their keys.
///
/// One key for all is expanded once.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn fill(
    schedule: &mut Schedule,
    keys: Keys<'_, '_>,
    first: usize,
    count: usize,
    part: Part,
) {
    let (fours, _) = schedule.as_chunks_mut::<4>();
    if count == 1 || matches!(keys, Keys::Shared(_)) {
        let Some(key) = keys.get(first) else { return };
        for (rounds, four) in fours.iter_mut().zip(expand(key.part(part))) {
            for (round, from) in rounds.iter_mut().zip(&ROUND) {
                *round = _mm256_shuffle_epi8(four, bytes(from));
            }
        }
        return;
    }
    for lane in 0..LANES.min(count) {
        if let Some(key) = keys.get(first.wrapping_add(lane)) {
            for (rounds, four) in fours.iter_mut().zip(expand(key.part(part))) {
                if let Some(place) = rounds.get_mut(lane) {
                    *place = four;
                }
            }
        }
    }
    for rounds in fours {
        *rounds = transpose(*rounds);
    }
}

/// Whether two parts of a key are the same bytes of the caller's, for each of `count` blocks from `first` on: K3 and K1
/// of a double-length key.
#[inline]
pub(super) fn same(keys: Keys<'_, '_>, first: usize, count: usize, one: Part, other: Part) -> bool {
    let mut group = (0..count).filter_map(|index| keys.get(first.wrapping_add(index)));
    group.all(|key| core::ptr::eq(key.part(one), key.part(other)))
}

/// The sixteen round keys of one block: in each 8 bytes, four rounds of a pair of S-boxes.
#[inline]
#[target_feature(enable = "avx2")]
fn expand(key: &[u8; 8]) -> [__m256i; 4] {
    let key = _mm256_set1_epi64x(i64::from_le_bytes(*key));
    let [one, other] = &KEY_BITS;
    let (one, other) = (test(key, one), test(key, other));
    let mut out = [_mm256_setzero_si256(); 4];
    for (four, [from_one, from_other]) in out.iter_mut().zip(&ROUND_KEYS) {
        let [a, b, c] = from_one;
        let [d, e, f] = from_other;
        let ab = _mm256_or_si256(take(one, a), take(one, b));
        let cd = _mm256_or_si256(take(one, c), take(other, d));
        let ef = _mm256_or_si256(take(other, e), take(other, f));
        *four = _mm256_or_si256(_mm256_or_si256(ab, cd), ef);
    }
    out
}

/// From four rounds of each of four blocks to four blocks in each of four rounds: 16-bit words within 8 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose([k0, k1, k2, k3]: [__m256i; 4]) -> [__m256i; 4] {
    let (low01, high01) = (_mm256_unpacklo_epi16(k0, k1), _mm256_unpackhi_epi16(k0, k1));
    let (low23, high23) = (_mm256_unpacklo_epi16(k2, k3), _mm256_unpackhi_epi16(k2, k3));
    let (a01, a23) = (_mm256_unpacklo_epi32(low01, low23), _mm256_unpackhi_epi32(low01, low23));
    let (b01, b23) = (_mm256_unpacklo_epi32(high01, high23), _mm256_unpackhi_epi32(high01, high23));
    [
        _mm256_unpacklo_epi64(a01, b01),
        _mm256_unpackhi_epi64(a01, b01),
        _mm256_unpacklo_epi64(a23, b23),
        _mm256_unpackhi_epi64(a23, b23),
    ]
}
