//! CVV and CVC, with their forms iCVV (service code 999) and CVV2 (service code 000).

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::CardCode;
use crate::mac::{Padding, RetailMacKey};
use crate::pin::{all_digits, nibbles, visa_decimalise};
use crate::told::{Told, told};

/// Most digits that are ever taken.
const MOST_DIGITS: usize = 5;

/// Key, card data or number of digits is not of the right form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("input of the card verification value is not of the right form")]
pub struct CvvError;

/// What a CVV is computed over, in ASCII digits: PAN of 12 to 19, expiry 4 as the card carries it, service code 3.
///
/// `Debug` is mute.
#[derive(Clone, Copy)]
pub struct CvvInput {
    /// PAN, expiry and service code, zero-filled to two DES blocks.
    packed: [u8; 16],
}

impl fmt::Debug for CvvInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CvvInput(..)")
    }
}

impl CvvInput {
    /// Checks and packs the card data.
    pub fn new(pan: &[u8], expiry: &[u8; 4], service_code: &[u8; 3]) -> Result<Self, CvvError> {
        let known = all_digits(pan) && all_digits(expiry) && all_digits(service_code);
        if !known || !(12..=19).contains(&pan.len()) {
            return Err(CvvError);
        }
        let digits = pan.iter().chain(expiry).chain(service_code);
        let mut values = [0; 32];
        for (to, from) in values.iter_mut().zip(digits) {
            *to = from & 0x0F;
        }
        let mut packed = [0; 16];
        let (pairs, _) = values.as_chunks::<2>();
        for (byte, [high, low]) in packed.iter_mut().zip(pairs) {
            *byte = (high << 4) | low;
        }
        Ok(Self { packed })
    }

    /// The same with four nibbles in place of the first four digits.
    pub(super) fn with_counter(mut self, nibbles: [u8; 2]) -> Self {
        let [a, b, ..] = &mut self.packed;
        [*a, *b] = nibbles;
        self
    }
}

/// A card verification key pair, CVK-A and CVK-B.
pub struct CvvKey(RetailMacKey);

impl fmt::Debug for CvvKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CvvKey(..)")
    }
}

impl CvvKey {
    /// Expands a double-length DES key, 16 bytes: CVK-A then CVK-B.
    pub fn new(key: &[u8]) -> Result<Self, CvvError> {
        RetailMacKey::new(key).map(Self).map_err(|_| CvvError)
    }

    /// The first `N` digits, 1 to 5 and usually 3, in ASCII.
    pub fn generate<const N: usize>(&self, input: &CvvInput) -> Result<[u8; N], CvvError> {
        let head = self.digits(input)?;
        head.first_chunk().copied().filter(|_| N > 0).ok_or(CvvError)
    }

    /// The first `digits` digits, 1 to 5 and usually 3.
    pub fn code(&self, input: &CvvInput, digits: usize) -> Result<CardCode, CvvError> {
        CardCode::first(&Zeroizing::new(self.digits(input)?), digits)
    }

    /// Whether `cvv`, 1 to 5 ASCII digits, belongs to the card data; in constant time.
    pub fn verify(&self, input: &CvvInput, cvv: &[u8]) -> Result<bool, CvvError> {
        if cvv.is_empty() || !all_digits(cvv) {
            return Err(CvvError);
        }
        let computed = Zeroizing::new(self.digits(input)?);
        let head = computed.get(..cvv.len()).ok_or(CvvError)?;
        Ok(told(Told::CardCode, head.ct_eq(cvv)))
    }

    /// Visa and Mastercard: DES with CVK-A, XOR, then encipher A, decipher B, encipher A; decimalise.
    ///
    /// Which is the retail MAC over the two blocks.
    fn digits(&self, input: &CvvInput) -> Result<[u8; MOST_DIGITS], CvvError> {
        let mac = self.0.mac(Padding::None, &[&input.packed]).map_err(|_| CvvError)?;
        Ok(visa_decimalise::<MOST_DIGITS>(nibbles::iter(mac.as_bytes())).map(|digit| b'0' | digit))
    }
}
