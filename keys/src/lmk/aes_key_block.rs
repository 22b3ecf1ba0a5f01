//! The AES-256 key-block LMK.

use super::derivation::{AUDIT_LABEL, PIN_LABEL, TABLE_LABEL, derive_aes, derive_aes256};
use super::secret::check_value;
use crate::material::Algorithm;
use crate::refusal::KeyRefused;
use crate::wrapping::BlockWrapping;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::CmacKey;
use zeroize::Zeroizing;

/// Everything that the LMK is used through; the LMK itself is not kept.
pub(crate) struct AesKeyBlockLmk {
    /// Encryption and MAC keys of the blocks.
    pub(crate) wrapping: BlockWrapping,
    /// For PINs under the LMK.
    pub(super) pin: BlockKey,
    /// For decimalisation tables under the LMK.
    pub(super) table: BlockKey,
    /// For the keys of the audit log, where there is no store.
    pub(super) audit: Zeroizing<[u8; 32]>,
}

impl AesKeyBlockLmk {
    /// Derives everything, and the check value.
    pub(super) fn new(secret: &[u8; 32]) -> Result<(Self, [u8; 8]), KeyRefused> {
        let wrapping = BlockWrapping::thales(secret, Algorithm::Aes)?;
        let lmk = BlockKey::aes(secret).map_err(|_| KeyRefused::Internal)?;
        let value = check_value(&lmk)?;
        let lmk = CmacKey::new(lmk).map_err(|_| KeyRefused::Internal)?;
        let keys = Self {
            wrapping,
            pin: derive_aes(&lmk, PIN_LABEL)?,
            table: derive_aes(&lmk, TABLE_LABEL)?,
            audit: derive_aes256(&lmk, AUDIT_LABEL)?,
        };
        Ok((keys, value))
    }
}
