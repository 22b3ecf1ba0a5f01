//! What our text files share: a last section with the SHA-256 of everything in front of it. It tells an accident (cut short, changed,
//! line ends converted) from a wrong passphrase; against intent there is the seal.

use crate::OfficerError;
use sha2::{Digest, Sha256};

const SEPARATOR: &str = "\n[check]\n";

/// The text with its check section.
pub(crate) fn with_check(body: &str) -> String {
    format!("{body}{SEPARATOR}sha256 = \"{}\"\n", digest(body))
}

/// The text in front of the check section, if the check holds. `format` is what the first key has to say.
pub(crate) fn checked<'a>(
    text: &'a str,
    kind: &'static str,
    format: &str,
) -> Result<&'a str, OfficerError> {
    let announced = text.lines().find_map(|line| line.strip_prefix("format = "));
    let announced = announced.ok_or(OfficerError::NotOne(kind))?.trim_matches('"');
    let (name, _) = format.rsplit_once(' ').ok_or(OfficerError::NotOne(kind))?;
    if announced != format {
        let ours = announced.rsplit_once(' ').is_some_and(|(before, _)| before == name);
        return Err(if ours { OfficerError::Version(kind) } else { OfficerError::NotOne(kind) });
    }
    let (body, _) = text.rsplit_once(SEPARATOR).ok_or(OfficerError::Damaged)?;
    if with_check(body) == text { Ok(body) } else { Err(OfficerError::Damaged) }
}

fn digest(body: &str) -> String {
    hex::encode(Sha256::digest(body.as_bytes()))
}

/// Exactly `N` bytes, written as hex.
pub(crate) fn bytes<const N: usize>(text: &str) -> Result<[u8; N], OfficerError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| OfficerError::Damaged)?;
    Ok(bytes)
}
