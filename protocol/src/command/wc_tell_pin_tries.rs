//! WC: tell how the PIN of a card stands. Source: docs/protocol/WC.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Card, Channel, PinBlocked};
use crate::host::{Fields, Writer};

request! {
    /// A card, whose PIN is asked after.
    pub struct TellPinTries {
        /// The card.
        pub card: Card,
        /// Through what the customer came.
        pub channel: Option<Channel>,
    }
}

reply! {
    /// How its PIN stands.
    pub struct PinTries {
        /// Wrong tries since the last right one, 0 to 98; 99 if it was blocked by hand.
        pub tries: u8,
        /// How many the product allows, 1 to 98.
        pub limit: u8,
        /// Unix seconds of the last wrong one; 0 if none counts.
        pub last_wrong_at: u64,
        /// Whether tries are refused, and why.
        pub blocked: PinBlocked,
    }
}

impl Command for TellPinTries {
    const OPCODE: Opcode = Opcode::WC;
    type Reply = PinTries;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let card = fields.card()?;
        let channel = fields.channel()?;
        Ok(Self { card, channel })
    }
}

impl Reply for PinTries {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.decimal(usize::from(self.tries), 2);
        writer.decimal(usize::from(self.limit), 2);
        writer.raw(format!("{:010}", self.last_wrong_at).as_bytes());
        writer.raw(&self.blocked.code());
    }
}
