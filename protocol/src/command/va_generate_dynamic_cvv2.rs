//! VA: make the next dynamic CVV2 of a card. Source: docs/protocol/VA.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    Card, CardSequence, DynamicMode, Expiry, KeyField, SecurityValue, StaticCvv2, ZoneName,
};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A card that is to have another dynamic CVV2.
    pub struct GenerateDynamicCvv2 {
        /// The key of dynamic CVV2s.
        pub dcvk: KeyField,
        /// The card.
        pub card: Card,
        /// Its expiry, YYMM; method 2 computes with it.
        pub expiry: Expiry,
        /// Its sequence number; method 2 computes with it.
        pub sequence: CardSequence,
        /// Whom the value is encrypted for; in the clear if for nobody.
        pub zone: Option<ZoneName>,
        /// What the static CVV2 is computed with, which the value must not be.
        pub static_cvv2: Option<StaticCvv2>,
    }
}

reply! {
    /// A dynamic CVV2.
    pub struct GeneratedDynamicCvv2 {
        /// Which CVV2s of the card are good now.
        pub mode: DynamicMode,
        /// Unix seconds of its making.
        pub issued_at: u64,
        /// Unix seconds from which it is expired.
        pub expires_at: u64,
        /// Seconds between both.
        pub seconds: u32,
        /// The value.
        pub value: SecurityValue,
    }
}

impl Command for GenerateDynamicCvv2 {
    const OPCODE: Opcode = Opcode::VA;
    type Reply = GeneratedDynamicCvv2;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let dcvk = fields.key(Bare::Pair)?;
        let card = fields.card()?;
        let expiry = fields.expiry()?;
        let sequence = fields.card_sequence()?;
        let zone = fields.optional_zone_name()?;
        let static_cvv2 = fields.optional_static_cvv2()?;
        Ok(Self { dcvk, card, expiry, sequence, zone, static_cvv2 })
    }
}

impl Reply for GeneratedDynamicCvv2 {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&[self.mode.digit()]);
        writer.unix_seconds(self.issued_at);
        writer.unix_seconds(self.expires_at);
        writer.raw(format!("{:05}", self.seconds).as_bytes());
        writer.security_value(&self.value);
    }
}
