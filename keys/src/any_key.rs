//! A key whose usage is data, not type: what key management commands (A0, A6, A8, B0, BU, BW, CS) work on.

use crate::attributes;
use crate::cryptogram;
use crate::defence::Defence;
use crate::key_types;
use crate::lmk::{Lmk, LmkKeys, LmkScheme};
use crate::material::{Algorithm, Material};
use crate::random::Random;
use crate::refusal::KeyRefused;
use crate::rules::KeyRules;
use crate::strength;
use payhsm_protocol::field::{CheckValue, KeyAttributes, KeyBlock, KeyField, KeyScheme, KeyType};
use std::fmt;

/// What binds a key to its purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The authenticated attributes of its key block.
    Block(KeyAttributes),
    /// The key type that it was under, or is to be under, at a variant LMK.
    Variant(KeyType),
}

/// What kind of key to generate.
#[derive(Clone, Copy, Debug)]
pub enum NewKey<'a> {
    /// For a key-block LMK: attributes with an algorithm, as `T2` or `A3`.
    Block(&'a KeyAttributes),
    /// For a variant LMK: key type, and the scheme letter, which says the length.
    Variant(KeyType, KeyScheme),
}

/// A clear key with its binding. It can be sealed, exported and checked, but not used.
pub struct AnyKey {
    pub(crate) material: Material,
    pub(crate) algorithm: Algorithm,
    pub(crate) binding: Binding,
}

impl AnyKey {
    /// A new random key; TDES keys have odd parity, no weak part and no equal parts.
    ///
    /// # Errors
    /// [`KeyRefused`] for attributes that do not exist or do not go together, and for single DES where that is off.
    pub fn generate(
        wanted: NewKey<'_>,
        random: &mut dyn Random,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        let (algorithm, length, binding) = match wanted {
            NewKey::Block(wanted) => {
                let (algorithm, length) = wanted
                    .algorithm
                    .and_then(attributes::cipher_and_length)
                    .ok_or(KeyRefused::Algorithm)?;
                attributes::check(wanted, algorithm)?;
                (algorithm, length, Binding::Block(wanted.clone()))
            }
            NewKey::Variant(key_type, scheme) => {
                if !rules.variant_schemes {
                    return Err(KeyRefused::Scheme);
                }
                if !key_types::is_known(key_type) {
                    return Err(KeyRefused::KeyType);
                }
                let length = match scheme {
                    KeyScheme::Z => 8,
                    KeyScheme::U | KeyScheme::X => 16,
                    KeyScheme::T | KeyScheme::Y => 24,
                    KeyScheme::Thales | KeyScheme::X9143 => return Err(KeyRefused::Scheme),
                };
                (Algorithm::Tdes, length, Binding::Variant(key_type))
            }
        };
        if length == 8 && !rules.single_des {
            return Err(KeyRefused::Length);
        }
        let material = match algorithm {
            Algorithm::Tdes => Material::random_tdes(length, random)?,
            Algorithm::Aes => Material::random(length, random)?,
        };
        Ok(Self { material, algorithm, binding })
    }

    /// Opens a key of any usage under `lmk`.
    ///
    /// A cryptogram needs its key type. For a block the key type may be absent or `FFF`; if it is another, the
    /// block's usage must be one that the type may have.
    ///
    /// # Errors
    /// [`KeyRefused`]
    pub fn open(
        lmk: &Lmk,
        field: &KeyField,
        key_type: Option<KeyType>,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        let key_type = key_type.filter(|key_type| *key_type != KeyType::KEY_BLOCK);
        match field {
            KeyField::Block(block) => {
                let key = Self::from_block(lmk.unwrap(block)?, block, rules)?;
                key.check_type(key_type, rules)?;
                Ok(key)
            }
            KeyField::Cryptogram(cryptogram) => {
                let LmkKeys::Variant(keys) = &lmk.keys else { return Err(KeyRefused::Scheme) };
                if !rules.variant_schemes {
                    return Err(KeyRefused::Scheme);
                }
                let key_type = key_type.ok_or(KeyRefused::KeyType)?;
                let material = cryptogram::open(&keys.wrapping_key(key_type)?, cryptogram)?;
                if !material.is_parity_odd() {
                    return Err(KeyRefused::Parity);
                }
                strength::check(&material, Algorithm::Tdes, rules)?;
                Ok(Self {
                    material,
                    algorithm: Algorithm::Tdes,
                    binding: Binding::Variant(key_type),
                })
            }
            KeyField::Stored(_) => Err(KeyRefused::Scheme),
        }
    }

    /// A key out of a block whose MAC was right.
    pub(crate) fn from_block(
        material: Material,
        block: &KeyBlock,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        let (said, algorithm) = attributes::read(block, material.len())?;
        strength::check(&material, algorithm, rules)?;
        Ok(Self { material, algorithm, binding: Binding::Block(said) })
    }

    /// Refuses a key type that the key cannot have.
    pub(crate) fn check_type(
        &self,
        key_type: Option<KeyType>,
        rules: &KeyRules,
    ) -> Result<(), KeyRefused> {
        let fits = match (&self.binding, key_type) {
            (_, None) => true,
            (Binding::Block(said), Some(key_type)) => {
                key_types::may_be(key_type, said.usage, rules)
            }
            (Binding::Variant(own), Some(key_type)) => *own == key_type,
        };
        if fits { Ok(()) } else { Err(KeyRefused::KeyType) }
    }

    /// Puts the key under `lmk`, in the scheme that the request names: a Thales block with the LMK's id, or a
    /// cryptogram of the key's type.
    ///
    /// # Errors
    /// [`KeyRefused`], as for a scheme that the LMK does not have.
    pub fn seal_under(
        &self,
        lmk: &Lmk,
        scheme: KeyScheme,
        random: &mut dyn Random,
    ) -> Result<KeyField, KeyRefused> {
        match (&self.binding, &lmk.keys, scheme) {
            (
                Binding::Block(said),
                LmkKeys::AesKeyBlock(_) | LmkKeys::TdesKeyBlock(_),
                KeyScheme::Thales,
            ) => {
                if self.algorithm == Algorithm::Aes && lmk.scheme() == LmkScheme::KeyBlockTdes {
                    return Err(KeyRefused::WeakerWrappingKey);
                }
                let wrapping = lmk.wrapping().ok_or(KeyRefused::Internal)?;
                wrapping
                    .seal(&self.material, self.algorithm, said, lmk.id().digits(), random)
                    .map(KeyField::Block)
            }
            (Binding::Variant(key_type), LmkKeys::Variant(keys), _) => {
                let wrapping = keys.wrapping_key(*key_type)?;
                cryptogram::seal(&wrapping, &self.material, scheme).map(KeyField::Cryptogram)
            }
            (Binding::Block(_) | Binding::Variant(_), _, _) => Err(KeyRefused::Scheme),
        }
    }

    /// Gives a key of a variant LMK the attributes that it is to have in a key block (BW, A8 to X9.143).
    ///
    /// # Errors
    /// [`KeyRefused`] for attributes that do not exist or do not belong to the key's type, for those of a component,
    /// and for a key that has attributes already.
    pub fn bind(self, wanted: &KeyAttributes, rules: &KeyRules) -> Result<Self, KeyRefused> {
        let Binding::Variant(key_type) = self.binding else { return Err(KeyRefused::Widened) };
        // A key that serves by itself is never added to another.
        if attributes::is_component(wanted) {
            return Err(KeyRefused::VersionNumber);
        }
        let binding = self.bound(key_type, wanted, rules)?;
        Ok(Self { binding: Binding::Block(binding), ..self })
    }

    /// The attributes of a key of this type, if it may have them.
    pub(crate) fn bound(
        &self,
        key_type: KeyType,
        wanted: &KeyAttributes,
        rules: &KeyRules,
    ) -> Result<KeyAttributes, KeyRefused> {
        attributes::check(wanted, self.algorithm)?;
        if !key_types::may_be(key_type, wanted.usage, rules) {
            return Err(KeyRefused::Usage);
        }
        let algorithm = Some(attributes::algorithm_and_length(self.algorithm, self.material.len()));
        Ok(KeyAttributes { algorithm, ..wanted.clone() })
    }

    /// What binds the key to its purpose.
    #[must_use]
    pub fn binding(&self) -> &Binding {
        &self.binding
    }

    /// What cipher the key is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Bytes in the key: 8, 16, 24 or 32.
    #[must_use]
    pub fn length(&self) -> usize {
        self.material.len()
    }

    /// The check value that commands answer with: 3 bytes.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`], which cannot happen to a key that was opened.
    pub fn check_value(&self) -> Result<CheckValue, KeyRefused> {
        let whole = self.whole_check_value()?;
        let bytes = if Defence::CheckValues.holds() { 3 } else { whole.0.len() };
        Ok(CheckValue(whole.0.into_iter().take(bytes).collect()))
    }

    /// The whole check value, 8 bytes: zeros under TDES, CMAC over a block of zeros under AES.
    ///
    /// For old clients that ask for 16 digits; newer units want an authorisation for it.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`], which cannot happen to a key that was opened.
    pub fn whole_check_value(&self) -> Result<CheckValue, KeyRefused> {
        self.algorithm.check_value(self.material.clear()).map(|value| CheckValue(value.to_vec()))
    }
}

impl fmt::Debug for AnyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyKey(…)")
    }
}
