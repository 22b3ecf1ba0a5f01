//! JSON web encryption, compact serialisation (RFC 7516): RSA-OAEP-256 (RFC 7518, 4.3) and A256GCM (5.3), with a `kid`.
//!
//! One direction: for whoever gave a public key. Base64url without padding throughout.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::{LONGEST_TEXT, RsaPublicKey, ValueError};
use crate::aead::{AeadKey, KEY, NONCE};

/// Characters of the longest `kid`.
pub const LONGEST_KID: usize = 64;

/// What one token takes of randomness: drawn anew for each, and wiped.
pub struct JweRandom {
    /// The content encryption key.
    pub key: Zeroizing<[u8; KEY]>,
    /// The nonce under it.
    pub nonce: [u8; NONCE],
    /// The seed of OAEP.
    pub seed: Zeroizing<[u8; 32]>,
}

impl core::fmt::Debug for JweRandom {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("JweRandom(..)")
    }
}

/// The token over `value`, up to 512 bytes. `kid` names the recipient's key: 1 to 64 letters, digits and `-._~:`.
///
/// # Errors
/// [`ValueError`] for another `kid` and a longer value.
pub fn seal(
    recipient: &RsaPublicKey,
    kid: &str,
    value: &[u8],
    random: &JweRandom,
) -> Result<String, ValueError> {
    // Nothing that JSON would want escaped.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    if !(1..=LONGEST_KID).contains(&kid.len()) || !kid.bytes().all(plain) {
        return Err(ValueError);
    }
    let header = format!(r#"{{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"{kid}"}}"#);
    let header = URL_SAFE_NO_PAD.encode(header);
    let key = recipient.encrypt_oaep(&random.key, &random.seed).ok_or(ValueError)?;
    let mut held = Zeroizing::new([0; LONGEST_TEXT]);
    let text = held.get_mut(..value.len()).ok_or(ValueError)?;
    text.copy_from_slice(value);
    let tag = AeadKey::new(&random.key).seal(&random.nonce, header.as_bytes(), text);
    let tag = tag.map_err(|_| ValueError)?;
    let [key, nonce, text, tag] =
        [&key[..], &random.nonce, text, &tag].map(|part| URL_SAFE_NO_PAD.encode(part));
    Ok([header, key, nonce, text, tag].join("."))
}
