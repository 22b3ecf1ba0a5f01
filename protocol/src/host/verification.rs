//! What PINs and cards are verified against: tables, validation data, offsets, PVVs, CVVs.

use super::Fields;
use super::TableForm;
use super::primitive::digits;
use crate::ErrorCode;
use crate::field::{
    CheckLength, Checked, Cvv, DecimalisationTable, Expiry, Offset, Pvki, Pvv, ServiceCode,
    ValidationData,
};
use nom::combinator::opt;

impl Fields<'_> {
    /// 2N: how many digits an offset covers.
    ///
    /// # Errors
    /// 15 if it is not 4 to 12.
    pub fn check_length(&mut self) -> Result<CheckLength, ErrorCode> {
        let length = self.decimal::<2>(ErrorCode::InvalidInput)?;
        match u8::try_from(length) {
            Ok(length @ 4..=12) => Ok(CheckLength(length)),
            Ok(_) | Err(_) => Err(ErrorCode::InvalidInput),
        }
    }

    /// A decimalisation table: 16H under a DES LMK, `L` and 32H under an AES LMK, `K` and 3H for the one that is
    /// bound to the PVK in that place, or 16N in clear where the settings allow it.
    ///
    /// # Errors
    /// 15 if it is none of them, 21 if what follows `K` is no place in user storage.
    pub fn decimalisation_table(&mut self) -> Result<DecimalisationTable, ErrorCode> {
        if self.peek() == Some(b'K') {
            return self.slot().map(DecimalisationTable::OfPvk);
        }
        if self.skip(b'L') {
            return self.hex_bytes().map(DecimalisationTable::UnderAesLmk);
        }
        let plain = match self.settings.tables {
            TableForm::Encrypted => None,
            TableForm::EncryptedOrPlain => self.parse(opt(digits))?,
        };
        match plain {
            Some(digits) => Ok(DecimalisationTable::Plain(digits)),
            None => self.hex_bytes().map(DecimalisationTable::UnderDesLmk),
        }
    }

    /// A decimalisation table that is under an LMK, whatever the settings say of tables in clear: 16H, or `L` and 32H.
    ///
    /// # Errors
    /// 15 if it is neither.
    pub fn encrypted_table(&mut self) -> Result<DecimalisationTable, ErrorCode> {
        if self.skip(b'L') {
            return self.hex_bytes().map(DecimalisationTable::UnderAesLmk);
        }
        self.hex_bytes().map(DecimalisationTable::UnderDesLmk)
    }

    /// 12A, or `P` and 16H: PIN validation data.
    ///
    /// # Errors
    /// 15 if it is neither.
    pub fn validation_data(&mut self) -> Result<ValidationData, ErrorCode> {
        if self.skip(b'P') {
            return self.hex_bytes().map(ValidationData::Block);
        }
        let data = ValidationData::Pattern(self.chars()?);
        data.check()?;
        Ok(data)
    }

    /// 12H: an IBM offset, digits on the left and `F` on the right.
    ///
    /// # Errors
    /// 15 if it is not.
    pub fn offset(&mut self) -> Result<Offset, ErrorCode> {
        let offset = Offset(self.chars::<12>()?.map(|byte| byte.to_ascii_uppercase()));
        offset.check()?;
        Ok(offset)
    }

    /// 1N: a PVK index.
    ///
    /// # Errors
    /// 15 if it is no digit.
    pub fn pvki(&mut self) -> Result<Pvki, ErrorCode> {
        let [digit] = self.digits()?;
        Ok(Pvki(digit - b'0'))
    }

    /// 4N: a PVV.
    ///
    /// # Errors
    /// 15 if it is not four digits.
    pub fn pvv(&mut self) -> Result<Pvv, ErrorCode> {
        self.digits().map(Pvv)
    }

    /// 3N: a card verification value.
    ///
    /// # Errors
    /// 15 if it is not three digits.
    pub fn cvv(&mut self) -> Result<Cvv, ErrorCode> {
        self.digits().map(Cvv)
    }

    /// 4N: an expiry.
    ///
    /// # Errors
    /// 15 if it is not four digits.
    pub fn expiry(&mut self) -> Result<Expiry, ErrorCode> {
        self.digits().map(Expiry)
    }

    /// 3N: a service code.
    ///
    /// # Errors
    /// 15 if it is not three digits.
    pub fn service_code(&mut self) -> Result<ServiceCode, ErrorCode> {
        self.digits().map(ServiceCode)
    }
}
