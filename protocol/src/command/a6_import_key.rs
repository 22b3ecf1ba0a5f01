//! A6: import a key. Source: docs/protocol/A6.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{AtallaVariant, ImportHeader, KeyField, KeyScheme, KeyType};
use crate::host::{Bare, Fields};

request! {
    /// A key under a ZMK, to be had under the LMK.
    pub struct ImportKey {
        /// What it is.
        pub key_type: KeyType,
        /// The ZMK.
        pub zmk: KeyField,
        /// The key, under the ZMK.
        pub key: KeyField,
        /// The scheme that it is to have under the LMK.
        pub scheme: KeyScheme,
        /// The variant of the ZMK that it is under.
        pub atalla_variant: Option<AtallaVariant>,
        /// What its header is to say.
        pub header: ImportHeader,
    }
}

impl Command for ImportKey {
    const OPCODE: Opcode = Opcode::A6;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let zmk = fields.key(Bare::Zmk)?;
        let key = fields.key(Bare::Single)?;
        let scheme = fields.key_scheme()?;
        let atalla_variant = fields.atalla_variant();
        fields.lmk()?;
        let header = fields.import_header(&key)?;
        Ok(Self { key_type, zmk, key, scheme, atalla_variant, header })
    }
}
