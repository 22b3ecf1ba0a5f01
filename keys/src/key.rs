//! A key with one usage.

use crate::attributes;
use crate::cryptogram;
use crate::defence::{Defence, cipher_used};
use crate::lmk::{Lmk, LmkKeys};
use crate::material::{Algorithm, Material};
use crate::refusal::KeyRefused;
use crate::rules::KeyRules;
use crate::strength;
use crate::usage::{Role, Usage};
use payhsm_crypto::cipher::BlockKey;
use payhsm_protocol::field::{CheckValue, Cryptogram, KeyBlock, KeyField, KeyType};
use std::fmt;
use std::marker::PhantomData;

/// What a command is about to do with a key; checked against the mode of use in the key's block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Encrypt data or PIN blocks, or export keys: modes B, E, N.
    Encrypt,
    /// Decrypt data or PIN blocks, or import keys: modes B, D, N.
    Decrypt,
    /// Both of these with one key: modes B, N.
    EncryptAndDecrypt,
    /// Compute a MAC, CVV, PVV, offset or PIN: modes C, G, N.
    Generate,
    /// Compare one with what a caller sent: modes C, V, N.
    Verify,
    /// Both of these with one key: modes C, N.
    GenerateAndVerify,
    /// Derive the key of a card: modes X, N.
    Derive,
}

impl Purpose {
    /// Whether a key with this mode of use (X9.143 table 8) may serve. S, T and Y never do.
    const fn is_permitted_by(self, mode: u8) -> bool {
        match mode {
            b'N' => true,
            b'B' => matches!(self, Self::Encrypt | Self::Decrypt | Self::EncryptAndDecrypt),
            b'E' => matches!(self, Self::Encrypt),
            b'D' => matches!(self, Self::Decrypt),
            b'C' => matches!(self, Self::Generate | Self::Verify | Self::GenerateAndVerify),
            b'G' => matches!(self, Self::Generate),
            b'V' => matches!(self, Self::Verify),
            b'X' => matches!(self, Self::Derive),
            _ => false,
        }
    }
}

/// A clear key that serves usage `U` and nothing else.
///
/// There is no way to its bytes; what can be done with it are the methods for its usage. Wiped when dropped.
pub struct Key<U: Usage> {
    pub(crate) material: Material,
    pub(crate) algorithm: Algorithm,
    /// What the block said; a cryptogram says nothing.
    pub(crate) block_usage: Option<[u8; 2]>,
    usage: PhantomData<fn() -> U>,
}

impl<U: Usage> Key<U> {
    /// Opens a key under `lmk` for `purpose`.
    ///
    /// The order of the checks: form of the key against the LMK; MAC, before anything in the block is believed;
    /// usage; algorithm; mode of use; that it is no component; length; for a cryptogram parity; weak and equal parts.
    /// A stored key that is only named has to be put in place of its name before.
    /// The LMK id in a block is not compared: the MAC decides (see [`crate::Lmk`]).
    ///
    /// # Errors
    /// [`KeyRefused`]. A cryptogram for a usage of several key types needs [`Key::open_as`].
    pub fn open(
        lmk: &Lmk,
        field: &KeyField,
        purpose: Purpose,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        match field {
            KeyField::Block(block) => Self::open_block(lmk, block, U::ROLES, purpose, rules),
            KeyField::Cryptogram(cryptogram) => match U::ROLES {
                [role] => Self::open_cryptogram(lmk, cryptogram, role, rules),
                _ => Err(KeyRefused::KeyType),
            },
            KeyField::Stored(_) => Err(KeyRefused::Scheme),
        }
    }

    /// As [`Key::open`], where the request says by a key type which of its usages the key has.
    ///
    /// `FFF` leaves it to the block; any other type must be one of the usage's, and a block must then be of its role.
    ///
    /// # Errors
    /// [`KeyRefused`]
    pub fn open_as(
        lmk: &Lmk,
        key_type: KeyType,
        field: &KeyField,
        purpose: Purpose,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        if key_type == KeyType::KEY_BLOCK {
            return match field {
                KeyField::Block(block) => Self::open_block(lmk, block, U::ROLES, purpose, rules),
                KeyField::Cryptogram(_) => Err(KeyRefused::KeyType),
                KeyField::Stored(_) => Err(KeyRefused::Scheme),
            };
        }
        let role = U::ROLES
            .iter()
            .find(|role| role.key_type(rules) == Some(key_type))
            .ok_or(KeyRefused::KeyType)?;
        match field {
            KeyField::Block(block) => {
                Self::open_block(lmk, block, std::slice::from_ref(role), purpose, rules)
            }
            KeyField::Cryptogram(cryptogram) => Self::open_cryptogram(lmk, cryptogram, role, rules),
            KeyField::Stored(_) => Err(KeyRefused::Scheme),
        }
    }

    fn open_block(
        lmk: &Lmk,
        block: &KeyBlock,
        roles: &[Role],
        purpose: Purpose,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        let material = lmk.unwrap(block)?;
        let (said, algorithm) = attributes::read(block, material.len())?;
        let serves = |role: &&Role| role.usages.contains(&said.usage) || !Defence::Usages.holds();
        let role = roles.iter().find(serves);
        let role = role.ok_or(KeyRefused::Usage)?;
        let serves = match algorithm {
            Algorithm::Tdes => role.tdes,
            Algorithm::Aes => role.aes,
        };
        if !serves {
            return Err(KeyRefused::Algorithm);
        }
        if !purpose.is_permitted_by(said.mode_of_use) {
            return Err(KeyRefused::ModeOfUse);
        }
        // A part of a key is no key, though it has the length of one.
        if attributes::is_component(&said) {
            return Err(KeyRefused::Usage);
        }
        Self::new(material, algorithm, Some(said.usage), role, rules)
    }

    fn open_cryptogram(
        lmk: &Lmk,
        cryptogram: &Cryptogram,
        role: &Role,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        let LmkKeys::Variant(keys) = &lmk.keys else { return Err(KeyRefused::Scheme) };
        if !rules.variant_schemes {
            return Err(KeyRefused::Scheme);
        }
        let key_type = role.key_type(rules).ok_or(KeyRefused::Scheme)?;
        let wrapping = keys.wrapping_key(key_type)?;
        let material = cryptogram::open(&wrapping, cryptogram)?;
        if !material.is_parity_odd() {
            return Err(KeyRefused::Parity);
        }
        Self::new(material, Algorithm::Tdes, None, role, rules)
    }

    fn new(
        material: Material,
        algorithm: Algorithm,
        block_usage: Option<[u8; 2]>,
        role: &Role,
        rules: &KeyRules,
    ) -> Result<Self, KeyRefused> {
        if role.double_only && material.len() != 16 {
            return Err(KeyRefused::Length);
        }
        strength::check(&material, algorithm, rules)?;
        Ok(Self { material, algorithm, block_usage, usage: PhantomData })
    }

    /// What cipher the key is for.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the key is a TDES key of more than single length, at which the IBM 3624 commands warn with code 02.
    #[must_use]
    pub fn is_double_or_triple(&self) -> bool {
        self.algorithm == Algorithm::Tdes && self.material.len() > 8
    }

    /// The check value that people know it by: 3 bytes.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`], which cannot happen to a key that was opened.
    pub fn check_value(&self) -> Result<CheckValue, KeyRefused> {
        let whole = self.algorithm.check_value(self.material.clear())?;
        Ok(CheckValue(whole.into_iter().take(3).collect()))
    }

    /// The key expanded for its cipher. Its length was checked when it was opened.
    pub(crate) fn cipher(&self) -> Result<BlockKey, KeyRefused> {
        cipher_used();
        self.material.expand(self.algorithm).ok_or(KeyRefused::Internal)
    }
}

impl<U: Usage> fmt::Debug for Key<U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
