//! Why a store is refused, each in a sentence that a person can act on.

use std::io;

/// Why a store is not opened, made or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreRefused {
    /// There is none.
    #[error("there is no store here")]
    Missing,
    /// There is one already, or a file of that name.
    #[error("there is a file of this name already, and it is not written over")]
    Exists,
    /// No record opens under the LMK.
    #[error("the store is sealed by another LMK than the one that these shares make")]
    AnotherLmk,
    /// The anchor knows a higher generation.
    #[error(
        "the store is older than it should be: its generation is {found}, but the generation file says {known}; \
         after a restore, two officers may accept it"
    )]
    OlderThanAnchor {
        /// Of the store.
        found: u64,
        /// Of the anchor.
        known: u64,
    },
    /// An officer's file knows a higher generation.
    #[error(
        "the store is older than it should be: its generation is {found}, but an officer has seen {known}; \
         after a restore, two officers may accept it"
    )]
    OlderThanSeen {
        /// Of the store.
        found: u64,
        /// Of the officer.
        known: u64,
    },
    /// There is no anchor, so nothing says how old the store may be.
    #[error(
        "the generation file is missing, so the store may be an older one; after a restore, two officers may accept it"
    )]
    AnchorMissing,
    /// The anchor is not one of this appliance, or not one at all.
    #[error(
        "the generation file is not one of this appliance; after a restore, two officers may accept the store without it"
    )]
    AnchorForeign,
    /// A record does not open.
    #[error("the record `{0}` is damaged; restore the store from a backup")]
    Damaged(String),
    /// The header does not fit the other records.
    #[error(
        "records were taken from the store or replaced by older ones; restore it from a backup"
    )]
    Replaced,
    /// The file itself is damaged, or is none of ours.
    #[error("the file of the store is damaged or is no store; restore it from a backup")]
    File,
    /// A later program wrote it.
    #[error("the store has format {0}, which this version does not know; a later one made it")]
    Format(u8),
    /// Another process has it.
    #[error("the store is in use by another process")]
    InUse,
    /// Somebody changed it while it was being opened.
    #[error("the store was changed by another process while it was being opened")]
    Changed,
    /// The disk does not give it.
    #[error("the store cannot be read: {0}")]
    Unreadable(String),
    /// The disk does not take it.
    #[error("the store cannot be written, and nothing was changed: {0}")]
    Unwritable(String),
    /// The disk is full.
    #[error("the disk is full, and nothing was changed")]
    Full,
    /// The commit failed half way.
    #[error(
        "a write failed half way ({0}): whether it counts is seen when the appliance is started again; \
         until then nothing is changed"
    )]
    Uncertain(String),
    /// The id of the appliance is not 16 hex digits.
    #[error("the id of an appliance is 16 hex digits")]
    Appliance,
    /// The name is not one for a record.
    #[error(
        "`{0}` is no name of a record: kind and name, 1 to 64 letters, digits, `-`, `_`, `.`, with `/` between"
    )]
    Name(String),
    /// A record is too long.
    #[error("the record is too long: at most 256 KiB")]
    TooLong,
    /// No randomness.
    #[error("no randomness to be had, and nothing was changed")]
    Random,
    /// No secret memory.
    #[error("no secret memory to be had, and nothing was changed")]
    Memory,
}

impl StoreRefused {
    /// Whether two officers may accept it after a restore.
    #[must_use]
    pub const fn may_be_accepted(&self) -> bool {
        matches!(
            self,
            Self::OlderThanAnchor { .. }
                | Self::OlderThanSeen { .. }
                | Self::AnchorMissing
                | Self::AnchorForeign
        )
    }

    pub(super) fn reading(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::NotFound {
            return Self::Missing;
        }
        Self::Unreadable(error.to_string())
    }

    pub(super) fn writing(error: &io::Error) -> Self {
        let kind = error.kind();
        if matches!(kind, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
            return Self::Full;
        }
        if kind == io::ErrorKind::AlreadyExists {
            return Self::Exists;
        }
        Self::Unwritable(error.to_string())
    }

    /// What redb says when it is opened or read.
    pub(super) fn opening(error: impl Into<redb::Error>) -> Self {
        let error = error.into();
        if let redb::Error::Io(error) = &error {
            return Self::reading(error);
        }
        if matches!(error, redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch) {
            return Self::InUse;
        }
        if matches!(
            error,
            redb::Error::Corrupted(_)
                | redb::Error::UpgradeRequired(_)
                | redb::Error::TableDoesNotExist(_)
                | redb::Error::TableTypeMismatch { .. }
                | redb::Error::TableIsMultimap(_)
        ) {
            return Self::File;
        }
        Self::Unreadable(error.to_string())
    }

    /// What redb says before it commits.
    pub(super) fn changing(error: impl Into<redb::Error>) -> Self {
        let error = error.into();
        if let redb::Error::Io(error) = &error {
            return Self::writing(error);
        }
        Self::Unwritable(error.to_string())
    }
}
