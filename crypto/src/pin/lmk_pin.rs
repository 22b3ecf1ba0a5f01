//! The PIN under the LMK: our own ciphers in the wire forms of the host language.
//!
//! The algorithm of a real unit is not public, so PIN files of other makers cannot be read, nor ours by them.
//!
//! * [`DecimalKey`], for DES LMKs: L decimal digits. Deterministic, as the wire form leaves no room for randomness,
//!   and its domain is small: 10^L values (10^5 at the usual L = 5) hold some 10^(L-1) PINs. Equal PINs of one
//!   account give equal text; who may both encrypt and compare can list an account's PINs in 10^4 calls; and
//!   a changed text is a valid PIN about once in ten. The account number keeps the lists of two accounts apart.
//!   Commands that take such a PIN must be limited by their policy, not by this cipher.
//! * [`encrypt_block`], for AES LMKs: 16 bytes with 8 random ones, bound to the account.

use core::fmt;

use network::Network;
use subtle::{ConstantTimeEq, ConstantTimeLess};
use zeroize::{Zeroize, Zeroizing};

use super::block::{decrypt_bound, encrypt_bound};
use super::nibbles::{pack, unpack};
use super::{Account, LONGEST_PIN, Pin, SHORTEST_PIN, all_digits, is_length};
use crate::cipher::{Algorithm, BlockKey};
use crate::mac::CmacKey;
use crate::told::{Told, told, told_number};

mod network;

/// Why a PIN could not be put under the LMK or taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LmkPinError {
    /// Key, account, width or PIN is not of the right form. Says nothing of what is enciphered.
    #[error("input of the PIN under the LMK is not of the right form")]
    Input,
    /// What was deciphered is no PIN of that account.
    #[error("not a PIN of this account under this key")]
    Refused,
}

/// An AES key for PINs of L decimal digits, derived by the caller for this use alone.
pub struct DecimalKey(CmacKey);

impl fmt::Debug for DecimalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecimalKey(..)")
    }
}

/// A PIN under a DES LMK: 5 to 13 ASCII digits. `Debug` is mute.
pub struct DecimalPin {
    digits: [u8; 13],
    len: usize,
}

impl fmt::Debug for DecimalPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DecimalPin(..)")
    }
}

impl DecimalPin {
    /// The ASCII digits, as many as the width.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.digits.get(..self.len).unwrap_or_default()
    }
}

impl DecimalKey {
    /// Takes an AES key.
    pub fn new(key: BlockKey) -> Result<Self, LmkPinError> {
        if key.algorithm() != Algorithm::Aes {
            return Err(LmkPinError::Input);
        }
        CmacKey::new(key).map(Self).map_err(|_| LmkPinError::Input)
    }

    /// Enciphers a decimal PIN of 4 to `width` - 1 digits to `width` digits, 5 to 13.
    pub fn encrypt(
        &self,
        account: &Account,
        width: usize,
        pin: &Pin,
    ) -> Result<DecimalPin, LmkPinError> {
        let network = Network::new(self, account, width)?;
        if pin.len() >= width || !pin.is_decimal() {
            return Err(LmkPinError::Input);
        }
        let number = network.encrypt(rank(pin))?;
        let mut output = DecimalPin { digits: [0; 13], len: width };
        write_digits(number, output.digits.get_mut(..width).ok_or(LmkPinError::Input)?);
        output.digits.iter_mut().for_each(|digit| *digit |= b'0');
        Ok(output)
    }

    /// Deciphers `text`, 5 to 13 ASCII digits.
    pub fn decrypt(&self, account: &Account, text: &[u8]) -> Result<Pin, LmkPinError> {
        let network = Network::new(self, account, text.len())?;
        if !all_digits(text) {
            return Err(LmkPinError::Input);
        }
        let number = text.iter().fold(0, |number, digit| number * 10 + u64::from(digit & 0x0F));
        unrank(network.decrypt(number)?, text.len() - 1).ok_or(LmkPinError::Refused)
    }
}

/// The place of a PIN among all PINs, shorter ones first: with 4 digits 0 to 9999, with 5 from 10000 on.
fn rank(pin: &Pin) -> u64 {
    // Of at most 12 digits: nothing wraps, and nothing asks whether it does.
    let value = pin
        .nibbles()
        .iter()
        .fold(0u64, |value, digit| value.wrapping_mul(10).wrapping_add(u64::from(*digit)));
    value.wrapping_add(shorter_pins(pin.len()))
}

/// The PIN at a place, if it has at most `longest` digits.
fn unrank(rank: u64, longest: usize) -> Option<Pin> {
    let mut len = SHORTEST_PIN;
    for shorter in SHORTEST_PIN..=longest {
        // One digit more for every length that the place lies behind.
        len = len.wrapping_add(usize::from((!rank.ct_lt(&shorter_pins(shorter + 1))).unwrap_u8()));
    }
    if !told(Told::LmkPin, rank.ct_lt(&shorter_pins(longest + 1))) {
        return None;
    }
    let len = told_number(Told::PinLength, len, longest)?;
    let mut nibbles = Zeroizing::new([0; LONGEST_PIN]);
    write_digits(rank.wrapping_sub(shorter_pins(len)), nibbles.get_mut(..len)?);
    Pin::from_nibbles(nibbles.as_slice(), len)
}

/// The last digits of a number, as values.
fn write_digits(number: u64, to: &mut [u8]) {
    let mut rest = Zeroizing::new(number);
    for place in to.iter_mut().rev() {
        // By a number that is known here, which is no division.
        [.., *place] = (*rest % 10).to_be_bytes();
        *rest /= 10;
    }
}

/// How many PINs have fewer than `len` digits.
fn shorter_pins(len: usize) -> u64 {
    (SHORTEST_PIN..len).map(power_of_ten).sum()
}

fn power_of_ten(digits: usize) -> u64 {
    (0..digits).fold(1, |power, _| power * 10)
}

/// The PAN12 packed to 6 bytes.
fn account_field(account: &Account) -> Result<[u8; 6], LmkPinError> {
    let digits = account.right12().ok_or(LmkPinError::Input)?;
    let mut packed = [0; 6];
    let (pairs, _) = digits.as_chunks::<2>();
    for (byte, [high, low]) in packed.iter_mut().zip(pairs) {
        *byte = (high << 4) | (low & 0x0F);
    }
    Ok(packed)
}

/// Control nibble of the PIN field under an AES LMK: one that ISO 9564-1 leaves to private use.
const CONTROL: u8 = 0xC;

/// Enciphers a decimal PIN under an AES key that serves this use alone.
///
/// As ISO 4 does: C, length, digits, fill A to 8 bytes, 8 random bytes; encrypted, XOR the account, encrypted again.
pub fn encrypt_block(
    key: &BlockKey,
    account: &Account,
    pin: &Pin,
    random: &[u8; 8],
) -> Result<[u8; 16], LmkPinError> {
    if !pin.is_decimal() {
        return Err(LmkPinError::Input);
    }
    let length = u8::try_from(pin.len()).map_err(|_| LmkPinError::Input)?;
    let mut nibbles = Zeroizing::new([0xA; 16]);
    for (to, from) in nibbles.iter_mut().zip([CONTROL, length].iter().chain(pin.nibbles())) {
        *to = *from;
    }
    let mut head = pack(&nibbles);
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(head.iter().chain(random)) {
        *to = *from;
    }
    head.zeroize();
    encrypt_bound(key, &mut block, &bound(account)?).map_err(|_| LmkPinError::Input)?;
    Ok(block)
}

/// Deciphers 16 bytes; control, length, digits and fill must all be right, and the answer does not say which is not.
pub fn decrypt_block(
    key: &BlockKey,
    account: &Account,
    text: &[u8; 16],
) -> Result<Pin, LmkPinError> {
    let mut block = Zeroizing::new(*text);
    decrypt_bound(key, &mut block, &bound(account)?).map_err(|_| LmkPinError::Input)?;
    let head = block.first_chunk::<8>().ok_or(LmkPinError::Input)?;
    let nibbles = unpack(head);
    let ([control, length], places) = nibbles.split_first_chunk().ok_or(LmkPinError::Input)?;
    let mut right = control.ct_eq(&CONTROL) & is_length(*length);
    for (place, nibble) in (0u8..).zip(places) {
        let in_pin = place.ct_lt(length);
        right &= (in_pin & nibble.ct_lt(&10)) | (!in_pin & nibble.ct_eq(&0xA));
    }
    if !told(Told::LmkPin, right) {
        return Err(LmkPinError::Refused);
    }
    let length = told_number(Told::PinLength, usize::from(*length), LONGEST_PIN);
    length.and_then(|length| Pin::from_nibbles(places, length)).ok_or(LmkPinError::Refused)
}

/// The account in the place where ISO 4 has its PAN field, told apart from it by the first byte.
fn bound(account: &Account) -> Result<[u8; 16], LmkPinError> {
    let account = account_field(account)?;
    let mut field = [0; 16];
    for (to, from) in field.iter_mut().zip([CONTROL << 4].iter().chain(&account)) {
        *to = *from;
    }
    Ok(field)
}
