//! The reader of host fields: each command calls these in the order of its manual page.

use super::primitive::{Refused, chars, decimal, digits, hex_bytes, hexadecimal, or, unhex};
use super::{Settings, TableForm, Tail, key, tail};
use crate::ErrorCode;
use crate::field::{
    Account, Bytes, CheckLength, ClearPin, Cvv, DecimalisationTable, ExcludedPins, Expiry,
    KeyField, KeyScheme, KeyType, LmkId, LmkPin, Offset, Pan, PinBlock, PinBlockFormat, PinLength,
    Pvki, Pvv, ServiceCode, ValidationData,
};
use nom::Parser;
use nom::bytes::complete::{tag, take, take_while_m_n};
use nom::combinator::opt;

/// How long a key without scheme letter is, where this field allows one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bare {
    /// 16H: single length.
    Single,
    /// 32H: a pair of halves, each encrypted by itself.
    Pair,
    /// 16H or 32H as the unit is configured for ZMKs.
    Zmk,
}

/// The fields of one request, read from left to right.
pub struct Fields<'a> {
    input: &'a [u8],
    settings: &'a Settings,
    lmk: Option<LmkId>,
}

// A request may hold clear values.
impl std::fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fields({} B left)", self.input.len())
    }
}

impl<'a> Fields<'a> {
    /// Starts reading behind the command code.
    #[must_use]
    pub const fn new(input: &'a [u8], settings: &'a Settings) -> Self {
        Self { input, settings, lmk: None }
    }

    pub(super) fn parse<T>(
        &mut self,
        mut parser: impl Parser<&'a [u8], Output = T, Error = Refused>,
    ) -> Result<T, ErrorCode> {
        match parser.parse(self.input) {
            Ok((rest, value)) => {
                self.input = rest;
                Ok(value)
            }
            Err(nom::Err::Error(Refused(code)) | nom::Err::Failure(Refused(code))) => Err(code),
            Err(nom::Err::Incomplete(_)) => Err(ErrorCode::InvalidInput),
        }
    }

    /// The next byte, not taken.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.input.first().copied()
    }

    /// How many bytes are left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.input.len()
    }

    /// The byte `distance` behind the next, not taken.
    #[must_use]
    pub fn byte_at(&self, distance: usize) -> Option<u8> {
        self.input.get(distance).copied()
    }

    /// Whether nothing but LMK id and trailer can follow after `distance` bytes.
    pub(super) fn tail_at(&self, distance: usize) -> bool {
        self.left() == distance || matches!(self.byte_at(distance), Some(b'%' | tail::TRAILER_MARK))
    }

    /// Takes `byte` if it comes next.
    pub fn skip(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.input = self.input.get(1..).unwrap_or_default();
        }
        found
    }

    /// nA: `N` characters as they are.
    ///
    /// # Errors
    /// 15 if the message ends before.
    pub fn chars<const N: usize>(&mut self) -> Result<[u8; N], ErrorCode> {
        self.parse(chars::<N>)
    }

    /// nN: `N` decimal digits as ASCII.
    ///
    /// # Errors
    /// 15 if they are not.
    pub fn digits<const N: usize>(&mut self) -> Result<[u8; N], ErrorCode> {
        self.parse(digits::<N>)
    }

    /// nN: `N` decimal digits as a number.
    ///
    /// # Errors
    /// `otherwise` if they are not.
    pub fn decimal<const N: usize>(&mut self, otherwise: ErrorCode) -> Result<u32, ErrorCode> {
        self.parse(or(otherwise, decimal::<N>))
    }

    /// nH: `N` hex digits as a number.
    ///
    /// # Errors
    /// `otherwise` if they are not.
    pub fn hexadecimal<const N: usize>(&mut self, otherwise: ErrorCode) -> Result<u32, ErrorCode> {
        self.parse(or(otherwise, hexadecimal::<N>))
    }

    /// 2nH: `N` bytes as hex.
    ///
    /// # Errors
    /// 15 if they are not.
    pub fn hex_bytes<const N: usize>(&mut self) -> Result<[u8; N], ErrorCode> {
        self.parse(hex_bytes::<N>)
    }

    /// nA: `length` characters as they are.
    ///
    /// # Errors
    /// 15 if the message ends before.
    pub(super) fn characters(&mut self, length: usize) -> Result<Vec<u8>, ErrorCode> {
        self.parse(take(length)).map(<[u8]>::to_vec)
    }

    /// nB: `length` bytes as they are.
    ///
    /// # Errors
    /// 15 if the message ends before.
    pub fn binary(&mut self, length: usize) -> Result<Bytes, ErrorCode> {
        self.parse(take(length)).map(|bytes: &[u8]| Bytes(bytes.to_vec()))
    }

    /// nH: `length` hex digits as bytes.
    ///
    /// # Errors
    /// 15 if the message ends before, or if they are not an even number of hex digits.
    pub fn hex(&mut self, length: usize) -> Result<Bytes, ErrorCode> {
        let text: &[u8] = self.parse(take(length))?;
        unhex(text).map(Bytes).ok_or(ErrorCode::InvalidInput)
    }

    /// A key.
    ///
    /// # Errors
    /// 12 user storage, 15 malformed, 26 unknown scheme letter, A5 key block length.
    pub fn key(&mut self, bare: Bare) -> Result<KeyField, ErrorCode> {
        let bytes = match bare {
            Bare::Single => 8,
            Bare::Pair => 16,
            Bare::Zmk if self.settings.single_length_zmk => 8,
            Bare::Zmk => 16,
        };
        self.parse(|input| key::key(input, bytes))
    }

    /// 3H: a key type.
    ///
    /// # Errors
    /// 15 if the message ends before, 28 if it is not three upper-case hex digits.
    pub fn key_type(&mut self) -> Result<KeyType, ErrorCode> {
        let key_type = KeyType(self.chars()?);
        crate::field::Checked::check(&key_type)?;
        Ok(key_type)
    }

    /// 1A: a key scheme.
    ///
    /// # Errors
    /// 15 if the message ends before, 26 if there is no such scheme.
    pub fn key_scheme(&mut self) -> Result<KeyScheme, ErrorCode> {
        let [letter] = self.chars()?;
        KeyScheme::from_letter(letter).ok_or(ErrorCode::InvalidKeyScheme)
    }

    /// 16H, or 32H if `key` is an AES key: a PIN block encrypted under `key`.
    ///
    /// # Errors
    /// 15 if it is not hex.
    pub fn pin_block(&mut self, key: &KeyField) -> Result<PinBlock, ErrorCode> {
        if key.says_aes() {
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
    /// the whole PAN and `;` (or the end of the message) if one of them is 48.
    ///
    /// # Errors
    /// 15 if the message ends before, 22 if it is not an account number, 23 for 04 with 48.
    pub fn account(&mut self, formats: &[PinBlockFormat]) -> Result<Account, ErrorCode> {
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
                crate::field::all_digits(&characters, ErrorCode::InvalidAccount)?;
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
        crate::field::Checked::check(&pin)?;
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
        crate::field::Checked::check(&pins)?;
        Ok(Some(pins))
    }

    /// 2N, always `12`: the longest PIN.
    ///
    /// # Errors
    /// 15 if it is anything else.
    pub fn max_pin_length(&mut self) -> Result<(), ErrorCode> {
        self.parse(tag(&b"12"[..])).map(drop)
    }

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

    /// A decimalisation table: 16H under a DES LMK, `L` and 32H under an AES LMK, or 16N in clear
    /// where the settings allow it.
    ///
    /// # Errors
    /// 15 if it is none of them.
    pub fn decimalisation_table(&mut self) -> Result<DecimalisationTable, ErrorCode> {
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

    /// 12A, or `P` and 16H: PIN validation data.
    ///
    /// # Errors
    /// 15 if it is neither.
    pub fn validation_data(&mut self) -> Result<ValidationData, ErrorCode> {
        if self.skip(b'P') {
            return self.hex_bytes().map(ValidationData::Block);
        }
        let data = ValidationData::Pattern(self.chars()?);
        crate::field::Checked::check(&data)?;
        Ok(data)
    }

    /// 12H: an IBM offset, digits on the left and `F` on the right.
    ///
    /// # Errors
    /// 15 if it is not.
    pub fn offset(&mut self) -> Result<Offset, ErrorCode> {
        let offset = Offset(self.chars::<12>()?.map(|byte| byte.to_ascii_uppercase()));
        crate::field::Checked::check(&offset)?;
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

    /// `%` and 2N, if it comes next; commands with `#`, `&` or `!` attributes call it before them.
    ///
    /// # Errors
    /// 15 if what follows the `%` is not two digits. A second one is left to [`Self::finish`].
    pub fn lmk(&mut self) -> Result<(), ErrorCode> {
        if self.lmk.is_none() && self.peek() == Some(b'%') {
            self.lmk = Some(self.parse(tail::lmk)?);
        }
        Ok(())
    }

    /// The end: LMK id and trailer, and nothing else.
    ///
    /// # Errors
    /// 15 if something else is left.
    pub fn finish(mut self) -> Result<Tail<'a>, ErrorCode> {
        self.lmk()?;
        let trailer = self.parse(tail::trailer)?;
        Ok(Tail { lmk: self.lmk, trailer })
    }
}
