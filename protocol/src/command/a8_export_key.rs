//! A8: export a key. Source: docs/protocol/A8.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExportForm, KeyField, KeyType, WrappingKey};
use crate::host::{Bare, Fields};

request! {
    /// A key under the LMK, to be had under a ZMK or TMK.
    pub struct ExportKey {
        /// What it is.
        pub key_type: KeyType,
        /// The key that it is to be under.
        pub wrapping_key: WrappingKey,
        /// The key, under the LMK.
        pub key: KeyField,
        /// What it is to look like.
        pub form: ExportForm,
    }
}

impl Command for ExportKey {
    const OPCODE: Opcode = Opcode::A8;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key_type = fields.key_type()?;
        let wrapping_key = fields.wrapping_key()?;
        let key = fields.key(Bare::Single)?;
        let scheme = fields.key_scheme()?;
        fields.lmk()?;
        let form = fields.export_form(scheme)?;
        Ok(Self { key_type, wrapping_key, key, form })
    }
}
