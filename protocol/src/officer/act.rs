//! What officers ask for.

use super::{Forming, NewKey, Officer, Quorum, Zone};
use crate::field::LmkId;
use wincode::{SchemaRead, SchemaWrite};

/// What officers ask for.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum Act {
    /// What is this, and how does it stand? Needs nobody.
    Status,
    /// Brings an officer to this connection: signature over [`LOGIN_CONTEXT`](super::LOGIN_CONTEXT), challenge, appliance id, name.
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
    /// Lists the officers with their public keys.
    ListOfficers,
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
    /// Splits an LMK that is there once more. Shares of earlier splits stay good.
    ReissueShares {
        /// Which; while the master is being changed, its id means the next one.
        id: LmkId,
        /// How many of how many.
        quorum: Quorum,
        /// Who gets the shares, one each.
        holders: Vec<String>,
    },
    /// A share of the master LMK, as the secret of this frame. With the last one that is needed it is told whether they make
    /// the LMK that is in force; nothing else comes of it.
    TryShare,
    /// Says, for the record, that a credential that unseals without officers is about to be written.
    NoteCredential,
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
    /// Lists the keys by label, as many as one answer takes.
    ListKeys {
        /// The last label of the list before; empty for the first one.
        after: String,
    },
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
    /// Lists the zones by name, as many as one answer takes.
    ListZones {
        /// The last name of the list before; empty for the first one.
        after: String,
    },
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
    /// Lists the tables by PVK, as many as one answer takes; their digits are not told.
    ListTables {
        /// The last PVK of the list before; empty for the first one.
        after: String,
    },
    /// Removes a table.
    RemoveTable {
        /// Label of the PVK.
        pvk: String,
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
    /// Gives the audit log another signing key; the log tells of it in a record that both keys sign.
    ReplaceAuditKey,
}
