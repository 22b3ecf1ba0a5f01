//! What the daemon answers.

use super::{Officer, Quorum, Zone};
use crate::field::{CheckValue, KeyAttributes, LmkId};
use wincode::{SchemaRead, SchemaWrite};

/// What the daemon answers.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Answer {
    /// Done; a sentence for the person, and the generation of the store now.
    Done {
        /// What was done.
        said: String,
        /// Of the store.
        generation: u64,
    },
    /// Not done, and nothing was changed: a sentence for the person.
    Refused(String),
    /// To [`Act::Status`](super::Act::Status).
    Status(Box<Status>),
    /// To a component or its whole: the check value, and how many are in of how many.
    Progress {
        /// Of what was just entered, or of the whole.
        check_value: Option<CheckValue>,
        /// In so far: components, shares, or records migrated.
        have: u64,
        /// In all.
        of: u64,
    },
    /// An LMK was made and split.
    Split {
        /// Its check value.
        check_value: CheckValue,
        /// For each holder.
        shares: Vec<SealedShare>,
        /// Generation of the store.
        generation: u64,
    },
    /// An exported key.
    Block {
        /// X9.143, text.
        block: String,
        /// Of the key.
        check_value: CheckValue,
    },
    /// To [`Act::ListOfficers`](super::Act::ListOfficers).
    Officers(Vec<Officer>),
    /// To [`Act::ListKeys`](super::Act::ListKeys).
    Keys {
        /// By label.
        lines: Vec<KeyLine>,
        /// There are others after the last one.
        more: bool,
    },
    /// To [`Act::ListZones`](super::Act::ListZones).
    Zones {
        /// By name.
        lines: Vec<Zone>,
        /// There are others after the last one.
        more: bool,
    },
    /// To [`Act::ListTables`](super::Act::ListTables).
    Tables {
        /// By PVK.
        lines: Vec<TableLine>,
        /// There are others after the last one.
        more: bool,
    },
    /// To [`Act::ListAuthorised`](super::Act::ListAuthorised).
    Authorised(Vec<AuthorisedLine>),
}

/// A share, sealed to its holder.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct SealedShare {
    /// Who can open it.
    pub holder: String,
    /// Which of them, from 1.
    pub index: u8,
    /// The LMK.
    pub lmk: LmkId,
    /// HPKE: encapsulated key, then ciphertext.
    pub sealed: Vec<u8>,
}

/// How an appliance stands.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Status {
    /// 16 hex digits, made once.
    pub appliance: String,
    /// What a login on this connection signs.
    pub challenge: [u8; 32],
    /// `uninitialised`, `sealed`, `operational` or `tampered`.
    pub state: String,
    /// Why it is tampered, or what else a person should know; empty if nothing.
    pub notes: Vec<String>,
    /// `development`, `issuer` or `acquirer`.
    pub profile: String,
    /// Of the daemon.
    pub version: String,
    /// `secret` (memfd_secret) or `locked` (mlock).
    pub memory: String,
    /// Generation of the store.
    pub generation: u64,
    /// The LMKs, as far as they are known.
    pub lmks: Vec<LmkLine>,
    /// Names of all officers.
    pub officers: Vec<String>,
    /// Names of the officers on this connection.
    pub present: Vec<String>,
    /// Shares that were given so far, of how many; while sealed.
    pub shares: Option<Quorum>,
    /// The audit log; none if there is none.
    pub log: Option<LogLine>,
}

/// How the audit log stands; why nothing can be written to it is among the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct LogLine {
    /// What its checkpoints call it; empty as long as nothing was signed.
    pub name: String,
    /// Records of the last checkpoint.
    pub size: u64,
    /// When that was written (RFC 3339).
    pub signed: String,
    /// `durable` or `relaxed`.
    pub durability: String,
}

/// An LMK in a list.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct LmkLine {
    /// Its id.
    pub id: LmkId,
    /// Such as `AES-256 key block`.
    pub scheme: String,
    /// Its check value.
    pub check_value: CheckValue,
    /// `master`, `live`, `old` or `test`.
    pub role: String,
    /// Who holds its shares.
    pub holders: Vec<String>,
    /// How many of them it takes; none for a test LMK.
    pub quorum: Option<Quorum>,
}

/// A key in a list.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct KeyLine {
    /// Its label.
    pub label: String,
    /// Its place in user storage.
    pub slot: Option<u16>,
    /// Usage, algorithm, mode of use, exportability.
    pub attributes: KeyAttributes,
    /// Its check value.
    pub check_value: CheckValue,
    /// Whether it may be used.
    pub enabled: bool,
    /// Who made it, and when (RFC 3339).
    pub made: String,
}

/// A decimalisation table in a list, without its digits.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct TableLine {
    /// Label of the PVK.
    pub pvk: String,
    /// Check value of the PVK that it was bound to.
    pub check_value: CheckValue,
    /// Whether the key of that label is still the one that it was bound to.
    pub serves: bool,
}

/// An activity in a list.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct AuthorisedLine {
    /// The activity.
    pub activity: String,
    /// Seconds left.
    pub seconds_left: u32,
    /// Who authorised it.
    pub officers: Vec<String>,
}
