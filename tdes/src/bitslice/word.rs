//! What a register of lanes has to know, and the portable one: 64 lanes in a `u64`.

use super::gates;

/// A bit of every lane, and the gates between them.
pub(super) trait Word: Copy {
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    /// `self & !other`.
    fn and_not(self, other: Self) -> Self;
    fn not(self) -> Self;
}

/// A word with gates of three inputs.
#[cfg(target_arch = "x86_64")]
pub(super) trait Ternary: Word {
    /// The bit of `TABLE` at `self << 2 | b << 1 | c`, as the immediate of `vpternlogq` has them.
    fn ternary<const TABLE: i32>(self, b: Self, c: Self) -> Self;
}

/// What the engine asks of a word.
///
/// # Safety
/// An implementor consists of `LANES / 64` words of 64 bits and nothing else, and is valid for all their values.
pub(super) unsafe trait Lanes: Word {
    const LANES: usize;
    /// The same word in all places.
    fn splat(word: u64) -> Self;
    /// Every word shifted to higher bits.
    fn up<const BY: u32>(self) -> Self;
    /// Every word shifted to lower bits.
    fn down<const BY: u32>(self) -> Self;

    /// In every word, of each group of `2 * BY` bits: the higher half of `self` against the lower half of `other`.
    #[inline(always)]
    fn exchange<const BY: u32>(self, other: Self) -> (Self, Self) {
        let change = self.down::<BY>().xor(other).and(Self::splat(low(BY)));
        (self.xor(change.up::<BY>()), other.xor(change))
    }

    /// S-box `WHICH` (from 0) of all lanes; the first bit of FIPS 46-3 first.
    fn sbox<const WHICH: usize>(input: [Self; 6]) -> [Self; 4];
}

/// The lower half of every group of `2 * by` bits.
pub(super) const fn low(by: u32) -> u64 {
    u64::MAX / ((1 << by) + 1)
}

/// The S-boxes of one file of circuits by their number.
macro_rules! sboxes {
    ($circuits:ident) => {
        #[inline(always)]
        fn sbox<const WHICH: usize>(input: [Self; 6]) -> [Self; 4] {
            match WHICH {
                0 => $circuits::s1(input),
                1 => $circuits::s2(input),
                2 => $circuits::s3(input),
                3 => $circuits::s4(input),
                4 => $circuits::s5(input),
                5 => $circuits::s6(input),
                6 => $circuits::s7(input),
                _ => $circuits::s8(input),
            }
        }
    };
}
pub(super) use sboxes;

impl Word for u64 {
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }

    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }

    #[inline(always)]
    fn and_not(self, other: Self) -> Self {
        self & !other
    }

    #[inline(always)]
    fn not(self) -> Self {
        !self
    }
}

// SAFETY: one word of 64 bits.
unsafe impl Lanes for u64 {
    const LANES: usize = 64;

    #[inline(always)]
    fn splat(word: u64) -> Self {
        word
    }

    #[inline(always)]
    fn up<const BY: u32>(self) -> Self {
        self << BY
    }

    #[inline(always)]
    fn down<const BY: u32>(self) -> Self {
        self >> BY
    }

    sboxes!(gates);
}
