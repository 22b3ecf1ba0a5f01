//! A value under AES-256-GCM (NIST SP 800-38D), bound to its name: nonce of 12 bytes, ciphertext, tag of 16.

use zeroize::Zeroizing;

use super::{LONGEST_TEXT, NotAValue, ValueError};
use crate::aead::{AeadKey, NONCE, TAG};

/// Encrypts a value of up to 512 bytes; `name` says what it is, as `CVV2`, and is the associated data. The nonce has to be another
/// one each time under one key.
///
/// # Errors
/// [`ValueError`] for a longer value.
pub fn seal(
    key: &AeadKey,
    name: &[u8],
    value: &[u8],
    nonce: &[u8; NONCE],
) -> Result<Vec<u8>, ValueError> {
    let mut held = Zeroizing::new([0; LONGEST_TEXT]);
    let text = held.get_mut(..value.len()).ok_or(ValueError)?;
    text.copy_from_slice(value);
    let tag = key.seal(nonce, name, text).map_err(|_| ValueError)?;
    Ok([nonce.as_slice(), text, &tag].concat())
}

/// Decrypts a value of that name into `to` and gives how many bytes it has.
///
/// # Errors
/// [`NotAValue`] if a bit of it, the name or the key is another, or there is not so much room; `to` is then as it was.
pub fn open(key: &AeadKey, name: &[u8], sealed: &[u8], to: &mut [u8]) -> Result<usize, NotAValue> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE>().ok_or(NotAValue)?;
    let (sealed, tag) = rest.split_last_chunk::<TAG>().ok_or(NotAValue)?;
    let mut held = Zeroizing::new([0; LONGEST_TEXT]);
    let text = held.get_mut(..sealed.len()).ok_or(NotAValue)?;
    text.copy_from_slice(sealed);
    key.open(nonce, name, text, tag).map_err(|_| NotAValue)?;
    to.get_mut(..text.len()).ok_or(NotAValue)?.copy_from_slice(text);
    Ok(text.len())
}
