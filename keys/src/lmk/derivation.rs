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
/// The sealed store.
pub(super) const STORE_LABEL: &[u8] = b"payhsm: sealed store";
/// The keys of the audit log, where there is no store.
pub(super) const AUDIT_LABEL: &[u8] = b"payhsm: keys of the audit log";

/// Two blocks: 32 bytes from an AES LMK, 16 and zeros from a DES one. And how many bytes that are.
fn derive(lmk: &CmacKey, label: &[u8]) -> Result<(Zeroizing<[u8; 32]>, usize), KeyRefused> {
    let mut bytes = Zeroizing::new([0; 32]);
    let mut length = 0;
    for counter in 1..=2u8 {
        let block = lmk.mac(&[&[counter], label]).map_err(|_| KeyRefused::Internal)?;
        let place = bytes.get_mut(length..length + block.as_bytes().len());
        place.ok_or(KeyRefused::Internal)?.copy_from_slice(block.as_bytes());
        length += block.as_bytes().len();
    }
    Ok((bytes, length))
}

/// An AES key: AES-256 from an AES LMK, AES-128 from a DES one.
pub(super) fn derive_aes(lmk: &CmacKey, label: &[u8]) -> Result<BlockKey, KeyRefused> {
    let (bytes, length) = derive(lmk, label)?;
    let key = bytes.get(..length).ok_or(KeyRefused::Internal)?;
    BlockKey::aes(key).map_err(|_| KeyRefused::Internal)
}

/// The 32 bytes of an AES-256 key, from an AES LMK.
pub(super) fn derive_aes256(
    lmk: &CmacKey,
    label: &[u8],
) -> Result<Zeroizing<[u8; 32]>, KeyRefused> {
    let (bytes, length) = derive(lmk, label)?;
    if length == bytes.len() { Ok(bytes) } else { Err(KeyRefused::Internal) }
}

/// A double-length TDES key from a DES LMK.
pub(super) fn derive_tdes(lmk: &CmacKey, label: &[u8]) -> Result<BlockKey, KeyRefused> {
    let (bytes, length) = derive(lmk, label)?;
    let key = bytes.get(..length).ok_or(KeyRefused::Internal)?;
    BlockKey::tdes(key).map_err(|_| KeyRefused::Internal)
}
