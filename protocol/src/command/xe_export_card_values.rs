//! XE: values of a card, made and encrypted for a zone. Source: docs/protocol/XE.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    Card, EncryptedValue, Expiry, PinBlock, PinBlockFormat, SecurityValue, ServiceCode, WantedPin,
    WantedValues, ZoneName,
};
use crate::host::{Fields, Writer};

request! {
    /// A card, and which of its values a zone is to have.
    pub struct ExportCardValues {
        /// The zone.
        pub zone: ZoneName,
        /// The card.
        pub card: Card,
        /// Its expiry.
        pub expiry: Expiry,
        /// Its service code.
        pub service_code: ServiceCode,
        /// The values.
        pub values: WantedValues,
        /// Its PIN.
        pub pin: Option<WantedPin>,
    }
}

/// A PIN under the ZPK of a zone.
#[derive(Clone, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub struct ExportedPin {
    /// 01, or 48 under an AES key.
    pub format: PinBlockFormat,
    /// The block.
    pub block: PinBlock,
}

reply! {
    /// Values of a card for a zone.
    pub struct ExportedCardValues {
        /// The values, in the order in which they were asked for.
        pub values: Vec<EncryptedValue>,
        /// The PIN, if it was asked for.
        pub pin: Option<ExportedPin>,
    }
}

impl Command for ExportCardValues {
    const OPCODE: Opcode = Opcode::XE;
    type Reply = ExportedCardValues;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let zone = fields.zone_name()?;
        let card = fields.card()?;
        let expiry = fields.expiry()?;
        let service_code = fields.service_code()?;
        let values = fields.wanted_values()?;
        let pin = fields.wanted_pin()?;
        Ok(Self { zone, card, expiry, service_code, values, pin })
    }
}

impl Reply for ExportedCardValues {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        for value in &self.values {
            writer.security_value(&SecurityValue::Encrypted(value.clone()));
        }
        if let Some(pin) = &self.pin {
            writer.exported_pin(pin);
        }
    }
}

impl Writer<'_> {
    /// A PIN block behind its format: 2N, then 16H or 32H.
    pub(super) fn exported_pin(&mut self, pin: &ExportedPin) {
        self.raw(&pin.format.code());
        self.pin_block(&pin.block);
    }
}
