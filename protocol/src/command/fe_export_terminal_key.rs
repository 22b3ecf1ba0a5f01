//! FE: export a TMK, TPK or PVK. Source: docs/protocol/FE.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExchangeOptions, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// A TMK, TPK or PVK under the LMK, to be had under a ZMK.
    pub struct ExportTerminalKey {
        /// The ZMK.
        pub zmk: KeyField,
        /// The key, under the LMK.
        pub key: KeyField,
        /// Schemes and check value; `None` for the old form: single length, all of the check value.
        pub options: Option<ExchangeOptions>,
    }
}

impl Command for ExportTerminalKey {
    const OPCODE: Opcode = Opcode::FE;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zmk = fields.key(Bare::Zmk)?;
        let key = fields.key(Bare::Single)?;
        let options = fields.exchange_options()?;
        Ok(Self { zmk, key, options })
    }
}
