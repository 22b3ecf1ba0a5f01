//! The triple-length DES key-block LMK: legacy, with its public test value only.

use super::derivation::{PIN_LABEL, derive_aes};
use crate::material::Algorithm;
use crate::refusal::KeyRefused;
use crate::wrapping::BlockWrapping;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::dtab::tdes_table_key;
use payhsm_crypto::mac::CmacKey;
use payhsm_crypto::pin::lmk_pin::DecimalKey;

/// Everything that the LMK is used through.
pub(crate) struct TdesKeyBlockLmk {
    /// Encryption and MAC keys of the blocks.
    pub(crate) wrapping: BlockWrapping,
    /// For PINs under the LMK: our own cipher, as the real one is not public.
    pub(super) pin: DecimalKey,
    /// For decimalisation tables under the LMK, as published values have it.
    pub(super) table: BlockKey,
}

impl TdesKeyBlockLmk {
    pub(super) fn new(secret: &[u8; 24]) -> Result<Self, KeyRefused> {
        let wrapping = BlockWrapping::thales(secret, Algorithm::Tdes)?;
        let table = tdes_table_key(secret).map_err(|_| KeyRefused::Internal)?;
        let lmk = BlockKey::tdes(secret).map_err(|_| KeyRefused::Internal)?;
        let lmk = CmacKey::new(lmk).map_err(|_| KeyRefused::Internal)?;
        let pin =
            DecimalKey::new(derive_aes(&lmk, PIN_LABEL)?).map_err(|_| KeyRefused::Internal)?;
        Ok(Self { wrapping, pin, table })
    }
}
