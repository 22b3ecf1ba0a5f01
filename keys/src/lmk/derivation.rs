//! Keys derived from an LMK for one purpose each, by CMAC over a counter and a label (NIST SP 800-108, 4.1).
//!
//! Our own definition. The labels are longer than the eight bytes that key blocks derive from, so that no derived
//! key can be one of theirs.

use crate::refusal::KeyRefused;
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::mac::CmacKey;
use zeroize::Zeroizing;

/// PINs under the LMK.
pub(super) const PIN_LABEL: &[u8] = b"payhsm: PIN under LMK";
/// Decimalisation tables under the LMK.
pub(super) const TABLE_LABEL: &[u8] = b"payhsm: decimalisation table under LMK";

/// Two blocks: 32 bytes from an AES LMK, 16 from a DES one.
fn derive(lmk: &CmacKey, label: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyRefused> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(32));
    for counter in 1..=2u8 {
        let block = lmk.mac(&[&[counter], label]).map_err(|_| KeyRefused::Internal)?;
        bytes.extend_from_slice(block.as_bytes());
    }
    Ok(bytes)
}

/// An AES key: AES-256 from an AES LMK, AES-128 from a DES one.
pub(super) fn derive_aes(lmk: &CmacKey, label: &[u8]) -> Result<BlockKey, KeyRefused> {
    BlockKey::aes(&derive(lmk, label)?).map_err(|_| KeyRefused::Internal)
}

/// A double-length TDES key from a DES LMK.
pub(super) fn derive_tdes(lmk: &CmacKey, label: &[u8]) -> Result<BlockKey, KeyRefused> {
    BlockKey::tdes(&derive(lmk, label)?).map_err(|_| KeyRefused::Internal)
}
