//! Logging in: the officer signs the challenge of the connection.
//!
//! Signed with Ed25519 (RFC 8032), each field with its length (u32, big endian) in front:
//! [`LOGIN_CONTEXT`], the challenge, the appliance's id, the officer's name.

use crate::{OfficerError, fields};
use ed25519_dalek::{Signature, VerifyingKey};
use payhsm_protocol::officer::{LOGIN_CONTEXT, Officer};

pub(crate) fn signed_text(challenge: &[u8; 32], appliance: &str, name: &str) -> Vec<u8> {
    fields::joined(&[LOGIN_CONTEXT, challenge, appliance.as_bytes(), name.as_bytes()])
}

/// Whether `officer` signed this challenge of this appliance. Strict: weak keys and second spellings of a signature are refused.
///
/// # Errors
/// [`OfficerError::Signature`], for whatever reason.
pub fn verify(
    officer: &Officer,
    challenge: &[u8; 32],
    appliance: &str,
    signature: &[u8],
) -> Result<(), OfficerError> {
    let key =
        VerifyingKey::from_bytes(&officer.signing_key).map_err(|_| OfficerError::Signature)?;
    let signature = Signature::from_slice(signature).map_err(|_| OfficerError::Signature)?;
    let text = signed_text(challenge, appliance, &officer.name);
    key.verify_strict(&text, &signature).map_err(|_| OfficerError::Signature)
}

/// Whether both public keys are ones to work with; asked once, when an officer is enrolled.
///
/// # Errors
/// [`OfficerError::Signature`] or [`OfficerError::SealingKey`] for a key that is none or weak, [`OfficerError::Name`].
pub fn check(officer: &Officer) -> Result<(), OfficerError> {
    check_name(&officer.name)?;
    let key =
        VerifyingKey::from_bytes(&officer.signing_key).map_err(|_| OfficerError::Signature)?;
    if key.is_weak() {
        return Err(OfficerError::Signature);
    }
    crate::share::check_key(&officer.sealing_key)
}

/// Whether this can be an officer's name: it is part of file names too.
///
/// # Errors
/// [`OfficerError::Name`].
pub fn check_name(name: &str) -> Result<(), OfficerError> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let good = (1..=32).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with('.');
    if good { Ok(()) } else { Err(OfficerError::Name) }
}
