//! HA: generate a TAK for a terminal. Source: docs/protocol/HA.md.

use super::shared::KeyUnderBoth;
use super::{Command, Opcode};
use crate::ErrorCode;
use crate::field::{ExchangeSchemes, KeyField};
use crate::host::{Bare, Fields};

request! {
    /// Asks for a new TAK under a TMK.
    pub struct GenerateTak {
        /// The TMK.
        pub tmk: KeyField,
        /// The schemes; `None` for the old form.
        pub schemes: Option<ExchangeSchemes>,
    }
}

impl Command for GenerateTak {
    const OPCODE: Opcode = Opcode::HA;
    type Reply = KeyUnderBoth;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let tmk = fields.key(Bare::Single)?;
        let schemes = fields.exchange_schemes()?;
        Ok(Self { tmk, schemes })
    }
}
