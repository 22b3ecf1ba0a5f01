//! YA: encrypt a text into a text. Source: docs/protocol/YA.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{KeyField, Numerals, Radix, Tweak};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A text to be encrypted by FF1.
    pub struct EncryptText {
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

reply! {
    /// A text as long and of the same numerals: YA, YC.
    pub struct OtherText {
        /// The text.
        pub text: Numerals,
    }
}

impl Command for EncryptText {
    const OPCODE: Opcode = Opcode::YA;
    type Reply = OtherText;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key = fields.key(Bare::Pair)?;
        let radix = fields.radix()?;
        let tweak = fields.tweak()?;
        let text = fields.numerals()?;
        Ok(Self { key, radix, tweak, text })
    }
}

impl Reply for OtherText {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.text.0);
        writer.raw(b";");
    }
}
