//! Card numbers and card verification.

mod code;
mod contactless;
mod cvv;
pub mod dcvv2;
mod issue;
mod luhn;

pub use code::CardCode;
pub use contactless::{CardKey, CardKeyOption};
pub use cvv::{CvvError, CvvInput, CvvKey};
pub use issue::{CardRange, RangeError};
pub(crate) use luhn::missing_digit;
pub use luhn::{check_digit, is_luhn};
