//! Key check values, as whole blocks: the caller cuts the bytes it shows (usually 3).

use crate::cipher::BlockKey;
use crate::mac::{MacError, cmac};

/// DES or TDES: the encryption of 8 zero bytes (ANSI X9.24-1:2017 annex A). An AES key is an error.
pub fn tdes(key: &BlockKey) -> Result<[u8; 8], MacError> {
    key.encrypt8([0; 8]).map_err(|_| MacError::Key)
}

/// AES: CMAC over one block of zero bytes (ANSI X9.24-1:2017 annex A). A DES or TDES key is an error.
pub fn aes(key: &BlockKey) -> Result<[u8; 16], MacError> {
    aes_cmac(key, &[0; 16])
}

/// AES: CMAC over the empty text; the check value of an AES LMK.
pub fn aes_lmk(key: &BlockKey) -> Result<[u8; 16], MacError> {
    aes_cmac(key, &[])
}

/// AES: the encryption of a zero block, which some older peers still show.
pub fn aes_ecb(key: &BlockKey) -> Result<[u8; 16], MacError> {
    key.encrypt16([0; 16]).map_err(|_| MacError::Key)
}

fn aes_cmac(key: &BlockKey, text: &[u8]) -> Result<[u8; 16], MacError> {
    let mac = cmac(key, &[text])?;
    mac.as_bytes().as_array().copied().ok_or(MacError::Key)
}
