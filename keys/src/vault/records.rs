//! What is in the records of the store. All begin with the version of their text, 1.
//!
//! | record | holds |
//! |---|---|
//! | `key/LABEL` | a [`LabelledKey`] |
//! | `zone/NAME` | a zone, as the officers' protocol has it |
//! | `table/LABEL` | a [`Table`] for the PVK of that label |
//! | `officers/list` | all officers |
//! | `about/NN` | what is known of the LMK with that id: an [`LmkAbout`] |
//! | `lmk/NN` | secret: an LMK besides the master |
//! | `old/lmk` | secret: the master before |
//! | `change/new`, `change/old` | secret: while the master is changed, each sealed by the other |
//! | `change/about` | an [`LmkAbout`] of the new one |
//! | `audit/keys` | secret: the [`AuditKeys`](crate::AuditKeys) in force |
//! | `audit/before` | secret: those before, until the log says that they were replaced |
//! | `state/keys` | secret: the [`StateKeys`](crate::StateKeys) |
//!
//! Keys of the log are their version and 64 bytes: seed of the signing key, HMAC key; keys of the state the same, for ids
//! and seals. Any other secret is its version,
//! id and number (4 bytes, big endian) of the LMK, and its 32 bytes.

use super::VaultRefused;
use crate::lmk::LmkSecret;
use crate::store::StoreRefused;
use payhsm_arena::ArenaBox;
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{CheckValue, KeyAttributes, KeyBlock, LmkId};
use payhsm_protocol::officer::Quorum;

/// The new master, sealed by the one in force.
pub(super) const NEXT: &str = "change/new";
/// The master in force, sealed by the new one.
pub(super) const BEFORE: &str = "change/old";
/// What is known of the new master.
pub(super) const NEXT_ABOUT: &str = "change/about";
/// The master before the one in force.
pub(super) const OLD: &str = "old/lmk";
/// The keys of the audit log.
pub(super) const AUDIT: &str = "audit/keys";
/// The keys of the audit log that were replaced, and the log may not say so yet.
pub(super) const AUDIT_BEFORE: &str = "audit/before";
/// The keys of the rows of state.
pub(super) const STATE: &str = "state/keys";
/// All officers.
pub(super) const OFFICERS: &str = "officers/list";

const VERSION: u8 = 1;

pub(super) fn key_name(label: &str) -> String {
    format!("key/{label}")
}

pub(super) fn zone_name(name: &str) -> String {
    format!("zone/{name}")
}

pub(super) fn table_name(label: &str) -> String {
    format!("table/{label}")
}

pub(super) fn lmk_name(id: LmkId) -> String {
    format!("lmk/{id}")
}

pub(super) fn about_name(id: LmkId) -> String {
    format!("about/{id}")
}

/// The text of a record.
pub(super) fn encode(fields: &impl Compact) -> Result<Vec<u8>, VaultRefused> {
    let mut text = vec![VERSION];
    fields.put(&mut text).map_err(|_| StoreRefused::TooLong)?;
    Ok(text)
}

/// What the text of the record `name` says.
pub(super) fn decode<T: Compact>(name: &str, text: &[u8]) -> Result<T, VaultRefused> {
    let fields = text.strip_prefix(&[VERSION]).and_then(|text| T::take(text).ok());
    fields.ok_or_else(|| VaultRefused::Record(name.to_owned()))
}

/// A key that officers put in, under the master LMK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledKey {
    /// Thales block under the master LMK.
    pub block: KeyBlock,
    /// Place in user storage, 000 to FFF.
    pub slot: Option<u16>,
    /// What the block says.
    pub attributes: KeyAttributes,
    /// 3 bytes.
    pub check_value: CheckValue,
    /// Whether it may be used.
    pub enabled: bool,
    /// Who made it, and when.
    pub made: String,
}

impl LabelledKey {
    pub(super) fn to_text(&self) -> Result<Vec<u8>, VaultRefused> {
        let Self { block, slot, attributes, check_value, enabled, made } = self.clone();
        encode(&(block, slot, attributes, check_value, enabled, made))
    }

    pub(super) fn from_text(name: &str, text: &[u8]) -> Result<Self, VaultRefused> {
        let (block, slot, attributes, check_value, enabled, made) = decode(name, text)?;
        Ok(Self { block, slot, attributes, check_value, enabled, made })
    }
}

/// A decimalisation table and the PVK that it serves. Mute, for whoever knows tables is nearer to PINs.
#[derive(Clone, PartialEq, Eq)]
pub struct Table {
    /// Sixteen digits.
    pub(super) digits: [u8; 16],
    /// Check value of the PVK.
    pub(super) check_value: CheckValue,
}

impl Table {
    /// Check value of the PVK that it serves.
    #[must_use]
    pub fn check_value(&self) -> &CheckValue {
        &self.check_value
    }

    pub(super) fn to_text(&self) -> Result<Vec<u8>, VaultRefused> {
        encode(&(self.digits, self.check_value.clone()))
    }

    pub(super) fn from_text(name: &str, text: &[u8]) -> Result<Self, VaultRefused> {
        let (digits, check_value) = decode(name, text)?;
        Ok(Self { digits, check_value })
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Table(…)")
    }
}

/// What is known of an LMK besides the LMK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LmkAbout {
    /// Its id.
    pub id: LmkId,
    /// Its check value, as NC answers it; computed when an LMK is put in.
    pub check_value: CheckValue,
    /// How many shares there are and how many are needed; none for a test LMK.
    pub quorum: Option<Quorum>,
    /// Who holds them.
    pub holders: Vec<String>,
}

impl LmkAbout {
    /// The same with the check value that this LMK has.
    pub(super) fn with(&self, lmk: &LmkSecret) -> Result<Self, VaultRefused> {
        Ok(Self { check_value: lmk.check_value()?, ..self.clone() })
    }

    pub(super) fn to_text(&self) -> Result<Vec<u8>, StoreRefused> {
        let Self { id, check_value, quorum, holders } = self.clone();
        encode(&(id, check_value, quorum, holders)).map_err(|_| StoreRefused::TooLong)
    }

    pub(super) fn from_text(name: &str, text: &[u8]) -> Result<Self, VaultRefused> {
        let (id, check_value, quorum, holders) = decode(name, text)?;
        Ok(Self { id, check_value, quorum, holders })
    }
}

/// An LMK as a record.
pub(super) struct SecretRecord {
    pub(super) id: LmkId,
    /// Its number in the store; 0 for one that seals nothing there.
    pub(super) number: u32,
    pub(super) secret: LmkSecret,
}

impl SecretRecord {
    pub(super) fn text(
        id: LmkId,
        number: u32,
        secret: &LmkSecret,
    ) -> Result<ArenaBox<[u8]>, VaultRefused> {
        let arena = payhsm_arena::global().map_err(|_| StoreRefused::Memory)?;
        let mut text = arena.zeroed(6 + LmkSecret::LENGTH).map_err(|_| StoreRefused::Memory)?;
        let [n3, n2, n1, n0] = number.to_be_bytes();
        let (head, place) = text.split_at_mut(6);
        head.copy_from_slice(&[VERSION, id.0, n3, n2, n1, n0]);
        place.copy_from_slice(secret.bytes()?);
        Ok(text)
    }

    pub(super) fn open(text: ArenaBox<[u8]>) -> Result<Self, VaultRefused> {
        let &[VERSION, id, n3, n2, n1, n0, ref secret @ ..] = &*text else {
            return Err(VaultRefused::Record("lmk".to_owned()));
        };
        let secret = LmkSecret::copy_of(secret)?;
        Ok(Self { id: LmkId(id), number: u32::from_be_bytes([n3, n2, n1, n0]), secret })
    }
}
