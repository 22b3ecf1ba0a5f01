//! Which key bytes may be a key at all.

use crate::defence::Defence;
use crate::material::{Algorithm, Material};
use crate::refusal::KeyRefused;
use crate::rules::KeyRules;
use crate::weak;

/// Length, weak parts and equal parts of a key.
///
/// Parity is not looked at: in an authenticated block the MAC says that these are the bytes that were sealed,
/// and blocks of other makers hold keys of any parity. Who opens a cryptogram without a MAC checks it there.
pub(crate) fn check(
    key: &Material,
    algorithm: Algorithm,
    rules: &KeyRules,
) -> Result<(), KeyRefused> {
    let fits = match algorithm {
        Algorithm::Tdes => matches!(key.len(), 16 | 24) || (key.len() == 8 && rules.single_des),
        Algorithm::Aes => matches!(key.len(), 16 | 24 | 32),
    };
    if !fits {
        return Err(KeyRefused::Length);
    }
    if algorithm == Algorithm::Tdes && Defence::Parts.holds() {
        if weak::has_weak_part(key.clear()) {
            return Err(KeyRefused::Weak);
        }
        // A key of equal parts is a shorter key in disguise; nobody minds where single DES is allowed.
        if weak::has_equal_parts(key.clear()) && !rules.single_des {
            return Err(KeyRefused::EqualParts);
        }
    }
    Ok(())
}
