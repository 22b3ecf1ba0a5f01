//! VE: enable or disable the dynamic CVV2s of a card. Source: docs/protocol/VE.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, DynamicMode};
use crate::host::Fields;

request! {
    /// A card, and which CVV2s are to be good for it.
    pub struct SetDynamicMode {
        /// The card.
        pub card: Card,
        /// Which CVV2s.
        pub mode: DynamicMode,
    }
}

impl Command for SetDynamicMode {
    const OPCODE: Opcode = Opcode::VE;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let card = fields.card()?;
        let mode = fields.dynamic_mode()?;
        Ok(Self { card, mode })
    }
}
