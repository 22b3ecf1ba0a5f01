//! What XE, XG and XI share: the values of a card.

use super::Context;
use super::export::{Exporter, ValueName};
use crate::cards::Code;
use payhsm_issuing::dcvv2::Dcvv2Row;
use payhsm_keys::usage::{Cvk, Zpk};
use payhsm_keys::{CardCode, Key, OperationRefused, Pin, PinRefused, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::xe_export_card_values::ExportedPin;
use payhsm_protocol::field::{
    Account, CheckValue, EncryptedValue, Expiry, KeyField, Pan, PinBlockFormat, ServiceCode, Shelf,
    StoredKey, ValueKind, WantedValue, WantedValues, ZoneKey, ZoneName, ZoneRole,
};

/// The service code of a CVV2.
pub(super) const CVV2: ServiceCode = ServiceCode(*b"000");

/// The service code of an iCVV.
const ICVV: ServiceCode = ServiceCode(*b"999");

/// What a value with this service code is.
pub(super) fn name_of(service_code: ServiceCode) -> ValueName {
    if service_code == CVV2 {
        ValueName::Cvv2
    } else if service_code == ICVV {
        ValueName::Icvv
    } else {
        ValueName::Cvv
    }
}

/// Values that are wanted, with their keys.
pub(super) struct Values<'r>(Vec<(&'r WantedValue, Key<Cvk>)>);

impl Context<'_> {
    /// Opens the keys of the values that are wanted.
    ///
    /// # Errors
    /// The code of a refused key.
    pub(super) fn values<'r>(&self, wanted: &'r WantedValues) -> Result<Values<'r>, ErrorCode> {
        let open = |value: &'r WantedValue| {
            Ok((value, self.source::<Cvk>(&value.cvk, Purpose::Generate)?))
        };
        wanted.0.iter().map(open).collect::<Result<_, _>>().map(Values)
    }

    /// Refuses a static CVV2 of a card that has dynamic ones alone. An appliance that remembers no cards has no such cards.
    ///
    /// # Errors
    /// V6; S0 if the card cannot be looked at.
    pub(super) fn refuse_static(
        &self,
        pan: &Pan,
        service_code: ServiceCode,
    ) -> Result<(), ErrorCode> {
        if service_code != CVV2 || !self.cards.remembers() {
            return Ok(());
        }
        let rows = self.rows()?;
        let row: Option<Dcvv2Row> = rows.look(rows.id(&[&pan.0])?)?;
        row.map_or(Ok(()), |row| row.static_allowed().map_err(Code::code))
    }

    /// The ZPK of a zone, for PIN blocks that go there.
    ///
    /// # Errors
    /// 12 if there is none for this caller, or the code of a refused key.
    pub(super) fn zpk_of(&self, zone: &ZoneName) -> Result<Key<Zpk>, ErrorCode> {
        let named = ZoneKey { zone: zone.0.clone(), role: ZoneRole::Zpk };
        let block = self.shelf.key(&StoredKey::Zone(named))?.clone();
        self.destination(&KeyField::Block(block), Purpose::Encrypt)
    }

    /// A PIN in a block of format 0, or of format 4 under an AES key.
    ///
    /// # Errors
    /// As for any PIN block.
    pub(super) fn pin_for(
        &mut self,
        zpk: &Key<Zpk>,
        pin: &Pin,
        account: &Account,
    ) -> Result<ExportedPin, ErrorCode> {
        let mut refused = PinRefused::Format;
        for format in [PinBlockFormat::Iso0, PinBlockFormat::Iso4] {
            match zpk.encrypt_pin(pin, format, account, &mut *self.random) {
                Ok(block) => return Ok(ExportedPin { format, block }),
                Err(PinRefused::Format) => {}
                Err(other) => refused = other,
            }
        }
        Err(self.pin_code(refused))
    }
}

impl Values<'_> {
    /// The check value of the first key, if there is one.
    ///
    /// # Errors
    /// 41, which cannot happen to a key that was opened.
    pub(super) fn check_value(&self) -> Result<Option<CheckValue>, ErrorCode> {
        let first = self.0.first().map(|(_, cvk)| cvk.check_value());
        first.transpose().map_err(|_| ErrorCode::Internal)
    }

    /// Whether none is wanted.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, for a zone.
    ///
    /// # Errors
    /// XL if the zone's profile has no room for one.
    pub(super) fn export(
        &self,
        exporter: &Exporter,
        pan: &Pan,
        expiry: Expiry,
        service_code: ServiceCode,
        context: &mut Context<'_>,
    ) -> Result<Vec<EncryptedValue>, ErrorCode> {
        let mut exported = Vec::with_capacity(self.0.len());
        for (wanted, cvk) in &self.0 {
            let service_code = match wanted.kind {
                ValueKind::Cvv => service_code,
                ValueKind::Cvv2 => CVV2,
                ValueKind::Icvv => ICVV,
            };
            let name = match wanted.kind {
                ValueKind::Cvv => ValueName::Cvv,
                ValueKind::Cvv2 => ValueName::Cvv2,
                ValueKind::Icvv => ValueName::Icvv,
            };
            let expiry = if wanted.swapped { swapped(expiry) } else { expiry };
            let code = value(cvk, pan, expiry, service_code, wanted.digits.0)?;
            exported.push(exporter.export(name, code.digits(), pan, context.random)?);
        }
        Ok(exported)
    }
}

/// A CVV of so many digits.
///
/// # Errors
/// 15, which cannot happen to a request that was checked.
pub(super) fn value(
    cvk: &Key<Cvk>,
    pan: &Pan,
    expiry: Expiry,
    service_code: ServiceCode,
    digits: u8,
) -> Result<CardCode, ErrorCode> {
    let digits = usize::from(digits);
    cvk.cvv_of(pan, expiry, service_code, digits).map_err(OperationRefused::code)
}

/// YYMM for MMYY, and the reverse.
const fn swapped(Expiry([a, b, c, d]): Expiry) -> Expiry {
    Expiry([c, d, a, b])
}
