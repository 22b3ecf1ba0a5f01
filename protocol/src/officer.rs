//! The language between the officers' console and the daemon, over a local socket.
//!
//! A frame is two lengths (u32, big endian), a message of the first length and a secret of the second:
//! a component or an opened share, which the daemon reads straight into secret memory. Replies have no secret; shares
//! leave the daemon sealed. The message is encoded as in the compact dialect.

use crate::field::{CheckValue, KeyAttributes, LmkId};
use wincode::{SchemaRead, SchemaWrite};

/// The longest message, bytes.
pub const MAX_MESSAGE: usize = 256 * 1024;

/// The longest secret, bytes.
pub const MAX_SECRET: usize = 256;

/// What a login signs: this text, the challenge, the appliance's id, the officer's name.
pub const LOGIN_CONTEXT: &[u8] = b"payhsm officer login v1";

/// An officer as the appliance knows him or her: public keys only.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Officer {
    /// 1 to 32 characters: letters, digits, `-`, `_`, `.`.
    pub name: String,
    /// Ed25519 public key.
    pub signing_key: [u8; 32],
    /// X25519 public key.
    pub sealing_key: [u8; 32],
}

/// How many of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Quorum {
    /// Shares that bring the LMK back, 2 or more.
    pub needed: u8,
    /// Shares that there are, up to 9.
    pub of: u8,
}

/// What officers ask for.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Act {
    /// What is this, and how does it stand? Needs nobody.
    Status,
    /// Brings an officer to this connection: signature over [`LOGIN_CONTEXT`], challenge, appliance id, name.
    Login {
        /// Who.
        name: String,
        /// Ed25519 signature, 64 bytes.
        signature: Vec<u8>,
        /// The highest generation of this appliance's store that the officer's file has seen.
        seen_generation: u64,
    },
    /// Takes an officer off this connection.
    Logout {
        /// Who.
        name: String,
    },
    /// Enrols an officer.
    Enrol(Officer),
    /// Removes an officer; at least as many must stay as the LMK's quorum needs.
    Remove {
        /// Who.
        name: String,
    },
    /// Starts forming a secret of components.
    BeginComponents(Forming),
    /// The next component, as the secret of this frame; answers its check value, and nothing counts yet.
    Component,
    /// The component just entered counts.
    KeepComponent,
    /// It was mistyped; it is entered again.
    DropComponent,
    /// All components are in: answers the check value of the whole, which is then kept.
    FinishComponents,
    /// Forgets whatever was being put together.
    Abandon,
    /// Makes an LMK inside, and splits it.
    GenerateLmk {
        /// Its id; the first one is the master.
        id: LmkId,
        /// How many of how many.
        quorum: Quorum,
        /// Who gets the shares, one each.
        holders: Vec<String>,
    },
    /// A share of the master LMK, as the secret of this frame. With the last one that is needed the appliance unseals.
    Unseal,
    /// Two officers accept that the store is older than it should be, after a restore.
    AcceptOlderStore,
    /// Forgets the LMKs: the appliance is sealed again.
    Seal,
    /// Replaces the master LMK by one made inside and moves everything under it.
    ChangeLmk {
        /// How many of how many, of the new one.
        quorum: Quorum,
        /// Who gets its shares.
        holders: Vec<String>,
    },
    /// How far the migration is; also goes on with one that stopped.
    ContinueMigration,
    /// Erases the old LMK that BW and LO use.
    EraseOldLmk,
    /// Erases the LMK and the store: the appliance is as new. Takes the appliance's id, typed.
    Erase {
        /// To be sure.
        appliance: String,
    },
    /// Makes a working key inside.
    GenerateKey(NewKey),
    /// Imports a working key under a ZMK that is in the store.
    ImportKey {
        /// What it is to be.
        key: NewKey,
        /// Label of the ZMK.
        zmk: String,
        /// The X9.143 block, text as it came.
        block: String,
    },
    /// Exports a working key under a ZMK, as an X9.143 block.
    ExportKey {
        /// Which.
        label: String,
        /// Label of the ZMK.
        zmk: String,
    },
    /// Lists the keys.
    ListKeys,
    /// Disables or enables a key.
    EnableKey {
        /// Which.
        label: String,
        /// Whether it may be used from now on.
        enabled: bool,
    },
    /// Destroys a key.
    DestroyKey {
        /// Which.
        label: String,
    },
    /// Makes or changes a zone.
    SetZone(Zone),
    /// Lists the zones.
    ListZones,
    /// Removes a zone.
    RemoveZone {
        /// Which.
        name: String,
    },
    /// Keeps a decimalisation table, bound to a PVK.
    SetTable {
        /// Label of the PVK.
        pvk: String,
        /// Sixteen digits: at least eight different ones, none more than four times.
        digits: String,
    },
    /// Authorises an activity for a time.
    Authorise {
        /// Such as `export.P0.host`; `*` stands for every key type.
        activity: String,
        /// 1 to 720.
        minutes: u16,
    },
    /// Takes an authorisation back.
    Revoke {
        /// As it was authorised.
        activity: String,
    },
    /// Lists what is authorised.
    ListAuthorised,
    /// Copies the store, as it is, to a file beside it.
    Backup {
        /// Name of the file, in the appliance's `backup` folder.
        file: String,
    },
    /// Reads the configuration and the certificates again.
    Reload,
}

/// What is to become of components.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Forming {
    /// An LMK, of three or more components of 32 bytes, then split.
    Lmk {
        /// Its id.
        id: LmkId,
        /// Components, 3 to 9.
        components: u8,
        /// How many of how many.
        quorum: Quorum,
        /// Who gets the shares.
        holders: Vec<String>,
    },
    /// A working key, of two or more components.
    Key {
        /// What it is to be.
        key: NewKey,
        /// Components, 2 to 9.
        components: u8,
    },
}

/// A working key to be.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct NewKey {
    /// 1 to 32 characters: letters, digits, `-`, `_`, `.`.
    pub label: String,
    /// Place in user storage, 000 to FFF, if the host dialect is to name it (`K` and three digits).
    pub slot: Option<u16>,
    /// Usage, algorithm and length, mode of use, exportability.
    pub attributes: KeyAttributes,
}

/// A partner: the keys that are shared with it, and who may use them.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Zone {
    /// 1 to 3 letters or digits.
    pub name: String,
    /// Label of its ZMK.
    pub zmk: Option<String>,
    /// Label of its ZPK.
    pub zpk: Option<String>,
    /// Label of its ZEK.
    pub zek: Option<String>,
    /// How values leave for it: `E1` to `E7`; `E6` is the default.
    pub export_profile: String,
    /// Names of the callers that may name it; empty means none.
    pub callers: Vec<String>,
}

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
    /// To [`Act::Status`].
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
    /// To [`Act::ListKeys`].
    Keys(Vec<KeyLine>),
    /// To [`Act::ListZones`].
    Zones(Vec<Zone>),
    /// To [`Act::ListAuthorised`].
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
