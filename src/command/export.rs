//! Values that leave for a partner or come from one, as the export profile of the zone has it.

use super::Context;
use payhsm_keys::usage::Zek;
use payhsm_keys::{ExportRefused, Key, Purpose, Random, Value, ZoneExport, export_jwe};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{EncryptedValue, Pan, SecurityDigits, ZoneName};
use zeroize::Zeroizing;

/// What a value is: AES-256-GCM binds it to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ValueName {
    /// That of the magnetic stripe.
    Cvv,
    /// The printed one, static.
    Cvv2,
    /// That of the chip.
    Icvv,
    /// The dynamic CVV2.
    DynamicCvv2,
}

impl ValueName {
    /// The additional data.
    pub(super) const fn bytes(self) -> &'static [u8] {
        match self {
            Self::Cvv => b"CVV",
            Self::Cvv2 => b"CVV2",
            Self::Icvv => b"ICVV",
            Self::DynamicCvv2 => b"DCVV2",
        }
    }
}

/// How values go to a zone and come from it, opened for one request.
pub(super) struct Exporter {
    zone: ZoneName,
    way: Way,
}

enum Way {
    Blocks(payhsm_keys::ExportProfile, Key<Zek>),
    Gcm(Key<Zek>),
    Jwe { kid: String, key: Box<payhsm_keys::RsaPublicKey> },
}

impl Context<'_> {
    /// How values go to a zone (purpose encrypt) or come from it (decrypt).
    ///
    /// # Errors
    /// 12 if there is no such zone for this caller, or it has no ZEK and its profile wants one; XL for a profile that is none, or
    /// that is not allowed; the code of a refused key.
    pub(super) fn exporter(
        &self,
        zone: &ZoneName,
        purpose: Purpose,
    ) -> Result<Exporter, ErrorCode> {
        let export = ZoneExport::parse(&self.shelf.zone(&zone.0)?.export_profile);
        let export = export.map_err(|_| ErrorCode::LegacyExport)?;
        let zek = || self.shelf.zek(&zone.0, purpose);
        let way = match export {
            ZoneExport::Blocks(profile) => Way::Blocks(profile, zek()?),
            ZoneExport::Gcm => Way::Gcm(zek()?),
            ZoneExport::Jwe { kid, key } => {
                self.noted.zone(&zone.0);
                Way::Jwe { kid, key }
            }
        };
        Ok(Exporter { zone: zone.clone(), way })
    }
}

impl Exporter {
    /// A value of a card, 3 to 5 digits, for the zone.
    ///
    /// # Errors
    /// XL if its profile has no room for it.
    pub(super) fn export(
        &self,
        name: ValueName,
        digits: &[u8],
        pan: &Pan,
        random: &mut dyn Random,
    ) -> Result<EncryptedValue, ErrorCode> {
        let value = match &self.way {
            Way::Blocks(profile, zek) => zek.export_value(*profile, digits, Some(pan), random),
            Way::Gcm(zek) => zek.export_gcm(name.bytes(), digits, random),
            Way::Jwe { kid, key } => export_jwe(key, kid, digits, random).map(String::into_bytes),
        };
        Ok(EncryptedValue { zone: self.zone.clone(), value: value.map_err(export_code)? })
    }

    /// A value of so many digits that comes from the zone.
    ///
    /// # Errors
    /// D1 for anything that is not one under the zone's key, XL for a zone whose values nobody here can read.
    pub(super) fn read(
        &self,
        name: ValueName,
        value: &[u8],
        pan: &Pan,
        digits: usize,
    ) -> Result<SecurityDigits, ErrorCode> {
        let mut held = SecurityDigits(vec![0; digits]);
        match &self.way {
            Way::Blocks(profile, zek) => {
                zek.read_value(*profile, value, Some(pan), &mut held.0).map_err(export_code)?;
            }
            Way::Gcm(zek) => {
                let mut text: Value = Zeroizing::new([0; _]);
                let length = zek.read_gcm(name.bytes(), value, &mut text).map_err(export_code)?;
                let text = text.get(..length).filter(|text| text.len() == digits);
                let text = text.filter(|text| text.iter().all(u8::is_ascii_digit));
                held.0.copy_from_slice(text.ok_or(ErrorCode::DecryptionFailed)?);
            }
            Way::Jwe { .. } => return Err(ErrorCode::LegacyExport),
        }
        Ok(held)
    }
}

/// The code of a value that did not go out or come in.
pub(super) const fn export_code(refused: ExportRefused) -> ErrorCode {
    match refused {
        ExportRefused::Value | ExportRefused::Key => ErrorCode::LegacyExport,
        ExportRefused::Decryption => ErrorCode::DecryptionFailed,
        ExportRefused::Internal => ErrorCode::Internal,
    }
}
