//! RSA of one direction: a public key, and encryption with OAEP (RFC 8017). No private key is ever here.

mod der;

use core::fmt;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U2048, U3072, U4096, Uint};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of the longest modulus: 4096 bits.
const LONGEST: usize = 512;

/// Bytes of a SHA-256.
const HASH: usize = 32;

/// It is no key that is taken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an RSA public key of 2048, 3072 or 4096 bits")]
pub struct PublicKeyError;

/// A public key of 2048, 3072 or 4096 bits, with an odd exponent of 65,537 to 2^64 − 1.
#[derive(Clone)]
pub struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: u64,
}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPublicKey({} bits)", 8 * self.modulus.len())
    }
}

impl RsaPublicKey {
    /// The key of a `SubjectPublicKeyInfo` (RFC 5280, 4.1; RFC 8017, A.1.1) in DER.
    ///
    /// # Errors
    /// [`PublicKeyError`], as for keys of other lengths and for what is not DER.
    pub fn from_der(der: &[u8]) -> Result<Self, PublicKeyError> {
        let (modulus, exponent) = der::rsa_public_key(der).ok_or(PublicKeyError)?;
        let high_bit = modulus.first().is_some_and(|first| *first >= 0x80);
        let odd = modulus.last().is_some_and(|last| last % 2 == 1);
        let known = matches!(modulus.len(), 256 | 384 | 512);
        // More than eight bytes are more than any exponent in use.
        let from = 8usize.checked_sub(exponent.len()).ok_or(PublicKeyError)?;
        let mut number = [0; 8];
        number.get_mut(from..).ok_or(PublicKeyError)?.copy_from_slice(exponent);
        let exponent = u64::from_be_bytes(number);
        if !known || !high_bit || !odd || exponent < 65_537 || exponent.is_multiple_of(2) {
            return Err(PublicKeyError);
        }
        Ok(Self { modulus: modulus.to_vec(), exponent })
    }

    /// The key of a PEM text `PUBLIC KEY` (RFC 7468, 13).
    ///
    /// # Errors
    /// As [`RsaPublicKey::from_der`], and for what is not one such text.
    pub fn from_pem(text: &str) -> Result<Self, PublicKeyError> {
        let der = der::from_pem(text).ok_or(PublicKeyError)?;
        Self::from_der(&der)
    }

    /// Bits of the modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        8 * self.modulus.len()
    }

    /// `message` encrypted with OAEP of SHA-256 and an empty label (RFC 8017, 7.1.1); as long as the modulus.
    pub(super) fn encrypt_oaep(&self, message: &[u8; HASH], seed: &[u8; HASH]) -> Option<Vec<u8>> {
        let mut encoded = Zeroizing::new([0; LONGEST]);
        let encoded = encoded.get_mut(..self.modulus.len())?;
        // EM = 00 ‖ masked seed ‖ masked (hash of the label ‖ zeros ‖ 01 ‖ message).
        let (_, rest) = encoded.split_first_mut()?;
        let (masked_seed, data) = rest.split_at_mut_checked(HASH)?;
        masked_seed.copy_from_slice(seed);
        data.get_mut(..HASH)?.copy_from_slice(&Sha256::digest(b""));
        let from = data.len().checked_sub(message.len())?;
        data.get_mut(from..)?.copy_from_slice(message);
        *data.get_mut(from.checked_sub(1)?)? = 1;
        mask(data, masked_seed);
        mask(masked_seed, data);
        match encoded.len() {
            256 => power::<{ U2048::LIMBS }>(&self.modulus, self.exponent, encoded),
            384 => power::<{ U3072::LIMBS }>(&self.modulus, self.exponent, encoded),
            _ => power::<{ U4096::LIMBS }>(&self.modulus, self.exponent, encoded),
        }
    }
}

/// XORs MGF1 of SHA-256 over `seed` into `data` (RFC 8017, B.2.1).
fn mask(data: &mut [u8], seed: &[u8]) {
    for (counter, part) in (0u32..).zip(data.chunks_mut(HASH)) {
        let hash = Sha256::new().chain_update(seed).chain_update(counter.to_be_bytes());
        let hash = Zeroizing::new(<[u8; HASH]>::from(hash.finalize()));
        part.iter_mut().zip(hash.iter()).for_each(|(to, from)| *to ^= from);
    }
}

/// `number` to the `exponent` modulo `modulus`, in time that depends on neither number: the exponent alone is public.
fn power<const LIMBS: usize>(modulus: &[u8], exponent: u64, number: &[u8]) -> Option<Vec<u8>> {
    let modulus = Odd::new(Uint::<LIMBS>::from_be_slice(modulus)).into_option()?;
    let params = FixedMontyParams::new_vartime(modulus);
    let number = Zeroizing::new(Uint::<LIMBS>::from_be_slice(number));
    let form = Zeroizing::new(FixedMontyForm::new(&number, &params));
    let power = form.pow_vartime(&Uint::<1>::from_u64(exponent)).retrieve();
    Some(power.to_be_bytes().as_ref().to_vec())
}
