//! Numerals, and what texts there are of them.
//!
//! Nothing here branches on a numeral or finds anything by it; division by a number that is not known when it is compiled
//! takes more or less time by its operands, so it is done by comparing and subtracting.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::FpeError;
use crate::told::{Told, told};

/// Fewest texts that a domain may have (SP 800-38G rev. 1, 4.5).
const FEWEST: u128 = 1_000_000;

/// Numbers of a half are below 2^120, so that a byte more fits 128 bits.
const HALF_BITS: u32 = 120;

/// Numerals in the longest text: 240 of radix 2.
pub(super) const LONGEST: usize = 240;

/// All texts of one length in one radix: a million of them or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    radix: u8,
    length: usize,
}

impl Domain {
    /// Texts of `length` numerals of `radix`, 2 to 36.
    ///
    /// The shortest have 20 numerals of radix 2, 6 of radix 10, 4 of radix 36; the longest are twice what numbers below
    /// 2^120 have room for: 240 of radix 2, 72 of radix 10, 46 of radix 36.
    ///
    /// # Errors
    /// [`FpeError::Radix`], [`FpeError::TooShort`], [`FpeError::TooLong`]
    pub fn new(radix: u8, length: usize) -> Result<Self, FpeError> {
        if !(2..=36).contains(&radix) {
            return Err(FpeError::Radix);
        }
        let half = power(radix, length.div_ceil(2)).filter(|half| *half <= 1 << HALF_BITS);
        if half.is_none() {
            return Err(FpeError::TooLong);
        }
        // More than 128 bits of texts are enough in any case.
        if power(radix, length).is_some_and(|texts| texts < FEWEST) {
            return Err(FpeError::TooShort);
        }
        Ok(Self { radix, length })
    }

    /// The radix.
    #[must_use]
    pub fn radix(&self) -> u8 {
        self.radix
    }

    /// Numerals in a text.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }
}

/// `radix` to the `exponent`, if it has 128 bits or fewer.
fn power(radix: u8, exponent: usize) -> Option<u128> {
    u128::from(radix).checked_pow(u32::try_from(exponent).ok()?)
}

/// What the numerals of a half can be: numbers below `radix`^`length`.
pub(crate) struct Half {
    radix: u8,
    /// `radix`^0, `radix`^1 and so on to `radix`^`length`: no secret.
    powers: [u128; LONGEST / 2 + 1],
    length: usize,
}

impl Half {
    /// `length` is of a half of a domain.
    pub(crate) fn new(radix: u8, length: usize) -> Result<Self, FpeError> {
        let mut powers = [1; LONGEST / 2 + 1];
        let mut last = 1u128;
        for power in powers.iter_mut().take(length + 1) {
            *power = last;
            last = last.checked_mul(u128::from(radix)).ok_or(FpeError::TooLong)?;
        }
        Ok(Self { radix, powers, length })
    }

    /// One more than the highest number.
    pub(crate) fn count(&self) -> u128 {
        self.powers.get(self.length).copied().unwrap_or(1)
    }

    /// The number that numerals stand for, first one highest (SP 800-38G, algorithm 1).
    pub(crate) fn number(&self, numerals: &[u8]) -> u128 {
        let radix = u128::from(self.radix);
        // It has room: nothing wraps, and nothing asks whether it does.
        numerals.iter().fold(0u128, |number, numeral| {
            number.wrapping_mul(radix).wrapping_add(u128::from(*numeral))
        })
    }

    /// The numerals of a number below [`Half::count`] (SP 800-38G, algorithm 3).
    pub(crate) fn numerals(&self, number: u128, to: &mut [u8]) {
        let mut rest = Zeroizing::new(number);
        for (numeral, power) in to.iter_mut().zip(self.powers.iter().take(self.length).rev()) {
            *numeral = 0;
            // A numeral is below 36: six bits, of which those that the radix has no use for are never set.
            for bit in (0..6).rev().filter(|bit| 1 << bit < self.radix) {
                let set = subtract_if_not_less(&mut rest, *power << bit);
                *numeral |= set << bit;
            }
        }
    }

    /// The remainder of a number of any number of bytes (SP 800-38G, algorithm 7, step 6.vi: y modulo radix^m).
    pub(super) fn remainder(&self, bytes: &[u8]) -> u128 {
        let count = self.count();
        let mut rest = Zeroizing::new(0u128);
        for byte in bytes {
            for bit in (0..8).rev() {
                *rest = (*rest << 1) | u128::from((byte >> bit) & 1);
                subtract_if_not_less(&mut rest, count);
            }
        }
        *rest
    }

    /// Whether a number is below [`Half::count`].
    pub(crate) fn has(&self, number: u128) -> Choice {
        let (_, borrowed) = number.overflowing_sub(self.count());
        Choice::from(u8::from(borrowed))
    }

    /// The sum of two numbers that are below [`Half::count`], without what goes beyond it.
    pub(super) fn sum(&self, a: u128, b: u128) -> u128 {
        let mut sum = Zeroizing::new(a.wrapping_add(b));
        subtract_if_not_less(&mut sum, self.count());
        *sum
    }

    /// The difference of two such numbers.
    pub(super) fn difference(&self, a: u128, b: u128) -> u128 {
        self.sum(a, self.count().wrapping_sub(b))
    }
}

/// Takes `other` away if that leaves something or nothing, and tells by 1 or 0 whether it did.
fn subtract_if_not_less(number: &mut u128, other: u128) -> u8 {
    let (less, borrowed) = number.overflowing_sub(other);
    let not_less = Choice::from(u8::from(!borrowed));
    number.conditional_assign(&less, not_less);
    not_less.unwrap_u8()
}

/// Characters to numerals: digits, then capital letters.
pub(crate) fn from_text(text: &[u8], domain: &Domain, to: &mut [u8]) -> Result<(), FpeError> {
    if text.len() != domain.length || to.len() != text.len() {
        return Err(FpeError::Text);
    }
    let mut wrong = 0;
    for (numeral, character) in to.iter_mut().zip(text) {
        let (digit, letter) = (character.wrapping_sub(b'0'), character.wrapping_sub(b'A'));
        let (digit_right, letter_right) = (below(digit, 10), below(letter, 26));
        *numeral = (digit & 0u8.wrapping_sub(digit_right))
            | (letter.wrapping_add(10) & 0u8.wrapping_sub(letter_right));
        wrong |= 1 ^ ((digit_right | letter_right) & below(*numeral, domain.radix));
    }
    if told(Told::Text, wrong.ct_eq(&0)) { Ok(()) } else { Err(FpeError::Text) }
}

/// 1 if `value` is below `end`, else 0; `end` is at most 128.
fn below(value: u8, end: u8) -> u8 {
    (value.wrapping_sub(end) & !value) >> 7
}

/// Numerals to characters.
pub(crate) fn to_text(numerals: &[u8], to: &mut [u8]) {
    for (character, numeral) in to.iter_mut().zip(numerals) {
        let letter = Choice::from(9u8.wrapping_sub(*numeral) >> 7);
        let shift = u8::conditional_select(&b'0', &(b'A' - 10), letter);
        *character = numeral.wrapping_add(shift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortest_and_longest_texts_of_every_radix() {
        for radix in 2..=36 {
            let texts = |length: usize| f64::from(radix).powi(length.try_into().unwrap());
            let shortest = (1..).find(|length| texts(*length) > 999_999.5).unwrap();
            assert_eq!(Domain::new(radix, shortest - 1), Err(FpeError::TooShort), "{radix}");
            let longest = (shortest..).find(|&length| Domain::new(radix, length).is_err()).unwrap();
            assert_eq!(Domain::new(radix, longest), Err(FpeError::TooLong), "{radix}");
            assert!(longest % 2 == 1 && texts(longest.div_ceil(2)) > 1.329e36, "{radix}");
            assert!(longest - 1 <= LONGEST);
        }
        let longest = |radix| (1..=241).filter(|&n| Domain::new(radix, n).is_ok()).max();
        assert_eq!([2, 10, 36].map(longest), [Some(240), Some(72), Some(46)]);
        for radix in [0, 1, 37, 255] {
            assert_eq!(Domain::new(radix, 20), Err(FpeError::Radix));
        }
        assert_eq!(Domain::new(10, 0), Err(FpeError::TooShort));
        assert_eq!(Domain::new(10, usize::MAX), Err(FpeError::TooLong));
    }

    #[test]
    fn characters_are_numerals_and_nothing_else_is() {
        let domain = Domain::new(36, 36).unwrap();
        let all = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let (mut numerals, mut text) = ([0; 36], [0; 36]);
        from_text(all, &domain, &mut numerals).unwrap();
        assert!((0..36).eq(numerals));
        to_text(&numerals, &mut text);
        assert_eq!(&text, all);
        for character in 0..=255u8 {
            for radix in [2, 10, 16, 35, 36] {
                let domain = Domain::new(radix, 20).unwrap();
                let mut text = [b'0'; 20];
                text[11] = character;
                let known = all.iter().position(|one| *one == character);
                let fits = known.is_some_and(|place| place < radix.into());
                assert_eq!(from_text(&text, &domain, &mut [0; 20]).is_ok(), fits, "{character}");
            }
        }
        assert!(from_text(&[b'0'; 19], &Domain::new(10, 20).unwrap(), &mut [0; 20]).is_err());
    }

    #[test]
    fn numbers_and_numerals() {
        for radix in 2..=36u8 {
            let length = (1..).find(|&n| Domain::new(radix, 2 * n + 1).is_err() && n > 10).unwrap();
            let half = Half::new(radix, length).unwrap();
            let highest = half.count() - 1;
            for number in [0, 1, u128::from(radix), highest / 3, highest - 1, highest] {
                let mut numerals = vec![0xFF; length];
                half.numerals(number, &mut numerals);
                assert!(numerals.iter().all(|numeral| *numeral < radix));
                assert_eq!(half.number(&numerals), number, "{radix}");
                assert_eq!(half.remainder(&number.to_be_bytes()), number);
                assert_eq!(half.sum(number, highest), number.checked_sub(1).unwrap_or(highest));
                assert_eq!(half.difference(half.sum(number, highest), highest), number);
                assert_eq!(half.difference(number, number), 0);
            }
            assert_eq!(half.remainder(&half.count().to_be_bytes()), 0);
            let more = u128::MAX % half.count();
            assert_eq!(half.remainder(&u128::MAX.to_be_bytes()), more);
        }
    }
}
