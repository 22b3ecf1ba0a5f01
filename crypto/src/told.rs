//! The one place where something secret decides which way the program goes.
//!
//! Everywhere else verdicts about secrets are [`Choice`]s, which are computed with and not branched on. Where one has to become
//! a code that somebody is answered, or a length that others can see anyway, it goes through here, by a name that says why it
//! may ([`Told`]; each has its line in docs/side-channels.md). The branch is in two functions of this file and in none of their
//! callers: what comes out of them is a constant of the road that was taken. So whoever follows secrets through the program
//! finds these two and nothing else (`tests/constant_time.rs` here and in `keys`).

use core::hint::black_box;

use subtle::Choice;

/// What is told of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A MAC or other redundancy is right: what is not is refused, and nothing of it is looked at.
    Authentic,
    /// How long a key is that came out of an authentic block: its algorithm and what it can be used for say as much.
    KeyLength,
    /// A key has odd parity, no weak part, no equal parts; a component is no zero and no other one: else it is refused.
    Key,
    /// An LMK is the one that everybody knows: the status says so.
    TestKey,
    /// Control nibble and length of a PIN block are what the layout wants, and if not, which of the two.
    PinBlock,
    /// How many digits a PIN has: translation answers it.
    PinLength,
    /// All digits of a PIN are decimal: where a PIN is new, compared in full or printed, others are refused.
    PinDigits,
    /// What stands behind the PIN in a block is the fill of its account: else it is refused. No digit has a part in it.
    PinFill,
    /// A PVV or an offset belongs to a PIN.
    Pin,
    /// A PIN under the LMK is one: else it is refused.
    LmkPin,
    /// A card verification value is the card's.
    CardCode,
    /// A decimalisation table is sixteen digits, spread well enough: else it is refused.
    Table,
    /// A text consists of digits or numerals: else it is refused.
    Text,
    /// A card number has its check digit: else it, or the token of it, is refused.
    CheckDigit,
    /// A value from somebody else has its layout: else it is refused.
    Value,
    /// How many digits a card number has that somebody else encrypted.
    NumberLength,
    /// Whether FF1 has to be done again for a token: how many times tells less of a number than its token does.
    Walk,
}

/// Tells a verdict.
#[must_use]
#[inline(never)]
pub fn told(_what: Told, verdict: Choice) -> bool {
    // Not by moving the value: the answer has to be a constant on either road.
    if bool::from(verdict) { black_box(true) } else { black_box(false) }
}

/// Tells a number of 0 to `most`; `None` if it is higher. Takes longer for higher ones.
#[must_use]
pub fn told_number(_what: Told, number: usize, most: usize) -> Option<usize> {
    let told = counted(number, most);
    (told <= most).then_some(told)
}

/// Counts up to a number, or to one more than `most`: what comes out was counted, and is not the number itself.
#[inline(never)]
fn counted(number: usize, most: usize) -> usize {
    for candidate in 0..=most {
        if black_box(candidate) == number {
            return black_box(candidate);
        }
    }
    black_box(most.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_what_there_is() {
        assert!(told(Told::Pin, Choice::from(1)));
        assert!(!told(Told::Pin, Choice::from(0)));
        for number in 0..=12 {
            assert_eq!(told_number(Told::PinLength, number, 12), Some(number));
        }
        assert_eq!(told_number(Told::PinLength, 13, 12), None);
        assert_eq!(told_number(Told::PinLength, 0, 0), Some(0));
    }
}
