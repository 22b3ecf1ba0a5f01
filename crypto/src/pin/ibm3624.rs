//! The IBM 3624 method: natural PIN, offset, derivation and verification.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::nibbles::{from_hex, iter, pack};
use super::{Account, DecimalisationTable, LONGEST_PIN, Pin, SHORTEST_PIN, all_digits};
use crate::cipher::{Algorithm, BlockKey};
use crate::told::{Told, told};

/// Why nothing could be computed. Nothing here depends on the PIN, except that a new offset needs a decimal one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Ibm3624Error {
    /// The PVK is not a DES or TDES key.
    #[error("PVK is not a DES or TDES key")]
    Key,
    /// Validation data, offset, check length or PIN is not of the right form.
    #[error("input of the IBM 3624 method is not of the right form")]
    Input,
}

/// The 8 bytes that are enciphered to the natural PIN.
#[derive(Clone, Copy)]
pub struct ValidationBlock([u8; 8]);

// It holds digits of a PAN.
impl std::fmt::Debug for ValidationBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValidationBlock(…)")
    }
}

impl ValidationBlock {
    /// A whole block, as in the host language's 'P' form.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Self {
        Self(bytes)
    }

    /// Twelve characters: eleven hexadecimal digits and one 'N', which stands for the last 5 digits of the PAN12;
    /// sixteen digits in all.
    pub fn from_validation_data(data: &[u8; 12], account: &Account) -> Result<Self, Ibm3624Error> {
        let account = account.right12().ok_or(Ibm3624Error::Input)?;
        let last5: &[u8; 5] = account.last_chunk().ok_or(Ibm3624Error::Input)?;
        let mut parts = data.split(|character| *character == b'N');
        let (Some(before), Some(after), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Ibm3624Error::Input);
        };
        let mut nibbles = [0; 16];
        for (place, character) in nibbles.iter_mut().zip(before.iter().chain(last5).chain(after)) {
            *place = from_hex(*character).ok_or(Ibm3624Error::Input)?;
        }
        Ok(Self(pack(&nibbles)))
    }

    /// `digits`, 1 to 16 ASCII digits of the PAN, right-padded with the hexadecimal character `pad`.
    pub fn from_digits(digits: &[u8], pad: u8) -> Result<Self, Ibm3624Error> {
        if !(1..=16).contains(&digits.len()) || !all_digits(digits) {
            return Err(Ibm3624Error::Input);
        }
        let mut nibbles = [from_hex(pad).ok_or(Ibm3624Error::Input)?; 16];
        for (to, from) in nibbles.iter_mut().zip(digits) {
            *to = from & 0x0F;
        }
        Ok(Self(pack(&nibbles)))
    }

    /// The block.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 8] {
        &self.0
    }
}

/// An offset: as many digits as are checked, 4 to 12. `Debug` is mute.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Offset {
    values: [u8; LONGEST_PIN],
    #[zeroize(skip)]
    len: usize,
}

impl fmt::Debug for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offset(..)")
    }
}

impl Offset {
    /// An offset from 4 to 12 ASCII digits, without fill.
    pub fn from_digits(digits: &[u8]) -> Result<Self, Ibm3624Error> {
        check_length(digits.len())?;
        if !all_digits(digits) {
            return Err(Ibm3624Error::Input);
        }
        let mut offset = Self { values: [0; LONGEST_PIN], len: digits.len() };
        for (to, from) in offset.values.iter_mut().zip(digits) {
            *to = from & 0x0F;
        }
        Ok(offset)
    }

    /// The offset as 12 ASCII characters, left-justified with 'F' behind: its form in the host language.
    #[must_use]
    pub fn to_padded(&self) -> [u8; LONGEST_PIN] {
        let mut text = [b'F'; LONGEST_PIN];
        for (to, from) in text.iter_mut().zip(self.values()) {
            *to = b'0' | from;
        }
        text
    }

    /// Digits in the offset, which is the check length.
    #[expect(clippy::len_without_is_empty, reason = "an offset is never empty")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    fn values(&self) -> &[u8] {
        self.values.get(..self.len).unwrap_or_default()
    }
}

/// The offset of the first `check_len` digits of a decimal PIN: PIN minus natural PIN, digit by digit modulo 10.
pub fn generate_offset(
    pvk: &BlockKey,
    table: &DecimalisationTable,
    block: &ValidationBlock,
    check_len: usize,
    pin: &Pin,
) -> Result<Offset, Ibm3624Error> {
    check_length(check_len)?;
    if pin.len() < check_len || !pin.is_decimal() {
        return Err(Ibm3624Error::Input);
    }
    let natural = natural(pvk, table, block)?;
    let mut offset = Offset { values: [0; LONGEST_PIN], len: check_len };
    for ((to, digit), natural) in
        offset.values.iter_mut().zip(pin.nibbles()).zip(natural.iter()).take(check_len)
    {
        // All of them are small: nothing wraps, and nothing asks whether it does.
        *to = digit.wrapping_add(10).wrapping_sub(*natural) % 10;
    }
    Ok(offset)
}

/// The PIN of `offset`: natural PIN plus offset, digit by digit modulo 10, as long as the offset.
pub fn derive_pin(
    pvk: &BlockKey,
    table: &DecimalisationTable,
    block: &ValidationBlock,
    offset: &Offset,
) -> Result<Pin, Ibm3624Error> {
    let mut digits = natural(pvk, table, block)?;
    for (digit, offset) in digits.iter_mut().zip(offset.values()) {
        *digit = digit.wrapping_add(*offset) % 10;
    }
    Pin::from_nibbles(digits.as_slice(), offset.len).ok_or(Ibm3624Error::Input)
}

/// Whether the first digits of `pin`, as many as `offset` has, are the PIN of the offset; in constant time.
///
/// A PIN shorter than the check length matches nothing, and so does one that is not decimal in those digits.
pub fn verify(
    pvk: &BlockKey,
    table: &DecimalisationTable,
    block: &ValidationBlock,
    offset: &Offset,
    pin: &Pin,
) -> Result<bool, Ibm3624Error> {
    let expected = derive_pin(pvk, table, block, offset)?;
    let checked = pin.nibbles().get(..offset.len);
    Ok(checked.is_some_and(|digits| told(Told::Pin, expected.nibbles().ct_eq(digits))))
}

/// The validation block enciphered under the PVK and decimalised: 16 digits, of which the PIN is the head.
fn natural(
    pvk: &BlockKey,
    table: &DecimalisationTable,
    block: &ValidationBlock,
) -> Result<Zeroizing<[u8; 16]>, Ibm3624Error> {
    match pvk.algorithm() {
        Algorithm::Des | Algorithm::Tdes => {}
        Algorithm::Aes => return Err(Ibm3624Error::Key),
    }
    let enciphered = Zeroizing::new(pvk.encrypt8(block.0).map_err(|_| Ibm3624Error::Key)?);
    let mut digits = Zeroizing::new([0; 16]);
    for (digit, nibble) in digits.iter_mut().zip(iter(enciphered.as_slice())) {
        *digit = table.digit(nibble);
    }
    Ok(digits)
}

fn check_length(len: usize) -> Result<(), Ibm3624Error> {
    if (SHORTEST_PIN..=LONGEST_PIN).contains(&len) { Ok(()) } else { Err(Ibm3624Error::Input) }
}
