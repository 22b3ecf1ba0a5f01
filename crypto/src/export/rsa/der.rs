//! As much of DER (X.690) and PEM (RFC 7468) as a public key takes. Lengths in their shortest form, nothing left over.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const SEQUENCE: u8 = 0x30;

/// rsaEncryption, 1.2.840.113549.1.1.1, and its NULL (RFC 8017, A.1).
const RSA_ENCRYPTION: &[u8] =
    &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 0x05, 0x00];

/// Modulus and exponent, without zeros in front.
pub(super) fn rsa_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (info, []) = take(SEQUENCE, der)? else { return None };
    let (algorithm, rest) = take(SEQUENCE, info)?;
    let (bits, []) = take(BIT_STRING, rest)? else { return None };
    // Whole bytes: no unused bits.
    let key = bits.strip_prefix(&[0])?;
    let (key, []) = take(SEQUENCE, key)? else { return None };
    let (modulus, rest) = take(INTEGER, key)?;
    let (exponent, []) = take(INTEGER, rest)? else { return None };
    (algorithm == RSA_ENCRYPTION).then_some((positive(modulus)?, positive(exponent)?))
}

/// What is in the first value, which has this tag, and what is behind it.
fn take(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match der.strip_prefix(&[tag])? {
        [length @ 0..=0x7F, rest @ ..] => (usize::from(*length), rest),
        [0x81, length @ 0x80..=0xFF, rest @ ..] => (usize::from(*length), rest),
        [0x82, high @ 1..=0xFF, low, rest @ ..] => {
            (usize::from(u16::from_be_bytes([*high, *low])), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// The bytes of a positive number, in the shortest form.
fn positive(number: &[u8]) -> Option<&[u8]> {
    match number {
        [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => Some(rest),
        [1..=0x7F, ..] => Some(number),
        _ => None,
    }
}

/// The bytes of a text between the lines of a public key.
pub(super) fn from_pem(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().strip_prefix("-----BEGIN PUBLIC KEY-----")?;
    let text = text.strip_suffix("-----END PUBLIC KEY-----")?;
    let base64: String = text.split(['\r', '\n']).map(str::trim).collect();
    STANDARD.decode(base64).ok()
}
