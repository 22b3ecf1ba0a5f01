//! FC: import a TMK, TPK or PVK. Source: docs/protocol/FC.md.

use super::shared::KeyAndCheckValue;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExchangeOptions, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// A TMK, TPK or PVK under a ZMK, to be had under the LMK.
    pub struct ImportTerminalKey {
        /// The ZMK.
        pub zmk: KeyField,
        /// The key, under the ZMK.
        pub key: KeyField,
        /// Schemes and check value; `None` for the old form: single length, all of the check value.
        pub options: Option<ExchangeOptions>,
    }
}

impl Command for ImportTerminalKey {
    const OPCODE: Opcode = Opcode::FC;
    type Reply = KeyAndCheckValue;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zmk = fields.key(Bare::Zmk)?;
        let key = fields.key(Bare::Single)?;
        let options = fields.exchange_options()?;
        Ok(Self { zmk, key, options })
    }
}
