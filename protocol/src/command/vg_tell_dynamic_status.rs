//! VG: tell how the dynamic CVV2 of a card stands. Source: docs/protocol/VG.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Card, DynamicMode, DynamicState, LastVerdict};
use crate::host::{Fields, Writer};

request! {
    /// A card, of whose dynamic CVV2 is asked.
    pub struct TellDynamicStatus {
        /// The card.
        pub card: Card,
    }
}

reply! {
    /// How it stands.
    pub struct DynamicStatus {
        /// Which CVV2s are good.
        pub mode: DynamicMode,
        /// How the last dynamic one stands.
        pub state: DynamicState,
        /// Unix seconds of its making, 0 if there is none.
        pub issued_at: u64,
        /// Unix seconds from which it is expired, 0 if there is none.
        pub expires_at: u64,
        /// Tries that it has left.
        pub tries_left: u8,
        /// Uses that it has left.
        pub uses_left: u8,
        /// What the last comparison said.
        pub last: LastVerdict,
        /// How many the card had in the counter form; only a developer's machine tells.
        pub counter: Option<u32>,
    }
}

impl Command for TellDynamicStatus {
    const OPCODE: Opcode = Opcode::VG;
    type Reply = DynamicStatus;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self { card: fields.card()? })
    }
}

impl Reply for DynamicStatus {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&[self.mode.digit(), self.state.letter()]);
        writer.unix_seconds(self.issued_at);
        writer.unix_seconds(self.expires_at);
        writer.decimal(usize::from(self.tries_left), 2);
        writer.decimal(usize::from(self.uses_left), 2);
        writer.raw(&[self.last.letter()]);
        if let Some(counter) = self.counter {
            writer.raw(format!("{counter:07}").as_bytes());
        }
    }
}
