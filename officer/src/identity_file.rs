//! An officer's file: public keys to read, private keys sealed by the passphrase (Argon2id, AES-256-GCM; everything in front of the
//! seal is its additional data).

use crate::identity::{Identity, Lock, PrivateKeys, public_half};
use crate::passphrase::{Cost, SALT};
use crate::random::Random;
use crate::{OfficerError, file, login, text};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use payhsm_protocol::officer::Officer;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What the file names end in, without the dot.
pub const EXTENSION: &str = "officer";

const KIND: &str = "an officer's file";
const FORMAT: &str = "payhsm officer 1";
const SEAL: &str = "\n[sealed]\n";

/// An officer's file as read: the private keys are still sealed.
pub struct IdentityFile {
    officer: Officer,
    cost: Cost,
    salt: [u8; SALT],
    seen: BTreeMap<String, u64>,
    header: String,
    nonce: [u8; 12],
    sealed: [u8; 64],
    tag: [u8; 16],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "format")]
    _format: String,
    name: String,
    signing_key: String,
    sealing_key: String,
    passphrase: Passphrase,
    seen: BTreeMap<String, u64>,
    sealed: Sealed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passphrase {
    function: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
    #[serde(default)]
    development_only: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    cipher: String,
    nonce: String,
    private_keys: String,
    tag: String,
}

impl IdentityFile {
    /// Reads an officer's file.
    ///
    /// # Errors
    /// [`OfficerError::Read`], [`OfficerError::NotOne`], [`OfficerError::Version`], [`OfficerError::Damaged`], [`OfficerError::Cost`].
    pub fn read(path: &Path) -> Result<Self, OfficerError> {
        Self::parse(&file::read(path)?)
    }

    /// Takes an officer's file apart.
    ///
    /// # Errors
    /// As [`IdentityFile::read`].
    pub fn parse(text: &str) -> Result<Self, OfficerError> {
        let body = text::checked(text, KIND, FORMAT)?;
        let (header, _) = body.split_once(SEAL).ok_or(OfficerError::Damaged)?;
        let content: Content = toml::from_str(body).map_err(|_| OfficerError::Damaged)?;
        let passphrase = &content.passphrase;
        let cost = Cost {
            memory_kib: passphrase.memory_kib,
            passes: passphrase.passes,
            lanes: passphrase.lanes,
        };
        let known = passphrase.function == "argon2id" && content.sealed.cipher == "AES-256-GCM";
        if !known
            || !cost.is_bearable()
            || cost.is_development_only() != passphrase.development_only
        {
            return Err(OfficerError::Cost);
        }
        login::check_name(&content.name).map_err(|_| OfficerError::Damaged)?;
        Ok(Self {
            officer: Officer {
                signing_key: text::bytes(&content.signing_key)?,
                sealing_key: text::bytes(&content.sealing_key)?,
                name: content.name,
            },
            cost,
            salt: text::bytes(&passphrase.salt)?,
            seen: content.seen,
            header: header.to_owned(),
            nonce: text::bytes(&content.sealed.nonce)?,
            sealed: text::bytes(&content.sealed.private_keys)?,
            tag: text::bytes(&content.sealed.tag)?,
        })
    }

    /// The public half.
    #[must_use]
    pub const fn officer(&self) -> &Officer {
        &self.officer
    }

    /// Whether the passphrase protects next to nothing.
    #[must_use]
    pub const fn is_development_only(&self) -> bool {
        self.cost.is_development_only()
    }

    /// What a guess at the passphrase costs.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }

    /// The highest generations seen, by appliance; as the file says, not proven before it is unlocked.
    #[must_use]
    pub const fn seen(&self) -> &BTreeMap<String, u64> {
        &self.seen
    }

    /// Opens the file with its passphrase. Takes a part of a second.
    ///
    /// # Errors
    /// [`OfficerError::WrongPassphrase`]; also for a file that was changed by somebody who made its check fit again.
    pub fn unlock(&self, passphrase: &[u8]) -> Result<Identity, OfficerError> {
        let lock =
            Lock { cost: self.cost, salt: self.salt, key: self.cost.key(passphrase, &self.salt)? };
        let mut keys = PrivateKeys::new(self.sealed);
        cipher(&lock)
            .decrypt_inout_detached(
                &Nonce::from(self.nonce),
                self.header.as_bytes(),
                keys.as_mut_slice().into(),
                &Tag::from(self.tag),
            )
            .map_err(|_| OfficerError::WrongPassphrase)?;
        if public_half(&self.officer.name, &keys)? != self.officer {
            return Err(OfficerError::Damaged);
        }
        Ok(Identity { officer: self.officer.clone(), keys, lock, seen: self.seen.clone() })
    }
}

impl std::fmt::Debug for IdentityFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IdentityFile").field("officer", &self.officer).finish_non_exhaustive()
    }
}

impl Identity {
    /// The text of the officer's file, sealed anew.
    ///
    /// # Errors
    /// [`OfficerError::Random`].
    pub fn to_text(&self, random: &mut impl Random) -> Result<String, OfficerError> {
        let header = self.header();
        let mut nonce = [0; 12];
        random.fill(&mut nonce)?;
        let mut sealed = self.keys.clone();
        let tag = cipher(&self.lock)
            .encrypt_inout_detached(
                &Nonce::from(nonce),
                header.as_bytes(),
                sealed.as_mut_slice().into(),
            )
            .map_err(|_| OfficerError::Random)?;
        Ok(text::with_check(&format!(
            "{header}{SEAL}cipher = \"AES-256-GCM\"\nnonce = \"{}\"\nprivate_keys = \"{}\"\ntag = \"{}\"\n",
            hex::encode(nonce),
            hex::encode(*sealed),
            hex::encode(tag)
        )))
    }

    /// Writes the officer's file for the first time.
    ///
    /// # Errors
    /// [`OfficerError::Exists`], [`OfficerError::Write`], [`OfficerError::Random`].
    pub fn write_new(&self, path: &Path, random: &mut impl Random) -> Result<(), OfficerError> {
        file::write_new(path, &self.to_text(random)?)
    }

    /// Writes the officer's file again, in place of the old one.
    ///
    /// # Errors
    /// [`OfficerError::Write`], [`OfficerError::Random`]; the old file is then still there.
    pub fn replace(&self, path: &Path, random: &mut impl Random) -> Result<(), OfficerError> {
        file::replace(path, &self.to_text(random)?)
    }

    fn header(&self) -> String {
        let (officer, cost) = (&self.officer, self.lock.cost);
        let mut header = format!(
            "# An officer of a payhsm appliance. It opens with its owner's passphrase alone.\n\
             # Keep it where nobody else gets at it, and a copy of it in another place.\n\
             format = \"{FORMAT}\"\nname = \"{}\"\nsigning_key = \"{}\"\nsealing_key = \"{}\"\n\n\
             [passphrase]\nfunction = \"argon2id\"\nmemory_kib = {}\npasses = {}\nlanes = {}\nsalt = \"{}\"\n",
            officer.name,
            hex::encode(officer.signing_key),
            hex::encode(officer.sealing_key),
            cost.memory_kib,
            cost.passes,
            cost.lanes,
            hex::encode(self.lock.salt),
        );
        if cost.is_development_only() {
            header.push_str("# A guess at this passphrase costs nothing. Development only.\n");
            header.push_str("development_only = true\n");
        }
        header.push_str("\n[seen]\n");
        for (appliance, generation) in &self.seen {
            let appliance = toml::Value::from(appliance.as_str());
            header.push_str(&format!("{appliance} = {generation}\n"));
        }
        header
    }
}

fn cipher(lock: &Lock) -> Aes256Gcm {
    Aes256Gcm::new((&*lock.key).into())
}
