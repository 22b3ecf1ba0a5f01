//! The host dialect: reading its fields, writing its answers.
//!
//! Source: the Thales host language as its public manuals, clients and transcripts show it
//! (docs/protocol/README.md says how sure each field is).

mod card;
mod card_range;
mod card_value;
mod contactless;
mod data;
mod dynamic;
mod fields;
mod key;
mod key_tail;
mod monitoring;
mod new_card;
mod pin;
mod pin_life;
mod primitive;
mod security_value;
mod tail;
mod token;
mod verification;
mod writer;

pub use fields::{Bare, Fields};
pub use tail::{TRAILER_MARK, Tail};
pub use writer::Writer;

/// What decimalisation tables look like in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableForm {
    /// Always encrypted under the LMK.
    Encrypted,
    /// Encrypted, or 16 digits in clear; 16 decimal digits are taken as clear.
    EncryptedOrPlain,
}

/// How the fields of the host dialect are to be read: what a unit's configuration fixes.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Length of the opaque header, 0 to 255 bytes.
    pub header_length: usize,
    /// Length of a PIN under a DES LMK, 5 to 13 characters: the longest PIN and one.
    pub lmk_pin_length: usize,
    /// Whether a ZMK without scheme letter is a single-length key.
    pub single_length_zmk: bool,
    /// What decimalisation tables look like.
    pub tables: TableForm,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header_length: 4,
            lmk_pin_length: 5,
            single_length_zmk: false,
            tables: TableForm::Encrypted,
        }
    }
}
