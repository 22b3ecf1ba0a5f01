//! Personal identification numbers: blocks, translation, verification, and the PIN under the LMK.

use core::fmt;

use subtle::{
    Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess,
};
use zeroize::{Zeroize, ZeroizeOnDrop};

mod account;
mod block;
mod decimalisation;
pub mod ibm3624;
mod layout;
pub mod lmk_pin;
mod matrix;
pub(crate) mod nibbles;
pub mod pvv;
mod translate;

pub use account::{Account, AccountError};
pub use block::{
    Checks, ClearBlock, EncipheredBlock, PinBlockError, decipher, decode, encipher, encode,
};
pub use decimalisation::{DecimalisationTable, DecimalisationTableError};
pub use layout::Layout;
pub use matrix::{Allowed, translation_allowed};
pub use translate::translate;

use crate::told::{Told, told};

/// Shortest PIN in digits (ISO 9564-1 8.1).
pub const SHORTEST_PIN: usize = 4;
/// Longest PIN in digits (ISO 9564-1 8.1).
pub const LONGEST_PIN: usize = 12;

/// The PIN has fewer than 4 or more than 12 digits, or something in it is no digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a PIN of 4 to 12 decimal digits")]
pub struct PinError;

/// A clear PIN: 4 to 12 nibbles, wiped on drop.
///
/// The nibbles are decimal digits if the PIN was typed or checked. A PIN read out of a block with
/// [`Checks::ControlOnly`] may hold others; it then matches nothing.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Pin {
    /// Left-justified; what lies behind `len` is zero.
    nibbles: [u8; LONGEST_PIN],
    #[zeroize(skip)]
    len: usize,
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

impl Pin {
    /// A PIN from 4 to 12 ASCII digits.
    pub fn from_digits(digits: &[u8]) -> Result<Self, PinError> {
        let mut nibbles = [0; LONGEST_PIN];
        for (to, from) in nibbles.iter_mut().zip(digits) {
            *to = from.wrapping_sub(b'0');
        }
        let pin = Self::from_nibbles(&nibbles, digits.len());
        pin.filter(Self::is_decimal).ok_or(PinError)
    }

    /// The first `len` of `nibbles`, each 0..=15; `None` if that is no length of a PIN.
    pub(crate) fn from_nibbles(nibbles: &[u8], len: usize) -> Option<Self> {
        if !(SHORTEST_PIN..=LONGEST_PIN).contains(&len) {
            return None;
        }
        let mut pin = Self { nibbles: [0; LONGEST_PIN], len };
        for (to, from) in pin.nibbles.iter_mut().zip(nibbles.get(..len)?) {
            *to = *from;
        }
        Some(pin)
    }

    /// Digits in the PIN.
    #[expect(clippy::len_without_is_empty, reason = "a PIN is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether every nibble is a decimal digit.
    #[must_use]
    pub fn is_decimal(&self) -> bool {
        told(Told::PinDigits, self.decimal())
    }

    /// The same where nobody is to know.
    pub(crate) fn decimal(&self) -> Choice {
        self.nibbles.iter().fold(Choice::from(1), |all, n| all & n.ct_lt(&10))
    }

    /// Whether two PINs are the same, in time that depends on neither.
    #[must_use]
    pub fn ct_eq(&self, other: &Self) -> Choice {
        // Unused places are zero in both, so the whole arrays can be compared.
        self.nibbles.ct_eq(&other.nibbles) & self.len.ct_eq(&other.len)
    }

    /// The PIN in clear, as ASCII digits in the first [`Pin::len`] places, zero bytes behind.
    ///
    /// For printing a PIN mailer or answering NG, and for nothing else. The caller wipes the array.
    pub fn danger_clear_digits(&self) -> Result<[u8; LONGEST_PIN], PinError> {
        if !self.is_decimal() {
            return Err(PinError);
        }
        let mut digits = [0; LONGEST_PIN];
        for (to, from) in digits.iter_mut().zip(self.nibbles()) {
            *to = b'0' | from;
        }
        Ok(digits)
    }

    pub(crate) fn nibbles(&self) -> &[u8] {
        self.nibbles.get(..self.len).unwrap_or_default()
    }
}

/// Whether `digits` are all ASCII digits; looks at all of them.
pub(crate) fn all_digits(digits: &[u8]) -> bool {
    let wrong = digits.iter().fold(0, |wrong, digit| {
        let value = digit.wrapping_sub(b'0');
        // Above nine, or with an upper half.
        wrong | (9u8.wrapping_sub(value) >> 7) | (value >> 4)
    });
    told(Told::Text, wrong.ct_eq(&0))
}

/// Whether a nibble is the length of a PIN.
fn is_length(nibble: u8) -> Choice {
    nibble.ct_gt(&3) & nibble.ct_lt(&13)
}

/// Visa's decimalisation: the first `N` decimal nibbles in order, then A to F minus 10 in order
/// (Visa PVV and CVV; up to 255 nibbles).
///
/// Every nibble is placed by counting, not by branching, for the nibbles come from a secret.
pub(crate) fn visa_decimalise<const N: usize>(
    nibbles: impl Iterator<Item = u8> + Clone,
) -> [u8; N] {
    let decimals =
        nibbles.clone().fold(0u8, |count, n| count.wrapping_add(n.ct_lt(&10).unwrap_u8()));
    let mut output = [0; N];
    let (mut next_decimal, mut next_letter) = (0u8, decimals);
    for nibble in nibbles {
        let decimal = nibble.ct_lt(&10);
        let place = u8::conditional_select(&next_letter, &next_decimal, decimal);
        let digit = u8::conditional_select(&nibble.wrapping_sub(10), &nibble, decimal);
        for (here, slot) in (0u8..).zip(output.iter_mut()) {
            slot.conditional_assign(&digit, place.ct_eq(&here));
        }
        next_decimal = next_decimal.wrapping_add(decimal.unwrap_u8());
        next_letter = next_letter.wrapping_add((!decimal).unwrap_u8());
    }
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nibbles(hex: &str) -> Vec<u8> {
        hex.chars().map(|c| u8::try_from(c.to_digit(16).unwrap()).unwrap()).collect()
    }

    #[test]
    fn decimalises_digits_first_then_letters() {
        assert_eq!(visa_decimalise::<3>(nibbles("EFADCFFFBDADECABFBB").into_iter()), [4, 5, 0]);
        assert_eq!(
            visa_decimalise::<4>(nibbles("EEFADCFFFBD7ADECAB9FBB").into_iter()),
            [7, 9, 4, 4]
        );
    }

    #[test]
    fn a_pin_says_nothing() {
        let pin = Pin::from_digits(b"836190").unwrap();
        assert_eq!(format!("{pin:?}"), "Pin(..)");
        assert_eq!(&pin.danger_clear_digits().unwrap()[..6], b"836190");
    }

    #[test]
    fn a_pin_has_four_to_twelve_digits() {
        for bad in ["", "123", "1234567890123", "12a4", "12 4", "123/"] {
            assert!(Pin::from_digits(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn equality_sees_digits_and_length() {
        let pin = |digits: &str| Pin::from_digits(digits.as_bytes()).unwrap();
        assert!(bool::from(pin("1230").ct_eq(&pin("1230"))));
        assert!(!bool::from(pin("1230").ct_eq(&pin("12300"))));
        assert!(!bool::from(pin("1230").ct_eq(&pin("1231"))));
    }
}
