//! WK: give a card a random PIN. Source: docs/protocol/WK.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    Card, Channel, KeyField, PinBlock, PinBlockFormat, PinReference, ReferenceTerms,
};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A card that is to have a PIN.
    pub struct IssuePin {
        /// The ZPK that the PIN is wanted under.
        pub zpk: KeyField,
        /// The PVK that its reference is to be made with.
        pub pvk: KeyField,
        /// The format of the block.
        pub format: PinBlockFormat,
        /// The card.
        pub card: Card,
        /// What the reference is to be.
        pub reference_terms: ReferenceTerms,
        /// Through what whoever wants it came.
        pub channel: Option<Channel>,
    }
}

reply! {
    /// The PIN, and what it will be verified against.
    pub struct IssuedPin {
        /// The PIN in a block under the ZPK.
        pub pin_block: PinBlock,
        /// Its reference, for embossing.
        pub reference: PinReference,
    }
}

impl Command for IssuePin {
    const OPCODE: Opcode = Opcode::WK;
    type Reply = IssuedPin;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zpk = fields.key(Bare::Single)?;
        let pvk = fields.key(Bare::Pair)?;
        let format = fields.pin_block_format()?;
        let card = fields.card()?;
        let reference_terms = fields.reference_terms()?;
        let channel = fields.channel()?;
        Ok(Self { zpk, pvk, format, card, reference_terms, channel })
    }
}

impl Reply for IssuedPin {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.pin_block(&self.pin_block);
        writer.pin_reference(&self.reference);
    }
}
