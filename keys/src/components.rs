//! A key formed from components that lie under the LMK (A4).

use crate::any_key::{AnyKey, Binding};
use crate::material::{Algorithm, Material};
use crate::refusal::KeyRefused;
use crate::weak;
use payhsm_crypto::told::{Told, told};
use payhsm_protocol::field::{KeyAttributes, KeyType, OptionalBlock};
use subtle::ConstantTimeEq;

/// The bits of a byte that are not parity.
const DES_KEY_BITS: u8 = 0xFE;

impl AnyKey {
    /// The XOR of components; a TDES key gets odd parity.
    ///
    /// Of key blocks each has to say by its version number (`c1` to `c9`, X9.143 table 9) that it is a component,
    /// and no two that they are the same one: a key that serves by itself is never added to another. Usage,
    /// algorithm, mode of use and exportability are those that all of them have; `version` and
    /// `optional_blocks` are the new key's own. Cryptograms say nothing; they have to be of one type and length.
    ///
    /// # Errors
    /// [`KeyRefused::VersionNumber`] for what is no component or comes twice, [`KeyRefused::OptionalBlocks`] for a
    /// component with optional blocks, whose meaning for the whole nobody knows, [`KeyRefused::Weak`] for equal
    /// components, a weak part and a key of zeros, [`KeyRefused::EqualParts`]; else what the components differ in.
    pub fn form(
        components: &[&Self],
        version: [u8; 2],
        optional_blocks: &[OptionalBlock],
    ) -> Result<Self, KeyRefused> {
        let (first, others) = components.split_first().ok_or(KeyRefused::Internal)?;
        let binding = match &first.binding {
            Binding::Block(said) => {
                check_blocks(components, said)?;
                let optional_blocks = optional_blocks.to_vec();
                Binding::Block(KeyAttributes { version, optional_blocks, ..said.clone() })
            }
            Binding::Variant(key_type) => {
                check_cryptograms(others, *key_type)?;
                Binding::Variant(*key_type)
            }
        };
        if others.is_empty() || others.iter().any(|other| other.length() != first.length()) {
            return Err(KeyRefused::Length);
        }
        let algorithm = first.algorithm;
        let mut rest = components;
        while let Some((one, later)) = rest.split_first() {
            if later.iter().any(|other| are_equal(one, other)) {
                return Err(KeyRefused::Weak);
            }
            rest = later;
        }
        let mut material = Material::copy_of(first.material.clear()).ok_or(KeyRefused::Internal)?;
        for other in others {
            for (sum, byte) in material.text().iter_mut().zip(other.material.clear()) {
                *sum ^= byte;
            }
        }
        match algorithm {
            Algorithm::Tdes => {
                material.make_parity_odd();
                if weak::has_weak_part(material.clear()) {
                    return Err(KeyRefused::Weak);
                }
                if weak::has_equal_parts(material.clear()) {
                    return Err(KeyRefused::EqualParts);
                }
            }
            Algorithm::Aes => {
                let bits = material.clear().iter().fold(0, |bits, byte| bits | byte);
                if told(Told::Key, bits.ct_eq(&0)) {
                    return Err(KeyRefused::Weak);
                }
            }
        }
        Ok(Self { material, algorithm, binding })
    }
}

/// Whether two keys of one cipher are the same but for parity.
fn are_equal(one: &AnyKey, other: &AnyKey) -> bool {
    let matters = match one.algorithm {
        Algorithm::Tdes => DES_KEY_BITS,
        Algorithm::Aes => 0xFF,
    };
    let pairs = one.material.clear().iter().zip(other.material.clear());
    let difference =
        pairs.fold(0, |difference, (one, other)| difference | ((one ^ other) & matters));
    told(Told::Key, difference.ct_eq(&0))
}

fn check_blocks(components: &[&AnyKey], first: &KeyAttributes) -> Result<(), KeyRefused> {
    let mut numbers = Vec::with_capacity(components.len());
    for component in components {
        let Binding::Block(said) = &component.binding else { return Err(KeyRefused::Scheme) };
        let [b'c', number @ b'1'..=b'9'] = said.version else {
            return Err(KeyRefused::VersionNumber);
        };
        if numbers.contains(&number) {
            return Err(KeyRefused::VersionNumber);
        }
        numbers.push(number);
        if said.usage != first.usage {
            return Err(KeyRefused::Usage);
        }
        if said.algorithm != first.algorithm {
            return Err(KeyRefused::Algorithm);
        }
        if said.mode_of_use != first.mode_of_use {
            return Err(KeyRefused::ModeOfUse);
        }
        if said.exportability != first.exportability {
            return Err(KeyRefused::NotExportable);
        }
        if !said.optional_blocks.is_empty() {
            return Err(KeyRefused::OptionalBlocks);
        }
    }
    Ok(())
}

fn check_cryptograms(others: &[&AnyKey], key_type: KeyType) -> Result<(), KeyRefused> {
    let fits =
        |other: &&AnyKey| matches!(&other.binding, Binding::Variant(own) if *own == key_type);
    if others.iter().all(fits) { Ok(()) } else { Err(KeyRefused::KeyType) }
}
