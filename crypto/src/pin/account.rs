//! The account a PIN belongs to, as much of it as is known.

use core::fmt;

use super::all_digits;

/// The account number has the wrong length for its form, or something in it is no digit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("account number is not of the form that was said")]
pub struct AccountError;

/// Account data for PIN blocks and PIN verification. `Debug` tells the form only.
#[derive(Clone, Copy)]
pub struct Account(Form);

#[derive(Clone, Copy)]
enum Form {
    None,
    /// The 12 right-most digits without check digit.
    Pan12([u8; 12]),
    /// The 12 left-most digits.
    Plus12([u8; 12]),
    /// All digits, left-justified, check digit included.
    Pan {
        digits: [u8; 19],
        len: usize,
    },
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Form::None => "Account(none)",
            Form::Pan12(_) => "Account(pan12)",
            Form::Plus12(_) => "Account(plus12)",
            Form::Pan { .. } => "Account(pan)",
        })
    }
}

impl Account {
    /// No account: enough for ISO 1, ISO 2 and Diebold.
    pub const NONE: Self = Self(Form::None);

    /// The 12 right-most PAN digits without check digit, ASCII: the account field of most host commands.
    pub fn pan12(digits: &[u8]) -> Result<Self, AccountError> {
        twelve(digits).map(|digits| Self(Form::Pan12(digits))).ok_or(AccountError)
    }

    /// The 12 left-most PAN digits, ASCII: for the PLUS layout only.
    pub fn plus12(digits: &[u8]) -> Result<Self, AccountError> {
        twelve(digits).map(|digits| Self(Form::Plus12(digits))).ok_or(AccountError)
    }

    /// The whole PAN with its check digit, 1 to 19 ASCII digits: serves every layout that it is long enough for.
    pub fn pan(digits: &[u8]) -> Result<Self, AccountError> {
        if !(1..=19).contains(&digits.len()) || !all_digits(digits) {
            return Err(AccountError);
        }
        let mut all = [0; 19];
        for (to, from) in all.iter_mut().zip(digits) {
            *to = *from;
        }
        Ok(Self(Form::Pan { digits: all, len: digits.len() }))
    }

    /// The 12 right-most digits without check digit; a whole PAN needs 13 digits for it.
    pub(crate) fn right12(&self) -> Option<[u8; 12]> {
        match &self.0 {
            Form::Pan12(digits) => Some(*digits),
            Form::Pan { digits, len } => {
                let without_check = digits.get(..len.checked_sub(1)?)?;
                without_check.last_chunk().copied()
            }
            Form::None | Form::Plus12(_) => None,
        }
    }

    /// The 12 left-most digits, check digit never among them.
    pub(crate) fn left12(&self) -> Option<[u8; 12]> {
        match &self.0 {
            Form::Plus12(digits) => Some(*digits),
            Form::Pan { digits, len } => digits.get(..len.checked_sub(1)?)?.first_chunk().copied(),
            Form::None | Form::Pan12(_) => None,
        }
    }

    /// The PAN field of ISO 4: M, the digits, zeros (ISO 9564-1 9.4.2.3); M counts the digits beyond 12.
    pub(crate) fn pan_field(&self) -> Option<[u8; 16]> {
        let Form::Pan { digits, len } = &self.0 else { return None };
        let beyond = len.saturating_sub(12);
        // A PAN shorter than 12 digits is right-justified in the first 12 places.
        let indent = 12usize.saturating_sub(*len);
        let mut nibbles = [0; 32];
        *nibbles.first_mut()? = u8::try_from(beyond).ok()?;
        for (to, from) in nibbles.iter_mut().skip(1 + indent).zip(digits.get(..*len)?) {
            *to = from & 0x0F;
        }
        let mut field = [0; 16];
        let (pairs, _) = nibbles.as_chunks::<2>();
        for (byte, [high, low]) in field.iter_mut().zip(pairs) {
            *byte = (high << 4) | low;
        }
        Some(field)
    }
}

fn twelve(digits: &[u8]) -> Option<[u8; 12]> {
    if all_digits(digits) { digits.as_array().copied() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_pan_gives_both_twelves() {
        let account = Account::pan(b"4444888811112222333").unwrap();
        assert_eq!(&account.right12().unwrap(), b"881111222233");
        assert_eq!(&account.left12().unwrap(), b"444488881111");
        assert!(Account::pan(b"555555555555").unwrap().right12().is_none());
    }

    #[test]
    fn a_pan12_cannot_become_another_form() {
        let account = Account::pan12(b"123456789012").unwrap();
        assert!(account.left12().is_none());
        assert!(account.pan_field().is_none());
    }

    #[test]
    fn debug_shows_no_digit() {
        assert_eq!(format!("{:?}", Account::pan(b"4111111111111111").unwrap()), "Account(pan)");
    }
}
