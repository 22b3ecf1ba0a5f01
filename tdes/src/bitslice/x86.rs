//! Registers of AVX2 (256 lanes) and AVX-512 (512 lanes).
//!
//! The methods are inlined into functions that have the processor's features. They cannot have them themselves: a
//! trait's methods are safe to call everywhere. Therefore nothing but the kernels of this module may use the trait.

use core::arch::x86_64::{
    __m256i, __m512i, _mm_cvtsi32_si128, _mm256_and_si256, _mm256_andnot_si256, _mm256_or_si256,
    _mm256_set1_epi64x, _mm256_sll_epi64, _mm256_srl_epi64, _mm256_xor_si256, _mm512_and_si512,
    _mm512_andnot_si512, _mm512_or_si512, _mm512_set1_epi64, _mm512_slli_epi64, _mm512_srli_epi64,
    _mm512_ternarylogic_epi64, _mm512_xor_si512,
};

use super::word::{Lanes, Ternary, Word, low, sboxes};
use super::{gates, ternary};

/// One instruction.
macro_rules! instruction {
    ($($call:tt)*) => {{
        // SAFETY: only the kernels of `bitslice` come here, whose callers have asked the processor for its features.
        unsafe { $($call)* }
    }};
}

impl Word for __m256i {
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        instruction!(_mm256_xor_si256(self, other))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        instruction!(_mm256_and_si256(self, other))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        instruction!(_mm256_or_si256(self, other))
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        instruction!(_mm256_andnot_si256(other, self))
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.xor(Self::splat(u64::MAX))
    }
}

// SAFETY: four words of 64 bits.
unsafe impl Lanes for __m256i {
    const LANES: usize = 256;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        instruction!(_mm256_set1_epi64x(word.cast_signed()))
    }

    #[inline(always)]
    fn up<const BY: u32>(self) -> Self {
        let by = instruction!(_mm_cvtsi32_si128(BY.cast_signed()));
        instruction!(_mm256_sll_epi64(self, by))
    }

    #[inline(always)]
    fn down<const BY: u32>(self) -> Self {
        let by = instruction!(_mm_cvtsi32_si128(BY.cast_signed()));
        instruction!(_mm256_srl_epi64(self, by))
    }

    sboxes!(gates);
}

impl Word for __m512i {
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        instruction!(_mm512_xor_si512(self, other))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        instruction!(_mm512_and_si512(self, other))
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        instruction!(_mm512_or_si512(self, other))
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        instruction!(_mm512_andnot_si512(other, self))
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.ternary::<0x0f>(self, self)
    }
}

impl Ternary for __m512i {
    #[inline(always)]
    fn ternary<const TABLE: i32>(self, b: Self, c: Self) -> Self {
        instruction!(_mm512_ternarylogic_epi64::<TABLE>(self, b, c))
    }
}

// SAFETY: eight words of 64 bits.
unsafe impl Lanes for __m512i {
    const LANES: usize = 512;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        instruction!(_mm512_set1_epi64(word.cast_signed()))
    }

    #[inline(always)]
    fn up<const BY: u32>(self) -> Self {
        instruction!(_mm512_slli_epi64::<BY>(self))
    }

    #[inline(always)]
    fn down<const BY: u32>(self) -> Self {
        instruction!(_mm512_srli_epi64::<BY>(self))
    }

    /// Two shifts and two selections.
    #[inline(always)]
    fn exchange<const BY: u32>(self, other: Self) -> (Self, Self) {
        /// `a ? b : c`.
        const SELECT: i32 = 0xca;
        let low = Self::splat(low(BY));
        let (up, down) = (other.up::<BY>(), self.down::<BY>());
        (low.ternary::<SELECT>(self, up), low.ternary::<SELECT>(down, other))
    }

    sboxes!(ternary);
}
