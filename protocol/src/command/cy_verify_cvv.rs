//! CY: verify a CVV. Source: docs/protocol/CY.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::{CardNumber, Cvv, Expiry, KeyField, ServiceCode};
use crate::host::{Bare, Fields};

request! {
    /// A card, and the CVV that it should have.
    pub struct VerifyCvv {
        /// The CVK pair.
        pub cvk: KeyField,
        /// The CVV to be verified.
        pub cvv: Cvv,
        /// The card.
        pub pan: CardNumber,
        /// Its expiry.
        pub expiry: Expiry,
        /// Its service code.
        pub service_code: ServiceCode,
    }
}

impl Command for VerifyCvv {
    const OPCODE: Opcode = Opcode::CY;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let cvk = fields.key(Bare::Pair)?;
        let cvv = fields.cvv()?;
        let pan = fields.card_number()?;
        let expiry = fields.expiry()?;
        let service_code = fields.service_code()?;
        Ok(Self { cvk, cvv, pan, expiry, service_code })
    }
}
