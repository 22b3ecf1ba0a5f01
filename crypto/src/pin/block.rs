//! PIN blocks: building, reading, enciphering (ISO 9564-1 clause 9).

use core::fmt;

use subtle::{
    Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess,
};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::nibbles::{pack, unpack};
use super::{Account, LONGEST_PIN, Layout, Pin, is_length};
use crate::cipher::BlockKey;
use crate::told::{Told, told, told_number};

/// Why a PIN block could not be built or read.
///
/// `Contents` and `Length` speak of the secret inside: whoever answers a caller folds them into one code,
/// unless legacy codes are switched on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PinBlockError {
    /// Control nibble, fill or a PIN digit is wrong (legacy code 20).
    #[error("PIN block does not contain valid values")]
    Contents,
    /// The PIN length is not 4 to 12 (legacy code 24).
    #[error("PIN is not 4 to 12 digits long")]
    Length,
    /// The layout needs account data that is not there. Says nothing of the block.
    #[error("account data does not serve the PIN block layout")]
    Account,
    /// Block or key is of the wrong size for the layout. Says nothing of the block.
    #[error("block or key does not fit the PIN block layout")]
    Fit,
}

/// How much of a deciphered block is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checks {
    /// Control, length, digits and fill.
    Full,
    /// Control, length and fill, which tell whether the block is of this account, and no digit: what is verified, or what a
    /// value is made of, must not be the PIN of another account (docs/attacks.md, row 2).
    Bound,
    /// Control and length only: no digit and no fill nibble decides anything, so a translation is no oracle
    /// (ISO 9564-1, PCI PIN 3-3). Diebold blocks have their length in the fill, which is all that is read of it.
    ControlOnly,
}

/// A clear PIN block, 8 or 16 bytes; for ISO 4 the plain text PIN field. Wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ClearBlock {
    bytes: [u8; 16],
    #[zeroize(skip)]
    len: usize,
}

impl fmt::Debug for ClearBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClearBlock(..)")
    }
}

impl ClearBlock {
    /// A block of 8 or 16 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PinBlockError> {
        if !matches!(bytes.len(), 8 | 16) {
            return Err(PinBlockError::Fit);
        }
        let mut block = Self { bytes: [0; 16], len: bytes.len() };
        block.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(block)
    }

    /// The clear block.
    #[must_use]
    pub fn danger_clear_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// An enciphered PIN block, 8 or 16 bytes. `Debug` is mute: PIN blocks do not belong into a log.
#[derive(Clone, Copy)]
pub struct EncipheredBlock {
    bytes: [u8; 16],
    len: usize,
}

impl fmt::Debug for EncipheredBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EncipheredBlock(..)")
    }
}

impl EncipheredBlock {
    /// The enciphered block.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Builds the clear block of a decimal PIN; `fill` is random and used by ISO 1, 3 and 4 (ISO 9564-1 9.3 and 9.4).
pub fn encode(
    pin: &Pin,
    layout: Layout,
    account: &Account,
    fill: &[u8; 16],
) -> Result<ClearBlock, PinBlockError> {
    if pin.is_decimal() { build(pin, layout, account, fill) } else { Err(PinBlockError::Contents) }
}

/// As [`encode`], for whatever nibbles the PIN holds: a translation must not care.
pub(super) fn build(
    pin: &Pin,
    layout: Layout,
    account: &Account,
    fill: &[u8; 16],
) -> Result<ClearBlock, PinBlockError> {
    let mut nibbles = Zeroizing::new([0; 16]);
    // The fill goes everywhere first; control, length and PIN then overwrite its head.
    for (nibble, random) in nibbles.iter_mut().zip(fill) {
        *nibble = match layout {
            Layout::Iso0 | Layout::Plus | Layout::Iso2 | Layout::Diebold => 0xF,
            Layout::Iso1 => random & 0xF,
            Layout::Iso3 => 0xA + random % 6,
            Layout::Iso4 => 0xA,
        };
    }
    let length = u8::try_from(pin.len()).map_err(|_| PinBlockError::Length)?;
    let head = layout.control().map(|control| [control, length]);
    let head = head.as_ref().map_or([].as_slice(), |head| head.as_slice());
    for (place, value) in nibbles.iter_mut().zip(head.iter().chain(pin.nibbles())) {
        *place = *value;
    }
    let mut field = Zeroizing::new(pack(&nibbles));
    bind(&mut field, layout, account)?;
    if layout == Layout::Iso4 {
        // Checked here so that a block which cannot be enciphered is never built.
        account.pan_field().ok_or(PinBlockError::Account)?;
        let (_, random) = fill.split_at(8);
        let mut block = ClearBlock { bytes: [0; 16], len: 16 };
        for (to, from) in block.bytes.iter_mut().zip(field.iter().chain(random)) {
            *to = *from;
        }
        Ok(block)
    } else {
        ClearBlock::from_bytes(field.as_slice())
    }
}

/// XORs the account field of ISO 0, PLUS and ISO 3 into a block, or out of it (ISO 9564-1 9.3.2.3).
fn bind(field: &mut [u8; 8], layout: Layout, account: &Account) -> Result<(), PinBlockError> {
    let digits = match layout {
        Layout::Iso0 | Layout::Iso3 => account.right12(),
        Layout::Plus => account.left12(),
        Layout::Iso1 | Layout::Iso2 | Layout::Iso4 | Layout::Diebold => return Ok(()),
    };
    let digits = digits.ok_or(PinBlockError::Account)?;
    let (pairs, _) = digits.as_chunks::<2>();
    for (byte, [high, low]) in field.iter_mut().skip(2).zip(pairs) {
        *byte ^= (high << 4) | (low & 0x0F);
    }
    Ok(())
}

/// Reads the PIN out of a clear block.
pub fn decode(
    block: &ClearBlock,
    layout: Layout,
    account: &Account,
    checks: Checks,
) -> Result<Pin, PinBlockError> {
    if block.len != layout.block_len() {
        return Err(PinBlockError::Fit);
    }
    let (head, _) = block.bytes.split_first_chunk::<8>().ok_or(PinBlockError::Fit)?;
    let mut field = Zeroizing::new(*head);
    bind(&mut field, layout, account)?;
    let nibbles = unpack(&field);
    let mut right = Choice::from(1);
    let (places, len) = match layout.control() {
        None => (nibbles.as_slice(), pin_before_fill(&nibbles)),
        Some(expected) => {
            let ([control, length], places) =
                nibbles.split_first_chunk().ok_or(PinBlockError::Fit)?;
            right = control.ct_eq(&expected);
            (places, *length)
        }
    };
    // One verdict on both; which of them it was is asked only where one is wrong.
    if !told(Told::PinBlock, right & is_length(len)) {
        let control = told(Told::PinBlock, right);
        return Err(if control { PinBlockError::Length } else { PinBlockError::Contents });
    }
    let len = told_number(Told::PinLength, usize::from(len), LONGEST_PIN);
    let len = len.ok_or(PinBlockError::Length)?;
    let formed = match checks {
        Checks::Full => {
            let (digits, fill) = well_formed(places, len, layout);
            told(Told::PinDigits, digits & fill)
        }
        Checks::Bound => told(Told::PinFill, well_formed(places, len, layout).1),
        Checks::ControlOnly => true,
    };
    if !formed {
        return Err(PinBlockError::Contents);
    }
    Pin::from_nibbles(places, len).ok_or(PinBlockError::Length)
}

/// Nibbles in front of the run of F at the end.
fn pin_before_fill(nibbles: &[u8; 16]) -> u8 {
    let mut len = 0u8;
    for (place, nibble) in (1u8..).zip(nibbles) {
        len.conditional_assign(&place, !nibble.ct_eq(&0xF));
    }
    len
}

/// Whether the first `len` nibbles are digits, and whether the rest is the fill of the layout.
fn well_formed(places: &[u8], len: usize, layout: Layout) -> (Choice, Choice) {
    let (digits, fill) = places.split_at_checked(len).unwrap_or_default();
    let digits = digits.iter().fold(Choice::from(1), |all, n| all & n.ct_lt(&10));
    let fill = fill.iter().fold(Choice::from(1), |all, n| {
        all & match layout {
            Layout::Iso0 | Layout::Plus | Layout::Iso2 | Layout::Diebold => n.ct_eq(&0xF),
            Layout::Iso1 => Choice::from(1),
            Layout::Iso3 => n.ct_gt(&9),
            Layout::Iso4 => n.ct_eq(&0xA),
        }
    });
    (digits, fill)
}

/// Enciphers a clear block: one block of DES or TDES, or the two AES steps of ISO 4 (ISO 9564-1 9.4.2.4).
pub fn encipher(
    key: &BlockKey,
    block: &ClearBlock,
    layout: Layout,
    account: &Account,
) -> Result<EncipheredBlock, PinBlockError> {
    if block.len != layout.block_len() {
        return Err(PinBlockError::Fit);
    }
    let mut bytes = Zeroizing::new(block.bytes);
    if layout == Layout::Iso4 {
        let pan = account.pan_field().ok_or(PinBlockError::Account)?;
        encrypt_bound(key, &mut bytes, &pan)?;
    } else {
        let block = bytes.first_chunk_mut::<8>().ok_or(PinBlockError::Fit)?;
        key.encrypt_block(block).map_err(|_| PinBlockError::Fit)?;
    }
    Ok(EncipheredBlock { bytes: *bytes, len: block.len })
}

/// Deciphers a block of the layout's length to the clear block.
pub fn decipher(
    key: &BlockKey,
    block: &[u8],
    layout: Layout,
    account: &Account,
) -> Result<ClearBlock, PinBlockError> {
    let mut clear = ClearBlock::from_bytes(block)?;
    if clear.len != layout.block_len() {
        return Err(PinBlockError::Fit);
    }
    if layout == Layout::Iso4 {
        let pan = account.pan_field().ok_or(PinBlockError::Account)?;
        decrypt_bound(key, &mut clear.bytes, &pan)?;
    } else {
        let block = clear.bytes.first_chunk_mut::<8>().ok_or(PinBlockError::Fit)?;
        key.decrypt_block(block).map_err(|_| PinBlockError::Fit)?;
    }
    Ok(clear)
}

/// Encrypt, XOR the bound field, encrypt (ISO 9564-1 9.4.2.4).
pub(super) fn encrypt_bound(
    key: &BlockKey,
    block: &mut [u8; 16],
    bound: &[u8; 16],
) -> Result<(), PinBlockError> {
    key.encrypt_block(block).map_err(|_| PinBlockError::Fit)?;
    xor(block, bound);
    key.encrypt_block(block).map_err(|_| PinBlockError::Fit)
}

/// Decrypt, XOR the bound field, decrypt (ISO 9564-1 9.4.2.4).
pub(super) fn decrypt_bound(
    key: &BlockKey,
    block: &mut [u8; 16],
    bound: &[u8; 16],
) -> Result<(), PinBlockError> {
    key.decrypt_block(block).map_err(|_| PinBlockError::Fit)?;
    xor(block, bound);
    key.decrypt_block(block).map_err(|_| PinBlockError::Fit)
}

fn xor(block: &mut [u8; 16], mask: &[u8; 16]) {
    block.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
}
