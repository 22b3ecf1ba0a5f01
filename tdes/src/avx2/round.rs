//! One round: the S-boxes, P and E.

use core::arch::asm;
use core::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_blend_epi32, _mm256_blendv_epi8, _mm256_or_si256,
    _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_xor_si256,
};

use super::form::DOWN;
use super::tables::{Bytes, SBOXES, SPREAD};
use super::{bytes, take};

/// Bit 7 of every byte.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn top_bits() -> __m256i {
    _mm256_set1_epi8(-128)
}

/// `to` + E(P(S(input))), in the form of a half, and the same with bit 7 flipped, which is also how the input comes.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn feistel(to: __m256i, [plain, flipped]: [__m256i; 2]) -> [__m256i; 2] {
    // A byte shuffle gives 0 where bit 7 of the index is set.
    let look = |[t0, t1]: &[Bytes; 2]| {
        _mm256_or_si256(
            _mm256_shuffle_epi8(bytes(t0), plain),
            _mm256_shuffle_epi8(bytes(t1), flipped),
        )
    };
    let [[a0, a1], [b0, b1]] = &SBOXES;
    let low = _mm256_blend_epi32::<0b1100_1100>(look(a0), look(b0));
    let high = _mm256_blend_epi32::<0b1100_1100>(look(a1), look(b1));
    let out = _mm256_blendv_epi8(low, high, _mm256_add_epi8(plain, plain));
    // Each bit to where it goes; the longest way last.
    let over = other_lane(out);
    let down = _mm256_srli_epi16::<{ DOWN as i32 }>(over);
    let [own0, own1, own2] = &SPREAD.own;
    let [over0, over1] = &SPREAD.across;
    let [down0, down1] = &SPREAD.down;
    let own = _mm256_xor_si256(take(out, own1), take(out, own2));
    let own = as_is(_mm256_xor_si256(_mm256_xor_si256(to, take(out, own0)), own));
    let own_flipped = as_is(_mm256_xor_si256(own, top_bits()));
    let over = as_is(_mm256_xor_si256(take(over, over0), take(over, over1)));
    let down = as_is(_mm256_xor_si256(take(down, down0), take(down, down1)));
    [own, own_flipped].map(|own| _mm256_xor_si256(as_is(_mm256_xor_si256(own, over)), down))
}

/// The lanes exchanged. Left to itself, the compiler takes `vpermq`, which is slower on AMD processors.
#[inline]
#[target_feature(enable = "avx2")]
fn other_lane(data: __m256i) -> __m256i {
    let out;
    // SAFETY: one instruction of AVX2 on registers.
    unsafe {
        asm!("vperm2i128 {0}, {1}, {1}, 1", lateout(ymm_reg) out, in(ymm_reg) data,
            options(pure, nomem, nostack, preserves_flags));
    }
    out
}

/// No instruction: the compiler sees a value that it knows nothing of, and leaves sums in the order in which they are
/// written, the last to arrive added last. It would put constants and keys at the end, on the longest path.
#[inline]
#[target_feature(enable = "avx2")]
fn as_is(mut data: __m256i) -> __m256i {
    // SAFETY: an empty text.
    unsafe {
        asm!("/* {0} */", inout(ymm_reg) data, options(pure, nomem, nostack, preserves_flags));
    }
    data
}
