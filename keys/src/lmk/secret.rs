//! The bytes of an AES LMK, in secret memory: for whoever has to split, seal or replace it.

use super::test_values::AES_KEY_BLOCK;
use super::{AES_SECRET, in_secret_memory};
use crate::lmk::derivation::{STORE_LABEL, derive_aes256};
use crate::random::Random;
use crate::refusal::KeyRefused;
use payhsm_arena::{ArenaBox, ArenaError};
use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::kcv;
use payhsm_crypto::mac::CmacKey;
use payhsm_crypto::told::{Told, told};
use payhsm_protocol::field::CheckValue;
use std::fmt;
use subtle::ConstantTimeEq;

/// The 32 bytes of an AES LMK. Wiped when dropped; prints nothing of itself.
pub struct LmkSecret(ArenaBox<[u8]>);

impl LmkSecret {
    /// Bytes in an LMK.
    pub const LENGTH: usize = AES_SECRET;

    /// A new one, drawn where it lives.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without randomness or secret memory.
    pub fn generate(random: &mut dyn Random) -> Result<Self, KeyRefused> {
        let mut bytes = arena()?.zeroed(AES_SECRET).map_err(no_memory)?;
        random.fill(&mut bytes)?;
        Self::take(bytes)
    }

    /// The one that a place in secret memory holds.
    ///
    /// # Errors
    /// [`KeyRefused::Length`] if it is not 32 bytes, [`KeyRefused::Weak`] if they are all equal.
    pub fn take(bytes: ArenaBox<[u8]>) -> Result<Self, KeyRefused> {
        let first = *bytes.first().ok_or(KeyRefused::Length)?;
        if bytes.len() != AES_SECRET {
            return Err(KeyRefused::Length);
        }
        let difference = bytes.iter().fold(0, |difference, byte| difference | (first ^ byte));
        if told(Told::Key, difference.ct_eq(&0)) {
            return Err(KeyRefused::Weak);
        }
        Ok(Self(bytes))
    }

    /// A copy of these bytes, which the caller wipes.
    ///
    /// # Errors
    /// As [`LmkSecret::take`], and [`KeyRefused::Internal`] without secret memory.
    pub fn copy_of(bytes: &[u8]) -> Result<Self, KeyRefused> {
        Self::take(arena()?.copy_of(bytes).map_err(no_memory)?)
    }

    /// The value that everybody knows: for tests and rehearsals.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without secret memory.
    pub fn public_test() -> Result<Self, KeyRefused> {
        Self::copy_of(&AES_KEY_BLOCK)
    }

    /// Whether it is the same, in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        told(Told::Key, self.0.ct_eq(&other.0))
    }

    pub(crate) fn bytes(&self) -> Result<&[u8; AES_SECRET], KeyRefused> {
        self.0.as_array().ok_or(KeyRefused::Internal)
    }

    /// The check value as NC answers it, 8 bytes: 3 of CMAC over the empty text, and zeros.
    ///
    /// # Errors
    /// None that can happen; the arithmetic reports lengths.
    pub fn check_value(&self) -> Result<CheckValue, KeyRefused> {
        let value = payhsm_arena::with_stack_wiped::<65536, _>(|| check_value_of(self.bytes()?))?;
        Ok(CheckValue(value.to_vec()))
    }

    /// The key that seals the store, derived with a label of its own.
    pub(crate) fn store_key(&self) -> Result<ArenaBox<AeadKey>, KeyRefused> {
        in_secret_memory(|| {
            let lmk = BlockKey::aes(self.bytes()?).map_err(|_| KeyRefused::Internal)?;
            let lmk = CmacKey::new(lmk).map_err(|_| KeyRefused::Internal)?;
            Ok(AeadKey::new(&*derive_aes256(&lmk, STORE_LABEL)?))
        })
    }
}

impl fmt::Debug for LmkSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LmkSecret(…)")
    }
}

/// The check value of the AES LMK with these bytes.
pub(crate) fn check_value_of(secret: &[u8]) -> Result<[u8; 8], KeyRefused> {
    check_value(&BlockKey::aes(secret).map_err(|_| KeyRefused::Length)?)
}

/// The check value of an AES LMK: 3 bytes of CMAC over the empty text, and zeros.
pub(super) fn check_value(lmk: &BlockKey) -> Result<[u8; 8], KeyRefused> {
    let [one, two, three, ..] = kcv::aes_lmk(lmk).map_err(|_| KeyRefused::Internal)?;
    Ok([one, two, three, 0, 0, 0, 0, 0])
}

fn arena() -> Result<&'static payhsm_arena::Arena, KeyRefused> {
    payhsm_arena::global().map_err(no_memory)
}

fn no_memory(_: ArenaError) -> KeyRefused {
    KeyRefused::Internal
}
