//! YC: decrypt a text that YA encrypted. Source: docs/protocol/YC.md.

use super::ya_encrypt_text::OtherText;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{KeyField, Numerals, Radix, Tweak};
use crate::host::{Bare, Fields};

request! {
    /// A text to be decrypted by FF1.
    pub struct DecryptText {
        /// The key of FF1.
        pub key: KeyField,
        /// How many different numerals there are.
        pub radix: Radix,
        /// What else it depends on.
        pub tweak: Tweak,
        /// The text.
        pub text: Numerals,
    }
}

impl Command for DecryptText {
    const OPCODE: Opcode = Opcode::YC;
    type Reply = OtherText;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key = fields.key(Bare::Pair)?;
        let radix = fields.radix()?;
        let tweak = fields.tweak()?;
        let text = fields.numerals()?;
        Ok(Self { key, radix, tweak, text })
    }
}
