//! CW: make a CVV. Source: docs/protocol/CW.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{CardNumber, Cvv, Expiry, KeyField, ServiceCode};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A card, whose CVV is to be had.
    pub struct GenerateCvv {
        /// The CVK pair.
        pub cvk: KeyField,
        /// The card.
        pub pan: CardNumber,
        /// Its expiry.
        pub expiry: Expiry,
        /// Its service code.
        pub service_code: ServiceCode,
    }
}

reply! {
    /// The card verification value.
    pub struct GeneratedCvv {
        /// Three digits.
        pub cvv: Cvv,
    }
}

impl Command for GenerateCvv {
    const OPCODE: Opcode = Opcode::CW;
    type Reply = GeneratedCvv;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let cvk = fields.key(Bare::Pair)?;
        let pan = fields.card_number()?;
        let expiry = fields.expiry()?;
        let service_code = fields.service_code()?;
        Ok(Self { cvk, pan, expiry, service_code })
    }
}

impl Reply for GeneratedCvv {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(&self.cvv.0);
    }
}
