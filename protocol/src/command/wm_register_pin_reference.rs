//! WM: register the PIN reference that another system made. Source: docs/protocol/WM.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, Channel, PinReference};
use crate::host::Fields;

request! {
    /// A card, and what its PIN is to be verified against.
    pub struct RegisterPinReference {
        /// The card.
        pub card: Card,
        /// Its PVV or offset.
        pub reference: PinReference,
        /// Through what whoever wants it came.
        pub channel: Option<Channel>,
    }
}

impl Command for RegisterPinReference {
    const OPCODE: Opcode = Opcode::WM;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let card = fields.card()?;
        let reference = fields.pin_reference()?;
        let channel = fields.channel()?;
        Ok(Self { card, reference, channel })
    }
}
