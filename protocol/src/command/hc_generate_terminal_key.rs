//! HC: generate a TMK, TPK or PVK for a terminal. Source: docs/protocol/HC.md.

use super::shared::KeyUnderBoth;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExchangeSchemes, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// Asks for a new key of the same kind, under the current one.
    pub struct GenerateTerminalKey {
        /// The TMK, TPK or PVK that the terminal has.
        pub current_key: KeyField,
        /// The schemes; `None` for the old form.
        pub schemes: Option<ExchangeSchemes>,
    }
}

impl Command for GenerateTerminalKey {
    const OPCODE: Opcode = Opcode::HC;
    type Reply = KeyUnderBoth;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let current_key = fields.key(Bare::Single)?;
        let schemes = fields.exchange_schemes()?;
        Ok(Self { current_key, schemes })
    }
}
