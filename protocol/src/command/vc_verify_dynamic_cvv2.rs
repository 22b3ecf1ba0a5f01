//! VC: verify a dynamic CVV2 and use it up. Source: docs/protocol/VC.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    Card, CardSequence, Cvv2Kind, Expiry, KeyField, MerchantId, SecurityValue, StaticCvv2,
};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A card, and what somebody says is its CVV2.
    pub struct VerifyDynamicCvv2 {
        /// The key of dynamic CVV2s.
        pub dcvk: KeyField,
        /// The card.
        pub card: Card,
        /// Its expiry, YYMM, as when the value was made.
        pub expiry: Expiry,
        /// Its sequence number, as when the value was made.
        pub sequence: CardSequence,
        /// The value.
        pub value: SecurityValue,
        /// Where it was presented.
        pub merchant: Option<MerchantId>,
        /// What the static CVV2 is computed with, if it is to be known when it was that one.
        pub static_cvv2: Option<StaticCvv2>,
    }
}

reply! {
    /// It is good.
    pub struct VerifiedDynamicCvv2 {
        /// Which one it was.
        pub kind: Cvv2Kind,
    }
}

impl Command for VerifyDynamicCvv2 {
    const OPCODE: Opcode = Opcode::VC;
    type Reply = VerifiedDynamicCvv2;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let dcvk = fields.key(Bare::Pair)?;
        let card = fields.card()?;
        let expiry = fields.expiry()?;
        let sequence = fields.card_sequence()?;
        let value = fields.security_value()?;
        let merchant = fields.optional_merchant()?;
        let static_cvv2 = fields.optional_static_cvv2()?;
        Ok(Self { dcvk, card, expiry, sequence, value, merchant, static_cvv2 })
    }
}

impl Reply for VerifiedDynamicCvv2 {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&[self.kind.letter()]);
    }
}
