//! WI: give a card the PIN that its customer chose. Source: docs/protocol/WI.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, Channel, KeyField, PinBlock, PinBlockFormat, ReferenceTerms};
use crate::host::{Bare, Fields};

request! {
    /// A block with the PIN that a card is to have.
    pub struct AssignPin {
        /// The ZPK that the block is under.
        pub zpk: KeyField,
        /// The PVK that the reference is to be made with.
        pub pvk: KeyField,
        /// The block, encrypted.
        pub pin_block: PinBlock,
        /// Its format.
        pub format: PinBlockFormat,
        /// The card.
        pub card: Card,
        /// What its reference is to be.
        pub reference_terms: ReferenceTerms,
        /// Through what the customer came.
        pub channel: Option<Channel>,
    }
}

impl Command for AssignPin {
    const OPCODE: Opcode = Opcode::WI;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let pin_block = fields.pin_block(&zpk)?;
        let format = fields.pin_block_format()?;
        let card = fields.card()?;
        let reference_terms = fields.reference_terms()?;
        let channel = fields.channel()?;
        Ok(Self { zpk, pvk, pin_block, format, card, reference_terms, channel })
    }
}
