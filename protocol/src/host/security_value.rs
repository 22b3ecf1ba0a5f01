//! Security values and names of zones of the host dialect.

use super::primitive::unhex;
use super::{Fields, Writer};
use crate::ErrorCode;
use crate::field::{EncryptedValue, SecurityDigits, SecurityValue, ZoneName};

impl Fields<'_> {
    /// 1–3A and `;`: a zone.
    ///
    /// # Errors
    /// 15 if there is no delimiter, 21 for what is no text.
    pub fn zone_name(&mut self) -> Result<ZoneName, ErrorCode> {
        self.zone_up_to(b';')
    }

    /// The same, or `;` alone for none.
    ///
    /// # Errors
    /// As [`Fields::zone_name`].
    pub fn optional_zone_name(&mut self) -> Result<Option<ZoneName>, ErrorCode> {
        if self.skip(b';') { Ok(None) } else { self.zone_name().map(Some) }
    }

    /// Digits and `;`, also behind `C`; or `E`, a zone, `:`, and nH `;`.
    ///
    /// # Errors
    /// 15 if a delimiter is missing, 21 for a zone that is no text, D1 for what is no hex.
    pub fn security_value(&mut self) -> Result<SecurityValue, ErrorCode> {
        if self.skip(b'E') {
            let zone = self.zone_up_to(b':')?;
            let digits = self.up_to(b';')?;
            let value = unhex(&digits).ok_or(ErrorCode::DecryptionFailed)?;
            return Ok(SecurityValue::Encrypted(EncryptedValue { zone, value }));
        }
        self.skip(b'C');
        self.up_to(b';').map(|digits| SecurityValue::Clear(SecurityDigits(digits)))
    }

    fn zone_up_to(&mut self, end: u8) -> Result<ZoneName, ErrorCode> {
        let name = String::from_utf8(self.up_to(end)?);
        name.map(ZoneName).map_err(|_| ErrorCode::InvalidIndex)
    }
}

impl Writer<'_> {
    /// A security value as [`Fields::security_value`] reads it.
    pub fn security_value(&mut self, value: &SecurityValue) {
        match value {
            SecurityValue::Clear(SecurityDigits(digits)) => {
                self.raw(b"C");
                self.raw(digits);
            }
            SecurityValue::Encrypted(EncryptedValue { zone, value }) => {
                self.raw(b"E");
                self.raw(zone.0.as_bytes());
                self.raw(b":");
                self.hex(value);
            }
        }
        self.raw(b";");
    }
}
