//! Key components as they are typed: hex digits, with or without spaces.

use crate::Secret;

/// What a component has to be.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What it is of: `a double-length TDES component`.
    pub what: &'static str,
    /// Bytes.
    pub bytes: usize,
}

/// A component of an LMK.
pub const LMK: Shape = Shape { what: "an LMK component", bytes: 32 };

impl Shape {
    /// The shape of components of a working key.
    #[must_use]
    pub const fn of(algorithm: [u8; 2]) -> Option<Self> {
        let (what, bytes) = match &algorithm {
            b"T2" => ("a double-length TDES component", 16),
            b"T3" => ("a triple-length TDES component", 24),
            b"A1" => ("an AES-128 component", 16),
            b"A2" => ("an AES-192 component", 24),
            b"A3" => ("an AES-256 component", 32),
            _ => return None,
        };
        Some(Self { what, bytes })
    }

    /// Digits that are to be typed.
    #[must_use]
    pub const fn digits(self) -> usize {
        self.bytes * 2
    }

    /// The bytes of a component.
    ///
    /// # Errors
    /// A sentence that says what is wrong, and nothing of what was typed.
    pub fn read(self, typed: &[u8]) -> Result<Secret, String> {
        let mut digits = 0;
        let mut bytes = Secret::new(Vec::with_capacity(self.bytes));
        for (place, letter) in (1..).zip(typed) {
            if matches!(letter, b' ' | b'-' | b'\t') {
                continue;
            }
            let Some(value) = char::from(*letter).to_digit(16) else {
                return Err(format!(
                    "The character at place {place} is no hexadecimal digit (0 to 9, A to F)."
                ));
            };
            digits += 1;
            // Never more than there is room for: the bytes are not to move.
            if digits > self.digits() {
                continue;
            }
            let value = u8::try_from(value).unwrap_or_default();
            if digits % 2 == 1 {
                bytes.push(value << 4);
            } else if let Some(last) = bytes.last_mut() {
                *last |= value;
            }
        }
        if digits == self.digits() {
            Ok(bytes)
        } else {
            let s = if digits == 1 { "" } else { "s" };
            Err(format!("That is {digits} digit{s}; {} has {}.", self.what, self.digits()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_read_with_or_without_spaces() {
        let shape = Shape::of(*b"T2").unwrap();
        let plain = shape.read(b"0123456789abcdefFEDCBA9876543210").unwrap();
        let grouped = shape.read(b"0123 4567 89AB CDEF  FEDC-BA98-7654-3210 ").unwrap();
        assert_eq!(plain, grouped);
        assert_eq!(plain.first(), Some(&0x01));
        assert_eq!(plain.len(), 16);
    }

    #[test]
    fn a_wrong_length_is_told_at_once() {
        let shape = Shape::of(*b"T2").unwrap();
        let told = shape.read(b"0123 4567 89AB CDEF 0123 4567 89AB CD").unwrap_err();
        assert_eq!(told, "That is 30 digits; a double-length TDES component has 32.");
        let told = LMK.read(&[b'0'; 66]).unwrap_err();
        assert_eq!(told, "That is 66 digits; an LMK component has 64.");
        let told = shape.read(b"01G3").unwrap_err();
        assert_eq!(told, "The character at place 3 is no hexadecimal digit (0 to 9, A to F).");
    }
}
