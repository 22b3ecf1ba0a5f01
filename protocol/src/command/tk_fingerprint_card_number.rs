//! TK: make the fingerprint of a card number. Source: docs/protocol/TK.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Card, KeyField};
use crate::host::{Bare, Fields, Writer};

request! {
    /// A card, whose fingerprint is to be had.
    pub struct FingerprintCardNumber {
        /// The HMAC key of fingerprints.
        pub key: KeyField,
        /// The card.
        pub card: Card,
        /// Whether it is wanted in the form of a token too.
        pub formatted: bool,
    }
}

/// The fingerprint of a card number, from which nobody gets back.
#[derive(Clone, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub struct CardNumberFingerprint {
    /// HMAC-SHA-256 over the digits.
    pub fingerprint: [u8; 32],
    /// PT-I: first six digits, letters and digits of the fingerprint, last four digits.
    pub formatted: Option<String>,
}

impl std::fmt::Debug for CardNumberFingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardNumberFingerprint(…)")
    }
}

impl Command for FingerprintCardNumber {
    const OPCODE: Opcode = Opcode::TK;
    type Reply = CardNumberFingerprint;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let key = fields.key(Bare::Pair)?;
        let card = fields.card()?;
        let formatted = fields.skip(b'F');
        Ok(Self { key, card, formatted })
    }
}

impl Reply for CardNumberFingerprint {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.hex(&self.fingerprint);
        if let Some(text) = &self.formatted {
            writer.raw(text.as_bytes());
            writer.raw(b";");
        }
    }
}
