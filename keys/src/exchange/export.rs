//! Export: a key from under the LMK to under a ZMK or TMK (A0 mode 1, A8).

use super::check_strength;
use crate::any_key::{AnyKey, Binding};
use crate::attributes;
use crate::cryptogram;
use crate::key::Key;
use crate::material::Algorithm;
use crate::random::Random;
use crate::refusal::KeyRefused;
use crate::rules::KeyRules;
use crate::usage::KeyWrapping;
use crate::wrapping::BlockWrapping;
use payhsm_crypto::variant::WrappingKey;
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, KeyScheme, KeyType};

/// The form of an exported key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportForm {
    /// `R`: X9.143 block; its version letter, or the one that goes with the wrapping key: B under TDES, D under AES.
    X9143(Option<u8>),
    /// `S`: Thales block, version 0 under TDES and 1 under AES, LMK id `FF`.
    Thales,
    /// `U`, `T`: variant; `X`, `Y`, `Z`: X9.17. Only where the rules allow them.
    Cryptogram(KeyScheme),
}

impl ExportForm {
    /// The form that a request names by its scheme letter and, for `R`, a version letter.
    #[must_use]
    pub const fn from_scheme(scheme: KeyScheme, version: Option<u8>) -> Self {
        match scheme {
            KeyScheme::X9143 => Self::X9143(version),
            KeyScheme::Thales => Self::Thales,
            KeyScheme::Z | KeyScheme::U | KeyScheme::T | KeyScheme::X | KeyScheme::Y => {
                Self::Cryptogram(scheme)
            }
        }
    }
}

/// How a key is to be exported.
#[derive(Clone, Copy, Debug)]
pub struct Export<'a> {
    /// The form.
    pub form: ExportForm,
    /// Exportability of the exported copy, if it is to be less than that of the key.
    pub exportability: Option<Exportability>,
    /// For a key of a variant LMK that goes into a block: its attributes there. A key block brings its own.
    pub attributes: Option<&'a KeyAttributes>,
}

/// Keys that protect others, and keys of those who encrypt data for them: not to leave without a block.
/// Source: host-commands, A8.
const BLOCK_FORMS_ONLY: &[[u8; 2]] = &[*b"K0", *b"52", *b"D0", *b"21", *b"22"];

/// The same under a variant LMK: ZMK, ZEK, DEK.
const BLOCK_FORMS_ONLY_TYPES: &[KeyType] = &[KeyType(*b"000"), KeyType(*b"00A"), KeyType(*b"00B")];

impl<U: KeyWrapping> Key<U> {
    /// Puts a key under this one. Open this one for [`crate::Purpose::Encrypt`].
    ///
    /// The copy keeps the key's usage, mode, version and optional blocks; its exportability can only be narrowed.
    /// Exportability N forbids every form, E every form that is not a block.
    ///
    /// # Errors
    /// [`KeyRefused`]
    pub fn export(
        &self,
        key: &AnyKey,
        export: &Export<'_>,
        random: &mut dyn Random,
        rules: &KeyRules,
    ) -> Result<KeyField, KeyRefused> {
        check_strength(self, key)?;
        let secret = self.material.clear();
        let (wrapping, reserved) = match export.form {
            ExportForm::Cryptogram(scheme) => return self.export_cryptogram(key, scheme, rules),
            ExportForm::X9143(version) => {
                let usual = match self.algorithm {
                    Algorithm::Tdes => b'B',
                    Algorithm::Aes => b'D',
                };
                let version = version.unwrap_or(usual);
                // A and C are read where the rules allow it, but never made.
                if !matches!(version, b'B' | b'D') {
                    return Err(KeyRefused::Scheme);
                }
                (BlockWrapping::x9143(secret, self.algorithm, version)?, *b"00")
            }
            ExportForm::Thales => (BlockWrapping::thales(secret, self.algorithm)?, *b"FF"),
        };
        let exported = exported_attributes(key, export, rules)?;
        wrapping
            .seal(&key.material, key.algorithm, &exported, reserved, random)
            .map(KeyField::Block)
    }

    fn export_cryptogram(
        &self,
        key: &AnyKey,
        scheme: KeyScheme,
        rules: &KeyRules,
    ) -> Result<KeyField, KeyRefused> {
        if !rules.variant_schemes {
            return Err(KeyRefused::Scheme);
        }
        let permitted = match &key.binding {
            Binding::Block(said) => {
                said.exportability == Exportability::Sensitive
                    && !BLOCK_FORMS_ONLY.contains(&said.usage)
            }
            Binding::Variant(key_type) => !BLOCK_FORMS_ONLY_TYPES.contains(key_type),
        };
        if !permitted {
            return Err(KeyRefused::NotExportable);
        }
        if self.algorithm == Algorithm::Aes || key.algorithm == Algorithm::Aes {
            return Err(KeyRefused::Algorithm);
        }
        let wrapping =
            WrappingKey::zmk(self.material.clear(), 0).map_err(|_| KeyRefused::Length)?;
        cryptogram::seal(&wrapping, &key.material, scheme).map(KeyField::Cryptogram)
    }
}

/// The attributes of the exported copy: the key's own, or narrower.
fn exported_attributes(
    key: &AnyKey,
    export: &Export<'_>,
    rules: &KeyRules,
) -> Result<KeyAttributes, KeyRefused> {
    let own = match (&key.binding, export.attributes) {
        (Binding::Block(said), None) => said.clone(),
        (Binding::Block(_), Some(_)) => return Err(KeyRefused::Widened),
        (Binding::Variant(key_type), Some(wanted)) => key.bound(*key_type, wanted, rules)?,
        (Binding::Variant(_), None) => return Err(KeyRefused::Usage),
    };
    // What a variant LMK holds carries no exportability; the attributes speak of the copy alone.
    if matches!(key.binding, Binding::Block(_)) && own.exportability == Exportability::None {
        return Err(KeyRefused::NotExportable);
    }
    let exportability = export.exportability.unwrap_or(own.exportability);
    if !attributes::exportability_narrows(own.exportability, exportability) {
        return Err(KeyRefused::Widened);
    }
    Ok(KeyAttributes { exportability, ..own })
}
