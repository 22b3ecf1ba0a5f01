//! TG: put a card number under a zone's ZEK. Source: docs/protocol/TG.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{CardItself, CardNumber, MaskedPan, ZoneForm};
use crate::host::{Fields, Writer};

request! {
    /// A card, in the clear or under the ZEK of another zone, and the zone that it is for.
    pub struct EncryptCardNumber {
        /// The card.
        pub card: CardItself,
        /// The zone.
        pub form: ZoneForm,
    }
}

reply! {
    /// The card number under the ZEK of the zone.
    pub struct EncryptedCardNumber {
        /// The card number.
        pub card: CardNumber,
        /// What may be shown of it.
        pub masked: MaskedPan,
    }
}

impl Command for EncryptCardNumber {
    const OPCODE: Opcode = Opcode::TG;
    type Reply = EncryptedCardNumber;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let card = fields.card_itself()?;
        let form = fields.zone_form()?;
        Ok(Self { card, form })
    }
}

impl Reply for EncryptedCardNumber {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.card_number(&self.card);
        writer.raw(self.masked.0.as_bytes());
        writer.raw(b";");
    }
}
