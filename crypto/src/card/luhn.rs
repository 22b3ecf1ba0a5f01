//! The check digit of card numbers (ISO/IEC 7812-1, annex B), without a branch on a digit.

use subtle::ConstantTimeEq;

use crate::pin::all_digits;
use crate::told::{Told, told};

/// Whether `digits`, ASCII, are two or more and the last one is the check digit of the others.
#[must_use]
pub fn is_luhn(digits: &[u8]) -> bool {
    let right = || (weighted(digits.iter().rev()) % 10).ct_eq(&0);
    digits.len() > 1 && all_digits(digits) && told(Told::CheckDigit, right())
}

/// The check digit, ASCII, that belongs behind `digits`, ASCII.
#[must_use]
pub fn check_digit(digits: &[u8]) -> u8 {
    missing(weighted([b'0'].iter().chain(digits.iter().rev())))
}

/// The digit, ASCII, that makes `digits` right in a place that counts once, where a `0` stands.
pub(crate) fn missing_digit(digits: &[u8]) -> u8 {
    missing(weighted(digits.iter().rev()))
}

fn missing(sum: u16) -> u8 {
    // Below 10.
    let [_, digit] = (10u16.wrapping_sub(sum % 10) % 10).to_be_bytes();
    b'0' | digit
}

/// The digits from the right, every second one doubled and then its digits added.
fn weighted<'a>(from_the_right: impl Iterator<Item = &'a u8>) -> u16 {
    let weighted = from_the_right.zip([false, true].into_iter().cycle()).map(|(digit, second)| {
        let digit = digit & 0x0F;
        // 10 to 18 have the digits 1 and what is above ten: nine less.
        let above = (4u8.wrapping_sub(digit) >> 7) * 9;
        u16::from(if second { (2 * digit).wrapping_sub(above) } else { digit })
    });
    // A sum would ask whether it has become too large.
    weighted.fold(0, u16::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO/IEC 7812-1's example, and test numbers of the card schemes.
    const RIGHT: [&str; 7] = [
        "79927398713",
        "4111111111111111",
        "5555555555554444",
        "378282246310005",
        "30569309025904",
        "4000000000000000006",
        "601100099013949",
    ];

    #[test]
    fn every_changed_digit_is_noticed() {
        for number in RIGHT.map(str::as_bytes) {
            assert!(is_luhn(number));
            let (check, rest) = number.split_last().unwrap();
            assert_eq!(check_digit(rest), *check);
            for place in 0..number.len() {
                for step in 1..10 {
                    let mut other = number.to_vec();
                    other[place] = b'0' + (other[place] - b'0' + step) % 10;
                    assert!(!is_luhn(&other));
                }
            }
        }
    }

    #[test]
    fn a_missing_digit_is_found_where_it_counts_once() {
        for number in RIGHT.map(str::as_bytes) {
            for place in (0..number.len()).rev().step_by(2) {
                let mut without = number.to_vec();
                without[place] = b'0';
                assert_eq!(missing_digit(&without), number[place]);
            }
        }
    }

    #[test]
    fn what_is_no_number_is_not_right() {
        for bad in ["", "0", "411111111111111 ", "4111A11111111111"] {
            assert!(!is_luhn(bad.as_bytes()), "{bad}");
        }
    }
}
