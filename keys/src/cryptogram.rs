//! Keys encrypted without authentication: the variant and X9.17 schemes.

use crate::material::Material;
use crate::refusal::KeyRefused;
use payhsm_crypto::variant::{Scheme, WrappingKey};
use payhsm_protocol::field::{Cryptogram, CryptogramScheme, KeyScheme};

/// Deciphers a cryptogram. Nothing says whether what comes out is a key; its parity is for the caller to look at.
pub(crate) fn open(under: &WrappingKey, cryptogram: &Cryptogram) -> Result<Material, KeyRefused> {
    let (scheme, lengths): (_, &[usize]) = match cryptogram.scheme {
        CryptogramScheme::Bare => (Scheme::Plain, &[8, 16]),
        CryptogramScheme::Z => (Scheme::Plain, &[8]),
        CryptogramScheme::X => (Scheme::Plain, &[16]),
        CryptogramScheme::Y => (Scheme::Plain, &[24]),
        CryptogramScheme::U => (Scheme::PerPart, &[16]),
        CryptogramScheme::T => (Scheme::PerPart, &[24]),
    };
    if !lengths.contains(&cryptogram.bytes.len()) {
        return Err(KeyRefused::Length);
    }
    let mut key = Material::copy_of(&cryptogram.bytes).ok_or(KeyRefused::Length)?;
    under.decrypt(scheme, key.text()).map_err(|_| KeyRefused::Length)?;
    Ok(key)
}

/// Enciphers a key in the scheme that a request names by its letter; the length must be the scheme's.
pub(crate) fn seal(
    under: &WrappingKey,
    key: &Material,
    scheme: KeyScheme,
) -> Result<Cryptogram, KeyRefused> {
    let (letter, parts, length) = match scheme {
        KeyScheme::Z => (CryptogramScheme::Bare, Scheme::Plain, 8),
        KeyScheme::X => (CryptogramScheme::X, Scheme::Plain, 16),
        KeyScheme::Y => (CryptogramScheme::Y, Scheme::Plain, 24),
        KeyScheme::U => (CryptogramScheme::U, Scheme::PerPart, 16),
        KeyScheme::T => (CryptogramScheme::T, Scheme::PerPart, 24),
        KeyScheme::Thales | KeyScheme::X9143 => return Err(KeyRefused::Scheme),
    };
    if key.len() != length {
        return Err(KeyRefused::Length);
    }
    let mut sealed = Material::copy_of(key.clear()).ok_or(KeyRefused::Length)?;
    under.encrypt(parts, sealed.text()).map_err(|_| KeyRefused::Length)?;
    // All of it is ciphertext by now.
    Ok(Cryptogram { scheme: letter, bytes: sealed.clear().to_vec() })
}
