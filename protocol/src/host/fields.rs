//! The reader of host fields: each command calls these in the order of its manual page.

use super::primitive::{Refused, chars, decimal, digits, hex_bytes, hexadecimal, or, unhex};
use super::{Settings, Tail, key, tail};
use crate::ErrorCode;
use crate::field::{
    Bytes, Checked, KeyBlock, KeyField, KeyScheme, KeyType, LmkId, NothingStored, Shelf, StoredKey,
};
use nom::Parser;
use nom::bytes::complete::take;

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
    pub(super) input: &'a [u8],
    pub(super) settings: &'a Settings,
    shelf: &'a dyn Shelf,
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
        Self { input, settings, shelf: &NothingStored, lmk: None }
    }

    /// The same, where a request may name what is on this shelf.
    #[must_use]
    pub const fn with_shelf(self, shelf: &'a dyn Shelf) -> Self {
        Self { shelf, ..self }
    }

    /// Whether a block under this key is 16 bytes long. A key that is only named is looked at where it lies.
    pub(super) fn is_aes(&self, key: &KeyField) -> bool {
        match key {
            KeyField::Block(block) => block.says_aes(),
            KeyField::Cryptogram(_) => false,
            KeyField::Stored(named) => self.shelf.key(named).is_ok_and(KeyBlock::says_aes),
        }
    }

    /// `K` and 3H: a place in user storage, named in place of a key or of what belongs to it.
    ///
    /// # Errors
    /// 15 if the message ends before, 21 if it is not hex.
    pub(super) fn slot(&mut self) -> Result<StoredKey, ErrorCode> {
        self.parse(|input| key::slot(input, None))
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
    /// 15 malformed, 21 user storage index, 26 unknown scheme letter, A5 key block length.
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
        key_type.check()?;
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
