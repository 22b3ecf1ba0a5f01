//! WG: verify the PIN of a card and put another in its place. Source: docs/protocol/WG.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, Channel, KeyField, OffsetTerms, PinBlock, PinBlockFormat};
use crate::host::{Bare, Fields};

request! {
    /// A block with the PIN of a card, and a block with the one that is to come in its place.
    pub struct ChangePin {
        /// The ZPK that both blocks are under.
        pub zpk: KeyField,
        /// The PVK that the card's reference was made with, and the new one will be.
        pub pvk: KeyField,
        /// The block with the PIN that holds, encrypted.
        pub current_pin_block: PinBlock,
        /// The block with the PIN that is to hold, encrypted.
        pub new_pin_block: PinBlock,
        /// The format of both.
        pub format: PinBlockFormat,
        /// The card.
        pub card: Card,
        /// What the method needs where the reference is an offset.
        pub offset_terms: Option<OffsetTerms>,
        /// Through what the customer came.
        pub channel: Option<Channel>,
    }
}

impl Command for ChangePin {
    const OPCODE: Opcode = Opcode::WG;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let current_pin_block = fields.pin_block(&zpk)?;
        let new_pin_block = fields.pin_block(&zpk)?;
        let format = fields.pin_block_format()?;
        let card = fields.card()?;
        let offset_terms = fields.offset_terms()?;
        let channel = fields.channel()?;
        Ok(Self { zpk, pvk, current_pin_block, new_pin_block, format, card, offset_terms, channel })
    }
}
