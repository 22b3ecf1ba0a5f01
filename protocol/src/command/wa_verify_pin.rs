//! WA: verify the PIN of a card, counting tries. Source: docs/protocol/WA.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, Channel, KeyField, OffsetTerms, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A PIN block of a card whose reference the appliance has.
    pub struct VerifyPin {
        /// The ZPK that the block is under.
        pub zpk: KeyField,
        /// The PVK that the card's reference was made with.
        pub pvk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The card.
        pub card: Card,
        /// What the method needs where the reference is an offset.
        pub offset_terms: Option<OffsetTerms>,
        /// Through what the customer came.
        pub channel: Option<Channel>,
    }
}

impl Command for VerifyPin {
    const OPCODE: Opcode = Opcode::WA;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let pin_block = fields.pin_block(&zpk)?;
        let format = fields.pin_block_format()?;
        let card = fields.card()?;
        let offset_terms = fields.offset_terms()?;
        let channel = fields.channel()?;
        Ok(Self { zpk, pvk, pin_block, format, card, offset_terms, channel })
    }
}
