//! XG: issue a card in one step. Source: docs/protocol/XG.md.

use super::xe_export_card_values::ExportedPin;
use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{
    BatchId, Bytes, CardForms, CardNumber, CardSource, EncryptedValue, Expiry, MaskedPan, NewPin,
    PinReference, SecurityValue, ServiceCode, WantedTracks, WantedValues, ZoneName,
};
use crate::host::{Fields, Writer};

request! {
    /// A card that is to be, and what is to be had of it.
    pub struct IssueCard {
        /// Which card.
        pub source: CardSource,
        /// In which forms its number is to be given.
        pub forms: CardForms,
        /// Its expiry, YYMM.
        pub expiry: Expiry,
        /// Its service code.
        pub service_code: ServiceCode,
        /// Where values and PIN block go; none is needed if there are neither.
        pub zone: Option<ZoneName>,
        /// The values.
        pub values: WantedValues,
        /// Its PIN; without one a card that is issued again keeps what it has.
        pub pin: Option<NewPin>,
        /// Its tracks.
        pub tracks: Option<WantedTracks>,
    }
}

/// The PIN of a card that was issued.
#[derive(Clone, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub struct IssuedPin {
    /// What it will be verified against.
    pub reference: PinReference,
    /// The PIN for the zone, if it was asked for.
    pub block: Option<ExportedPin>,
}

/// Tracks under an ETK.
#[derive(Clone, Debug, PartialEq, Eq, wincode::SchemaRead, wincode::SchemaWrite)]
pub struct IssuedTracks {
    /// 80 bytes, and the IV in front if it is random.
    pub first: Bytes,
    /// 40 bytes (48 under AES), and the IV.
    pub second: Bytes,
}

reply! {
    /// A card.
    pub struct IssuedCard {
        /// First six and last four digits.
        pub masked: MaskedPan,
        /// Its number, in every form that was asked for, a token first.
        pub card: Vec<CardNumber>,
        /// What a new one is known by, if the answer should be lost: XC gives its number again.
        pub batch: Option<BatchId>,
        /// Its values, in the order in which they were asked for.
        pub values: Vec<EncryptedValue>,
        /// Its PIN.
        pub pin: Option<IssuedPin>,
        /// Its tracks.
        pub tracks: Option<IssuedTracks>,
    }
}

impl Command for IssueCard {
    const OPCODE: Opcode = Opcode::XG;
    type Reply = IssuedCard;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let source = fields.card_source()?;
        let forms = fields.card_forms()?;
        let expiry = fields.expiry()?;
        let service_code = fields.service_code()?;
        let zone = fields.optional_zone_name()?;
        let values = fields.wanted_values()?;
        let pin = fields.new_pin()?;
        let tracks = fields.wanted_tracks()?;
        Ok(Self { source, forms, expiry, service_code, zone, values, pin, tracks })
    }
}

impl Reply for IssuedCard {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.raw(self.masked.0.as_bytes());
        writer.raw(b";");
        self.card.iter().for_each(|form| writer.card_number(form));
        if let Some(batch) = &self.batch {
            writer.hex(&batch.0);
        }
        for value in &self.values {
            writer.security_value(&SecurityValue::Encrypted(value.clone()));
        }
        if let Some(pin) = &self.pin {
            writer.pin_reference(&pin.reference);
            pin.block.iter().for_each(|block| writer.exported_pin(block));
        }
        if let Some(tracks) = &self.tracks {
            for track in [&tracks.first, &tracks.second] {
                writer.hex(&track.0);
                writer.raw(b";");
            }
        }
    }
}
