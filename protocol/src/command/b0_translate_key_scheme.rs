//! B0: give a key another scheme. Source: docs/protocol/B0.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{KeyField, KeyScheme, KeyType};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A key under the LMK, to be had in another scheme.
    pub struct TranslateKeyScheme {
        /// What it is.
        pub key_type: KeyType,
        /// The key.
        pub key: KeyField,
        /// The scheme that it is to have.
        pub scheme: KeyScheme,
    }
}

reply! {
    /// The key.
    pub struct TranslatedKey {
        /// Under the LMK, in the scheme that was asked for.
        pub key: KeyField,
    }
}

impl Command for TranslateKeyScheme {
    const OPCODE: Opcode = Opcode::B0;
    type Reply = TranslatedKey;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let key = fields.key(Bare::Pair)?;
        let scheme = fields.key_scheme()?;
        Ok(Self { key_type, key, scheme })
    }
}

impl Reply for TranslatedKey {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.key(&self.key);
    }
}
