//! Account numbers.

use super::{CardNumber, Checked, Names, Shelf, all_digits};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A full primary account number, ASCII digits with the check digit: 12 to 19 of them.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub struct Pan(pub Vec<u8>);

/// The account number that goes with a PIN block.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, SchemaRead, SchemaWrite)]
pub enum Account {
    /// The 12 right-most digits of the PAN without its check digit (formats 01, 03, 05, 34, 47).
    Pan12([u8; 12]),
    /// 18 characters, right-justified, `F` on the left: format 04 (PLUS).
    Plus18([u8; 18]),
    /// The whole PAN: format 48 (ISO 9564 format 4).
    Full(Pan),
    /// A token or an enciphered card number; handlers see the whole PAN in its place.
    Of(CardNumber),
}

impl Account {
    /// The 12 right-most digits without the check digit, whatever form was given.
    #[must_use]
    pub fn pan12(&self) -> Option<[u8; 12]> {
        match self {
            Self::Pan12(digits) => Some(*digits),
            Self::Plus18(digits) => digits.last_chunk().copied(),
            Self::Full(pan) => {
                let (_check_digit, rest) = pan.0.split_last()?;
                rest.last_chunk().copied()
            }
            Self::Of(_) => None,
        }
    }
}

/// An account as a record may have it: something to recognise it by, and what may be shown.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SeenAccount {
    /// The 12 right-most digits of the PAN without its check digit: for a keyed fingerprint, and for nothing else.
    pub pan12: [u8; 12],
    /// The first six and the last four digits, as far as the request has them, and `*` for the others.
    pub shown: String,
}

impl std::fmt::Debug for SeenAccount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.shown)
    }
}

/// First six and last four (PCI DSS 3.4.1); of a short number the last four alone.
fn masked(pan: &[u8]) -> String {
    let first = if pan.len() >= 13 { 6 } else { 0 };
    let shown = |at: usize| at < first || at + 4 >= pan.len();
    let digits = pan.iter().enumerate();
    digits.map(|(at, &digit)| if shown(at) { char::from(digit) } else { '*' }).collect()
}

impl Account {
    /// Twelve digits with the check digit are one too few without it: a zero comes in front.
    fn short(&self) -> Option<[u8; 12]> {
        let Self::Full(pan) = self else { return None };
        let (_check_digit, rest) = pan.0.split_last()?;
        [&b"0"[..], rest].concat().try_into().ok()
    }

    /// What a record may have of it.
    #[must_use]
    pub fn seen(&self) -> Option<SeenAccount> {
        let pan12 = self.pan12().or_else(|| self.short())?;
        let shown = match self {
            // Three of the last four digits: which digits stand in front depends on the length of the PAN.
            Self::Pan12([.., a, b, c]) | Self::Plus18([.., a, b, c]) => {
                format!("*********{}{}{}*", char::from(*a), char::from(*b), char::from(*c))
            }
            Self::Full(pan) => masked(&pan.0),
            Self::Of(_) => return None,
        };
        Some(SeenAccount { pan12, shown })
    }
}

impl Names for Account {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        if let Self::Of(card) = self {
            card.fill_in(shelf)?;
            *self = Self::Full(card.pan()?.clone());
        }
        Ok(())
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        self.seen().into_iter().for_each(to);
    }
}

impl Names for Pan {
    fn fill_in(&mut self, _: &dyn Shelf) -> Result<(), ErrorCode> {
        Ok(())
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        Account::Full(self.clone()).seen().into_iter().for_each(to);
    }
}

impl Checked for Pan {
    fn check(&self) -> Result<(), ErrorCode> {
        if !(12..=19).contains(&self.0.len()) {
            return Err(ErrorCode::InvalidAccount);
        }
        all_digits(&self.0, ErrorCode::InvalidAccount)
    }
}

impl Checked for Account {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Pan12(digits) => all_digits(digits, ErrorCode::InvalidAccount),
            Self::Plus18(digits) => {
                let fill = digits.iter().take_while(|&&byte| byte == b'F').count();
                // 12 digits are XORed into the block; fewer would bind the PIN to nothing.
                if fill > 6 {
                    return Err(ErrorCode::InvalidAccount);
                }
                all_digits(digits.get(fill..).unwrap_or_default(), ErrorCode::InvalidAccount)
            }
            Self::Full(pan) => pan.check(),
            Self::Of(card) => card.check(),
        }
    }
}

impl std::fmt::Debug for Pan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pan({} digits)", self.0.len())
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pan12(_) => "Account(12 digits)",
            Self::Plus18(_) => "Account(18 digits)",
            Self::Full(_) => "Account(full PAN)",
            Self::Of(_) => "Account(reference)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Account, Pan};

    #[test]
    fn no_more_than_six_and_four_digits_are_shown() {
        let full = |digits: &[u8]| Account::Full(Pan(digits.to_vec())).seen().unwrap();
        assert_eq!(full(b"4101011234567890").shown, "410101******7890");
        assert_eq!(full(b"4101011234567890123").shown, "410101*********0123");
        assert_eq!(full(b"4101011234567").shown, "410101***4567");
        assert_eq!(full(b"123456789012").shown, "********9012");
        // The last digit is the check digit, which is not there.
        assert_eq!(Account::Pan12(*b"101123456789").seen().unwrap().shown, "*********789*");
        assert_eq!(Account::Plus18(*b"FFF410101123456789").seen().unwrap().shown, "*********789*");
        for same in [
            full(b"4101011234567890"),
            Account::Pan12(*b"101123456789").seen().unwrap(),
            Account::Plus18(*b"FFF410101123456789").seen().unwrap(),
        ] {
            assert_eq!(&same.pan12, b"101123456789");
        }
    }
}
