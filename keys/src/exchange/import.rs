//! Import: a key from under a ZMK to under the LMK (A6).

use super::check_strength;
use crate::any_key::{AnyKey, Binding};
use crate::attributes;
use crate::cryptogram;
use crate::key::Key;
use crate::key_types;
use crate::material::Algorithm;
use crate::refusal::KeyRefused;
use crate::rules::KeyRules;
use crate::strength;
use crate::usage::Zmk;
use crate::wrapping::BlockWrapping;
use payhsm_crypto::variant::WrappingKey;
use payhsm_protocol::field::{
    BlockScheme, Cryptogram, Exportability, KeyAttributes, KeyBlock, KeyField, KeyType,
};

/// What an imported key is to be bound to.
#[derive(Clone, Copy, Debug)]
pub enum Import<'a> {
    /// A block, for a key-block LMK: what it says, or narrower.
    Block {
        /// A narrower usage, as 72 for P0.
        usage: Option<[u8; 2]>,
        /// A narrower exportability.
        exportability: Option<Exportability>,
    },
    /// A cryptogram, for a key-block LMK: these attributes.
    Attributes(&'a KeyAttributes),
    /// A block or a cryptogram, for a variant LMK: this key type.
    KeyType(KeyType),
}

/// An imported key.
#[derive(Debug)]
pub struct Imported {
    /// The key, not yet under an LMK.
    pub key: AnyKey,
    /// Whether it came with wrong parity, which has been put right: code 01 goes with the answer, as advice.
    pub parity_adjusted: bool,
}

impl Key<Zmk> {
    /// Takes a key from under this ZMK. Open the ZMK for [`crate::Purpose::Decrypt`].
    ///
    /// X9.143 blocks of versions B and D and Thales blocks; where the rules allow it also A and C, and cryptograms.
    ///
    /// # Errors
    /// [`KeyRefused`]
    pub fn import(
        &self,
        field: &KeyField,
        import: &Import<'_>,
        rules: &KeyRules,
    ) -> Result<Imported, KeyRefused> {
        self.import_under_variant(field, 0, import, rules)
    }

    /// As [`Key::import`], from under an Atalla variant of this ZMK, 0 (the ZMK as it is) to 31. Cryptograms alone
    /// can be under one.
    ///
    /// # Errors
    /// [`KeyRefused`]
    pub fn import_under_variant(
        &self,
        field: &KeyField,
        atalla: u8,
        import: &Import<'_>,
        rules: &KeyRules,
    ) -> Result<Imported, KeyRefused> {
        let imported = match field {
            KeyField::Block(_) if atalla != 0 => return Err(KeyRefused::Scheme),
            KeyField::Block(block) => {
                let key = self.import_block(block, import, rules)?;
                Imported { key, parity_adjusted: false }
            }
            KeyField::Cryptogram(cryptogram) => {
                self.import_cryptogram(cryptogram, atalla, import, rules)?
            }
            KeyField::Stored(_) => return Err(KeyRefused::Scheme),
        };
        check_strength(self, &imported.key)?;
        Ok(imported)
    }

    fn import_block(
        &self,
        block: &KeyBlock,
        import: &Import<'_>,
        rules: &KeyRules,
    ) -> Result<AnyKey, KeyRefused> {
        let secret = self.material.clear();
        let wrapping = match (block.scheme, block.version()) {
            (BlockScheme::Thales, _) => BlockWrapping::thales(secret, self.algorithm)?,
            (BlockScheme::X9143, Some(version @ (b'B' | b'D'))) => {
                BlockWrapping::x9143(secret, self.algorithm, version)?
            }
            (BlockScheme::X9143, Some(version @ (b'A' | b'C'))) if rules.variant_schemes => {
                BlockWrapping::x9143(secret, self.algorithm, version)?
            }
            (BlockScheme::X9143, _) => return Err(KeyRefused::Scheme),
        };
        let key = AnyKey::from_block(wrapping.open(block)?, block, rules)?;
        match import {
            Import::Block { usage, exportability } => key.narrowed(*usage, *exportability),
            // The attributes of a block are its own; a request may not replace them.
            Import::Attributes(_) => Err(KeyRefused::Widened),
            Import::KeyType(key_type) => {
                key.check_type(Some(*key_type), rules)?;
                if key.algorithm == Algorithm::Aes {
                    return Err(KeyRefused::Algorithm);
                }
                let mut key = AnyKey { binding: Binding::Variant(*key_type), ..key };
                // Under a variant LMK the parity is all that tells a key from noise.
                key.material.make_parity_odd();
                Ok(key)
            }
        }
    }

    fn import_cryptogram(
        &self,
        cryptogram: &Cryptogram,
        atalla: u8,
        import: &Import<'_>,
        rules: &KeyRules,
    ) -> Result<Imported, KeyRefused> {
        if !rules.variant_schemes || self.algorithm == Algorithm::Aes {
            return Err(KeyRefused::Scheme);
        }
        let wrapping =
            WrappingKey::zmk(self.material.clear(), atalla).map_err(|_| KeyRefused::Length)?;
        let mut material = cryptogram::open(&wrapping, cryptogram)?;
        let parity_adjusted = !material.is_parity_odd();
        material.make_parity_odd();
        let algorithm = Algorithm::Tdes;
        strength::check(&material, algorithm, rules)?;
        let binding = match import {
            Import::KeyType(key_type) if key_types::is_known(*key_type) => {
                Binding::Variant(*key_type)
            }
            Import::Attributes(wanted) => {
                attributes::check(wanted, algorithm)?;
                let algorithm = attributes::algorithm_and_length(algorithm, material.len());
                Binding::Block(KeyAttributes { algorithm: Some(algorithm), ..(*wanted).clone() })
            }
            Import::Block { .. } => return Err(KeyRefused::Usage),
            Import::KeyType(_) => return Err(KeyRefused::KeyType),
        };
        Ok(Imported { key: AnyKey { material, algorithm, binding }, parity_adjusted })
    }
}

impl AnyKey {
    /// The key out of a block with narrower attributes. Its usage must be one that is known here.
    fn narrowed(
        mut self,
        usage: Option<[u8; 2]>,
        exportability: Option<Exportability>,
    ) -> Result<Self, KeyRefused> {
        let Binding::Block(said) = &mut self.binding else { return Err(KeyRefused::Internal) };
        let usage = usage.unwrap_or(said.usage);
        let exportability = exportability.unwrap_or(said.exportability);
        let narrower = attributes::usage_narrows(said.usage, usage)
            && attributes::exportability_narrows(said.exportability, exportability);
        if !narrower {
            return Err(KeyRefused::Widened);
        }
        said.usage = usage;
        said.exportability = exportability;
        attributes::check(said, self.algorithm)?;
        Ok(self)
    }
}
