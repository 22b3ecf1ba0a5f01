//! WE: block or unblock the PIN of a card. Source: docs/protocol/WE.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, Channel, PinStatus};
use crate::host::Fields;

request! {
    /// A card, and how its PIN is to stand.
    pub struct SetPinStatus {
        /// The card.
        pub card: Card,
        /// Blocked or not.
        pub status: PinStatus,
        /// Through what whoever wants it came.
        pub channel: Option<Channel>,
    }
}

impl Command for SetPinStatus {
    const OPCODE: Opcode = Opcode::WE;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let card = fields.card()?;
        let status = fields.pin_status()?;
        let channel = fields.channel()?;
        Ok(Self { card, status, channel })
    }
}
