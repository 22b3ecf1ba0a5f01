//! XI: verify a value of a card that may be encrypted for a zone. Source: docs/protocol/XI.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{Card, Expiry, KeyField, SecurityValue, ServiceCode, ValueDigits};
use crate::host::{Bare, Fields};

request! {
    /// A card, and the CVV, CVV2 or iCVV that it should have.
    pub struct VerifyCardValue {
        /// The key of the value.
        pub cvk: KeyField,
        /// How many digits it has.
        pub digits: ValueDigits,
        /// The value.
        pub value: SecurityValue,
        /// The card.
        pub card: Card,
        /// Its expiry, in the order in which the value was made.
        pub expiry: Expiry,
        /// 000 for a CVV2, 999 for an iCVV, else that of the card.
        pub service_code: ServiceCode,
    }
}

impl Command for VerifyCardValue {
    const OPCODE: Opcode = Opcode::XI;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let cvk = fields.key(Bare::Pair)?;
        let digits = fields.value_digits()?;
        let value = fields.security_value()?;
        let card = fields.card()?;
        let expiry = fields.expiry()?;
        let service_code = fields.service_code()?;
        Ok(Self { cvk, digits, value, card, expiry, service_code })
    }
}
