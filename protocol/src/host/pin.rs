//! The fields of PIN commands: blocks, accounts, PINs under the LMK.

use super::Fields;
use super::primitive::{hex_bytes, or};
use crate::ErrorCode;
use crate::field::{
    Account, Checked, ClearPin, ExcludedPins, KeyField, LmkPin, Pan, PinBlock, PinBlockFormat,
    PinLength, all_digits,
};
use nom::bytes::complete::{tag, take, take_while_m_n};

impl Fields<'_> {
    /// 16H, or 32H if `key` is an AES key: a PIN block encrypted under `key`.
    ///
    /// # Errors
    /// 15 if it is not hex.
    pub fn pin_block(&mut self, key: &KeyField) -> Result<PinBlock, ErrorCode> {
        if self.is_aes(key) {
            self.hex_bytes().map(PinBlock::Aes)
        } else {
            self.hex_bytes().map(PinBlock::Tdes)
        }
    }

    /// 2N: a PIN block format code.
    ///
    /// # Errors
    /// 15 if the message ends before, 23 if there is no such format.
    pub fn pin_block_format(&mut self) -> Result<PinBlockFormat, ErrorCode> {
        PinBlockFormat::from_code(self.chars()?).ok_or(ErrorCode::InvalidPinBlockFormat)
    }

    /// The account number that goes with PIN blocks of `formats`: 12N; 18N if one of them is 04;
    /// the whole PAN and `;` (or the end of the message) if one of them is 48. Or a card number that begins with a letter, as
    /// [`Fields::card_number`] reads it, whatever the formats.
    ///
    /// # Errors
    /// 15 if the message ends before, 22 if it is not an account number, 23 for 04 with 48.
    pub fn account(&mut self, formats: &[PinBlockFormat]) -> Result<Account, ErrorCode> {
        if self.at_reference() {
            return self.card_number().map(Account::Of);
        }
        let plus = formats.contains(&PinBlockFormat::Plus);
        let full = formats.contains(&PinBlockFormat::Iso4);
        match (plus, full) {
            (true, true) => Err(ErrorCode::InvalidPinBlockFormat),
            (true, false) => self.chars().map(Account::Plus18),
            (false, true) => {
                let pan = self.digits_between(12, 19)?;
                self.skip(b';');
                Ok(Account::Full(Pan(pan)))
            }
            (false, false) => self.chars::<12>().and_then(|characters| {
                all_digits(&characters, ErrorCode::InvalidAccount)?;
                Ok(Account::Pan12(characters))
            }),
        }
    }

    /// 12N, or a whole PAN and `;`: the account where no PIN block format says which.
    ///
    /// # Errors
    /// 15 if the message ends before, 22 if it is not an account number.
    pub fn account_or_pan(&mut self) -> Result<Account, ErrorCode> {
        let digits = self.input.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if self.input.get(digits) == Some(&b';') {
            self.pan().map(Account::Full)
        } else {
            self.account(&[])
        }
    }

    /// nN and `;`: a PAN.
    ///
    /// # Errors
    /// 15 if the delimiter is missing, 22 if it is not 12 to 19 digits.
    pub fn pan(&mut self) -> Result<Pan, ErrorCode> {
        let pan = Pan(self.digits_between(12, 19)?);
        if self.skip(b';') { Ok(pan) } else { Err(ErrorCode::InvalidInput) }
    }

    fn digits_between(&mut self, least: usize, most: usize) -> Result<Vec<u8>, ErrorCode> {
        let parser = take_while_m_n(least, most, |byte: u8| byte.is_ascii_digit());
        self.parse(or(ErrorCode::InvalidAccount, parser)).map(<[u8]>::to_vec)
    }

    /// A PIN under the LMK: `J` and 32H under an AES LMK, else as many digits as configured.
    ///
    /// # Errors
    /// 14 if it is neither.
    pub fn lmk_pin(&mut self) -> Result<LmkPin, ErrorCode> {
        if self.skip(b'J') {
            return self.parse(or(ErrorCode::InvalidPinUnderLmk, hex_bytes)).map(LmkPin::Block);
        }
        let length = self.settings.lmk_pin_length;
        let parser = take_while_m_n(length, length, |byte: u8| byte.is_ascii_digit());
        self.parse(or(ErrorCode::InvalidPinUnderLmk, parser))
            .map(|digits: &[u8]| LmkPin::Digits(digits.to_vec()))
    }

    /// A PIN under another LMK, the last field of a message: under a DES LMK it may have had another length there
    /// than is configured here.
    ///
    /// # Errors
    /// 14 if it is none.
    pub fn last_lmk_pin(&mut self) -> Result<LmkPin, ErrorCode> {
        if self.peek() == Some(b'J') {
            return self.lmk_pin();
        }
        let parser = take_while_m_n(5, 13, |byte: u8| byte.is_ascii_digit());
        self.parse(or(ErrorCode::InvalidPinUnderLmk, parser))
            .map(|digits: &[u8]| LmkPin::Digits(digits.to_vec()))
    }

    /// A clear PIN, filled up with `F` to the length of a PIN under the LMK.
    ///
    /// # Errors
    /// 15 if the fill is not as it should be, 24 if there are fewer than 4 digits.
    pub fn clear_pin(&mut self) -> Result<ClearPin, ErrorCode> {
        let field: &[u8] = self.parse(take(self.settings.lmk_pin_length))?;
        let length = field.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, fill) = field.split_at_checked(length).unwrap_or((field, &[]));
        if fill.iter().any(|&byte| byte != b'F') {
            return Err(ErrorCode::InvalidInput);
        }
        let pin = ClearPin(digits.to_vec());
        pin.check()?;
        Ok(pin)
    }

    /// 2N: a PIN length.
    ///
    /// # Errors
    /// 15 if it is no number, 24 if it is not 4 to 12.
    pub fn pin_length(&mut self) -> Result<PinLength, ErrorCode> {
        let length = self.decimal::<2>(ErrorCode::InvalidInput)?;
        match u8::try_from(length) {
            Ok(length @ 4..=12) => Ok(PinLength(length)),
            Ok(_) | Err(_) => Err(ErrorCode::InvalidPinLength),
        }
    }

    /// `*`, count 2N, length 2N and as many PINs of that length, if a `*` comes next.
    ///
    /// # Errors
    /// 03 if the count is none from 01 to 99, 15 if a PIN is malformed or missing, 81 if the length
    /// is not 04 to 12.
    pub fn excluded_pins(&mut self) -> Result<Option<ExcludedPins>, ErrorCode> {
        if !self.skip(b'*') {
            return Ok(None);
        }
        let count = self.decimal::<2>(ErrorCode::InvalidCount)?;
        let length = self.pin_length().map_err(|_| ErrorCode::PinLengthMismatch)?;
        let size = usize::try_from(count).unwrap_or_default() * usize::from(length.0);
        let digits = self.parse(take(size)).map(<[u8]>::to_vec)?;
        let pins = ExcludedPins { length, digits };
        pins.check()?;
        Ok(Some(pins))
    }

    /// 2N, always `12`: the longest PIN.
    ///
    /// # Errors
    /// 15 if it is anything else.
    pub fn max_pin_length(&mut self) -> Result<(), ErrorCode> {
        self.parse(tag(&b"12"[..])).map(drop)
    }
}
