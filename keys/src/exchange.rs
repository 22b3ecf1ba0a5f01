//! Keys on their way to and from others, under a ZMK or a TMK.

mod export;
mod import;

pub use export::{Export, ExportForm};
pub use import::{Import, Imported};

use crate::any_key::AnyKey;
use crate::key::Key;
use crate::material::Algorithm;
use crate::refusal::KeyRefused;
use crate::usage::KeyWrapping;

/// Refuses to let a weaker key protect a stronger one (PCI PIN Security, requirement 21-1).
///
/// AES keys go under AES keys only, whatever the strengths say.
fn check_strength<U: KeyWrapping>(wrapping: &Key<U>, key: &AnyKey) -> Result<(), KeyRefused> {
    let aes_under_tdes = key.algorithm == Algorithm::Aes && wrapping.algorithm == Algorithm::Tdes;
    let wrapping = wrapping.algorithm.strength(wrapping.material.len());
    if aes_under_tdes || wrapping < key.algorithm.strength(key.material.len()) {
        Err(KeyRefused::WeakerWrappingKey)
    } else {
        Ok(())
    }
}
