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

use subtle::{ConstantTimeEq, ConstantTimeLess};
use zeroize::{Zeroize, Zeroizing};

use super::block::{decrypt_bound, encrypt_bound};
use super::nibbles::{pack, unpack};
use super::{Account, LONGEST_PIN, Pin, SHORTEST_PIN, all_digits};
use crate::cipher::{Algorithm, BlockKey};
use crate::mac::CmacKey;

/// Rounds of the Feistel network: FF1 has 10, of which small domains are known to want more.
const ROUNDS: u8 = 24;

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
        let mut number = network.encrypt(rank(pin))?;
        let mut output = DecimalPin { digits: [0; 13], len: width };
        for place in output.digits.iter_mut().take(width).rev() {
            *place = ascii_digit(number % 10);
            number /= 10;
        }
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
    let value = pin.nibbles().iter().fold(0, |value, digit| value * 10 + u64::from(*digit));
    shorter_pins(pin.len()) + value
}

/// The PIN at a place, if it has at most `longest` digits.
fn unrank(rank: u64, longest: usize) -> Option<Pin> {
    let len = (SHORTEST_PIN..=longest).find(|len| rank < shorter_pins(len + 1))?;
    let mut value = rank - shorter_pins(len);
    let mut nibbles = Zeroizing::new([0; LONGEST_PIN]);
    for place in nibbles.iter_mut().take(len).rev() {
        *place = u8::try_from(value % 10).ok()?;
        value /= 10;
    }
    Pin::from_nibbles(nibbles.as_slice(), len)
}

/// How many PINs have fewer than `len` digits.
fn shorter_pins(len: usize) -> u64 {
    (SHORTEST_PIN..len).map(power_of_ten).sum()
}

fn power_of_ten(digits: usize) -> u64 {
    (0..digits).fold(1, |power, _| power * 10)
}

fn ascii_digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).unwrap_or(0)
}

/// A Feistel network over two halves of a decimal number, after FF1 (NIST SP 800-38G 5.1).
struct Network<'k> {
    key: &'k CmacKey,
    /// Number of values of the left half (width / 2 digits) and of the right half.
    sizes: [u64; 2],
    /// Round block: name 4, width 1, account 6; then round 1 and half 4, which differ from round to round.
    block: [u8; 16],
}

impl<'k> Network<'k> {
    fn new(key: &'k DecimalKey, account: &Account, width: usize) -> Result<Self, LmkPinError> {
        if !(SHORTEST_PIN + 1..=LONGEST_PIN + 1).contains(&width) {
            return Err(LmkPinError::Input);
        }
        let left = width / 2;
        let mut block = [0; 16];
        let head = [b'L', b'P', b'I', b'N', u8::try_from(width).map_err(|_| LmkPinError::Input)?];
        let account = account_field(account)?;
        for (to, from) in block.iter_mut().zip(head.iter().chain(&account)) {
            *to = *from;
        }
        Ok(Self { key: &key.0, sizes: [power_of_ten(left), power_of_ten(width - left)], block })
    }

    fn encrypt(&self, number: u64) -> Result<u64, LmkPinError> {
        let [left_size, right_size] = self.sizes;
        let (mut left, mut right) = (number / right_size, number % right_size);
        for round in 0..ROUNDS {
            // Even rounds change the left half, odd rounds the right one; nothing changes places.
            if round % 2 == 0 {
                left = (left + self.round(round, right, left_size)?) % left_size;
            } else {
                right = (right + self.round(round, left, right_size)?) % right_size;
            }
        }
        Ok(left * right_size + right)
    }

    fn decrypt(&self, number: u64) -> Result<u64, LmkPinError> {
        let [left_size, right_size] = self.sizes;
        let (mut left, mut right) = (number / right_size, number % right_size);
        for round in (0..ROUNDS).rev() {
            if round % 2 == 0 {
                left = (left + left_size - self.round(round, right, left_size)?) % left_size;
            } else {
                right = (right + right_size - self.round(round, left, right_size)?) % right_size;
            }
        }
        Ok(left * right_size + right)
    }

    /// AES-CMAC of width, round, account and `half`, reduced below `size`.
    fn round(&self, round: u8, half: u64, size: u64) -> Result<u64, LmkPinError> {
        let mut block = Zeroizing::new(self.block);
        // The last 5 bytes: the round, and the half, which has at most 7 digits.
        let half = u32::try_from(half).map_err(|_| LmkPinError::Input)?.to_be_bytes();
        for (to, from) in block.iter_mut().skip(11).zip([round].into_iter().chain(half)) {
            *to = from;
        }
        let mac = self.key.mac(&[block.as_slice()]).map_err(|_| LmkPinError::Input)?;
        let word: &[u8; 16] = mac.as_bytes().as_array().ok_or(LmkPinError::Input)?;
        // 128 bits against at most 10^7 values: the reduction is even to one part in 10^31.
        u64::try_from(u128::from_be_bytes(*word) % u128::from(size)).map_err(|_| LmkPinError::Input)
    }
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
    let mut right = control.ct_eq(&CONTROL);
    for (place, nibble) in (0u8..).zip(places) {
        let in_pin = place.ct_lt(length);
        right &= (in_pin & nibble.ct_lt(&10)) | (!in_pin & nibble.ct_eq(&0xA));
    }
    let pin = Pin::from_nibbles(places, usize::from(*length));
    pin.filter(|_| right.into()).ok_or(LmkPinError::Refused)
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
