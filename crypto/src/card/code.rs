//! A card verification value of any kind.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::CvvError;
use crate::told::{Told, told};

/// Most digits of a value: IBM takes up to five of a CVV, and a CVC3 has five.
const MOST: usize = 5;

/// A card verification value: 1 to 5 ASCII digits. Wiped on drop, mute; compared with [`CardCode::is`] alone.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CardCode {
    digits: [u8; MOST],
    #[zeroize(skip)]
    length: usize,
}

impl fmt::Debug for CardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardCode(..)")
    }
}

impl CardCode {
    /// The first `length`, 1 to 5, of these values of digits.
    pub(super) fn first(values: &[u8; MOST], length: usize) -> Result<Self, CvvError> {
        if !(1..=MOST).contains(&length) {
            return Err(CvvError);
        }
        let mut code = Self { digits: [0; MOST], length };
        code.digits.iter_mut().zip(values).for_each(|(to, from)| *to = b'0' | from);
        Ok(code)
    }

    /// The last `length`, 1 to 5, decimal digits of a number, zeros in front; in the same time for every number.
    pub(super) fn last(number: u32, length: usize) -> Result<Self, CvvError> {
        let mut rest = number;
        let mut values = [0; MOST];
        for value in values.iter_mut().rev() {
            // By a number that is known here, which is no division.
            [.., *value] = (rest % 10).to_be_bytes();
            rest /= 10;
        }
        rest.zeroize();
        values.rotate_left(MOST.checked_sub(length).ok_or(CvvError)?);
        let code = Self::first(&values, length);
        values.zeroize();
        code
    }

    /// The digits, ASCII.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        self.digits.get(..self.length).unwrap_or_default()
    }

    /// Whether these are the digits, all of them; in constant time but for their number.
    #[must_use]
    pub fn is(&self, digits: &[u8]) -> bool {
        told(Told::CardCode, self.digits().ct_eq(digits))
    }
}
