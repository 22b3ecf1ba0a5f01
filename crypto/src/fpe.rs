//! Format-preserving encryption: FF1 of NIST SP 800-38G (revision 1, second public draft of 2025, which has no other method).
//!
//! Texts are numerals of a radix of 2 to 36: the digits, then capital letters. What goes in comes out as long and in the
//! same numerals. Own code and not a crate's, for its buffers are wiped and it does not branch on numerals: see
//! docs/decisions/009-ff1.md.

mod ff1;
pub(crate) mod numerals;

pub use ff1::{Ff1Key, LONGEST_TWEAK};
pub use numerals::Domain;

/// Why nothing was encrypted or decrypted. None of it depends on more of a text than whether it is numerals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FpeError {
    /// The key has no length of AES: 16, 24 or 32 bytes.
    #[error("key length does not fit AES")]
    Key,
    /// The radix is not one of 2 to 36.
    #[error("no such radix")]
    Radix,
    /// There are fewer than a million texts of that length, so that whoever may encrypt can try them all.
    #[error("fewer than a million texts of that length")]
    TooShort,
    /// The text is longer than half the texts have numbers for.
    #[error("text is too long")]
    TooLong,
    /// The tweak has more than 64 bytes.
    #[error("tweak is too long")]
    Tweak,
    /// Something in the text is no numeral of the radix, or the text has not the length that was said.
    #[error("not a text of the domain")]
    Text,
}
