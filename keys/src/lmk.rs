//! Local master keys: what every other key of the appliance is under.
//!
//! Live LMKs are AES-256 key-block LMKs. The other two kinds exist with the publicly known test values only,
//! and have no constructor for anything else.

mod aes_key_block;
mod derivation;
mod pin;
mod secret;
mod set;
mod table;
mod tdes_key_block;
mod test_values;
mod variant;

use crate::material::Material;
use crate::random::Random;
use crate::refusal::KeyRefused;
use crate::wrapping::BlockWrapping;
use aes_key_block::AesKeyBlockLmk;
use payhsm_arena::{ArenaBox, PlaceError};
use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::told::{Told, told};
use payhsm_protocol::field::{CheckValue, KeyBlock, LmkId};
use std::fmt;
use subtle::ConstantTimeEq;
use tdes_key_block::TdesKeyBlockLmk;
use variant::VariantLmk;

pub use pin::LmkPinRefused;
pub use secret::LmkSecret;
pub(crate) use secret::check_value_of;
pub use set::LmkSet;
pub use table::TableRefused;

/// Bytes in an AES LMK.
const AES_SECRET: usize = 32;

/// What keys under an LMK look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LmkScheme {
    /// Cryptograms without authentication, under twenty double-length DES keys.
    Variant,
    /// Thales key blocks of version 0, under a triple-length DES key.
    KeyBlockTdes,
    /// Thales key blocks of version 1, under an AES-256 key.
    KeyBlockAes,
}

/// A local master key with everything derived from it, expanded once, in secret memory. Prints its id, scheme and
/// whether it is a test key.
pub struct Lmk {
    id: LmkId,
    test: bool,
    check_value: [u8; 8],
    pub(crate) keys: LmkKeys,
}

/// Derived and expanded keys of the three kinds.
pub(crate) enum LmkKeys {
    Variant(ArenaBox<VariantLmk>),
    TdesKeyBlock(ArenaBox<TdesKeyBlockLmk>),
    AesKeyBlock(ArenaBox<AesKeyBlockLmk>),
}

impl Lmk {
    /// A new AES-256 key-block LMK.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without randomness.
    pub fn generate_aes(id: LmkId, random: &mut dyn Random) -> Result<Self, KeyRefused> {
        Self::aes_from_secret(id, &LmkSecret::generate(random)?)
    }

    /// The AES-256 key-block LMK with this secret.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without secret memory.
    pub fn aes_from_secret(id: LmkId, secret: &LmkSecret) -> Result<Self, KeyRefused> {
        let secret = secret.bytes()?;
        // However it came here: everybody knows that one.
        let test = told(Told::TestKey, secret.ct_eq(&test_values::AES_KEY_BLOCK));
        Self::aes(id, secret, test)
    }

    /// The AES-256 key-block LMK with these bytes. The caller wipes them.
    ///
    /// # Errors
    /// [`KeyRefused::Weak`] for 32 equal bytes, which no ceremony has made.
    pub fn aes_from_bytes(id: LmkId, secret: &[u8; AES_SECRET]) -> Result<Self, KeyRefused> {
        Self::aes_from_secret(id, &LmkSecret::copy_of(secret)?)
    }

    /// The AES-256 key-block LMK whose value everybody knows: for tests and migration rehearsals, never for live keys.
    ///
    /// # Errors
    /// None that can happen; the arithmetic reports lengths.
    pub fn public_test_aes_key_block(id: LmkId) -> Result<Self, KeyRefused> {
        Self::aes(id, &test_values::AES_KEY_BLOCK, true)
    }

    /// The triple-length DES key-block LMK whose value everybody knows: for tests and migration rehearsals.
    ///
    /// # Errors
    /// None that can happen; the arithmetic reports lengths.
    pub fn public_test_tdes_key_block(id: LmkId) -> Result<Self, KeyRefused> {
        let keys = in_secret_memory(|| TdesKeyBlockLmk::new(&test_values::TDES_KEY_BLOCK))?;
        let check_value = test_values::TDES_KEY_BLOCK_CHECK_VALUE;
        Ok(Self { id, test: true, check_value, keys: LmkKeys::TdesKeyBlock(keys) })
    }

    /// The variant LMK set whose values everybody knows: for tests and migration rehearsals.
    ///
    /// # Errors
    /// None that can happen; the arithmetic reports lengths.
    pub fn public_test_variant(id: LmkId) -> Result<Self, KeyRefused> {
        let keys = in_secret_memory(|| VariantLmk::new(&test_values::VARIANT))?;
        let check_value = test_values::VARIANT_CHECK_VALUE;
        Ok(Self { id, test: true, check_value, keys: LmkKeys::Variant(keys) })
    }

    fn aes(id: LmkId, secret: &[u8; AES_SECRET], test: bool) -> Result<Self, KeyRefused> {
        let mut check_value = [0; 8];
        let keys = in_secret_memory(|| {
            let (keys, value) = AesKeyBlockLmk::new(secret)?;
            check_value = value;
            Ok(keys)
        })?;
        Ok(Self { id, test, check_value, keys: LmkKeys::AesKeyBlock(keys) })
    }

    /// The identifier that requests name it by.
    #[must_use]
    pub fn id(&self) -> LmkId {
        self.id
    }

    /// What keys under it look like.
    #[must_use]
    pub fn scheme(&self) -> LmkScheme {
        match self.keys {
            LmkKeys::Variant(_) => LmkScheme::Variant,
            LmkKeys::TdesKeyBlock(_) => LmkScheme::KeyBlockTdes,
            LmkKeys::AesKeyBlock(_) => LmkScheme::KeyBlockAes,
        }
    }

    /// Whether it is one of the publicly known test LMKs.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.test
    }

    /// The check value as NC answers it: 8 bytes, of which the first 3 say something.
    ///
    /// For an AES LMK they are the head of AES-CMAC over the empty text. The rule for the other kinds is not public;
    /// their test LMKs have published values.
    #[must_use]
    pub fn check_value(&self) -> CheckValue {
        CheckValue(self.check_value.to_vec())
    }

    /// Opens a Thales block under this LMK, MAC first. What the header says is still to be looked at.
    ///
    /// The LMK id in the header is not compared with this LMK's: published blocks carry 00, 01 and 02 under one and
    /// the same LMK, and it is the MAC that decides whether the block is under this one.
    pub(crate) fn unwrap(&self, block: &KeyBlock) -> Result<Material, KeyRefused> {
        self.wrapping().ok_or(KeyRefused::Scheme)?.open(block)
    }

    /// What wraps its key blocks; a variant LMK has none.
    pub(crate) fn wrapping(&self) -> Option<&BlockWrapping> {
        match &self.keys {
            LmkKeys::Variant(_) => None,
            LmkKeys::TdesKeyBlock(lmk) => Some(&lmk.wrapping),
            LmkKeys::AesKeyBlock(lmk) => Some(&lmk.wrapping),
        }
    }

    /// What seals the keys of the audit log where there is no store; an AES LMK alone has it.
    pub(crate) fn audit_seal(&self) -> Result<ArenaBox<AeadKey>, KeyRefused> {
        match &self.keys {
            LmkKeys::Variant(_) | LmkKeys::TdesKeyBlock(_) => Err(KeyRefused::Scheme),
            LmkKeys::AesKeyBlock(lmk) => in_secret_memory(|| Ok(AeadKey::new(&lmk.audit))),
        }
    }
}

/// What `make` makes, in secret memory; whatever it leaves on the stack is wiped.
pub(crate) fn in_secret_memory<T>(
    make: impl FnOnce() -> Result<T, KeyRefused>,
) -> Result<ArenaBox<T>, KeyRefused> {
    let arena = payhsm_arena::global().map_err(|_| KeyRefused::Internal)?;
    let placed = payhsm_arena::with_stack_wiped::<65536, _>(|| {
        arena.try_place(|place| Ok::<_, KeyRefused>(place.write(make()?)))
    });
    placed.map_err(|error| match error {
        PlaceError::Arena(_) => KeyRefused::Internal,
        PlaceError::Make(refused) => refused,
    })
}

impl fmt::Debug for Lmk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = if self.test { ", public test value" } else { "" };
        write!(f, "Lmk({}, {:?}{test})", self.id, self.scheme())
    }
}
