//! What was found out about a log.

use super::fault::{Fault, Kind};
use super::keys::Change;
use super::times::{rfc_3339, rfc_3339_seconds};
use serde::Serialize;

/// How many faults are told.
pub const MOST_FAULTS: usize = 100;

/// What was found out about a log.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Verdict {
    /// Nothing is wrong, and everything that was asked for could be checked.
    pub good: bool,
    /// The name of the log.
    pub origin: String,
    /// Records that its checkpoint covers.
    pub size: u64,
    /// The root over them, in base64.
    pub root: String,
    /// The key that signed the checkpoint, if it did.
    pub signed_by: Option<String>,
    /// Time of day of the first and of the last record, microseconds since 1970.
    pub first_us: Option<u64>,
    /// Of the last record.
    pub last_us: Option<u64>,
    /// How many commands, acts and events there are.
    pub counts: Counts,
    /// Changes of the signing key.
    pub key_changes: Vec<Change>,
    /// The checkpoints from elsewhere that it was held to.
    pub checkpoints: Vec<Held>,
    /// The witnesses that were asked for.
    pub witnesses: Vec<Witnessed>,
    /// What is wrong, from the first record on; at most [`MOST_FAULTS`].
    pub faults: Vec<Fault>,
    /// Further ones that were not told.
    pub more_faults: usize,
    /// What could not be used for checking, and why.
    pub unusable: Vec<String>,
    /// The last line for people.
    pub said: String,
}

/// Records by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Commands of callers.
    pub commands: u64,
    /// Acts of officers.
    pub acts: u64,
    /// Events of the daemon.
    pub events: u64,
}

/// A checkpoint from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// What it was called.
    pub name: String,
    /// Records of it.
    pub size: u64,
    /// Whether the log begins with what it says.
    pub fits: bool,
}

/// What a witness says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Witnessed {
    /// Its key.
    pub key: String,
    /// Records of the largest checkpoint that it cosigned.
    pub size: u64,
    /// When, in seconds since 1970.
    pub seconds: u64,
    /// When, for people.
    pub time: String,
}

impl Verdict {
    /// The exit code: 0 good, 1 the log is bad, 2 something could not be checked.
    #[must_use]
    pub fn code(&self) -> u8 {
        match (self.faults.is_empty(), self.unusable.is_empty()) {
            (false, _) => 1,
            (true, false) => 2,
            (true, true) => 0,
        }
    }

    /// The first thing that is wrong.
    #[must_use]
    pub fn first_fault(&self) -> Option<&Fault> {
        self.faults.first()
    }

    /// Takes what was found: keys and checkpoint, without which nothing holds; then by record, the first kind of each; then
    /// the rest.
    pub(super) fn take(&mut self, mut faults: Vec<Fault>) {
        faults.sort_by_key(|fault| (fault.record.is_none(), fault.record, fault.kind));
        faults.dedup_by(|later, first| later.record.is_some() && later.record == first.record);
        let rank = |fault: &Fault| match (fault.kind, fault.record) {
            (Kind::KeyChange, _) => 0,
            (Kind::Checkpoint, _) => 1,
            (_, Some(_)) => 2,
            (_, None) => 3,
        };
        faults.sort_by_key(rank);
        // Who changes a record makes its root another one: that says nothing new.
        if faults.iter().any(|fault| fault.record.is_some()) {
            faults.retain(|fault| fault.kind != Kind::Root);
        }
        self.more_faults = faults.len().saturating_sub(MOST_FAULTS);
        faults.truncate(MOST_FAULTS);
        self.faults = faults;
    }

    /// Ends it.
    pub(super) fn conclude(mut self) -> Self {
        self.good = self.code() == 0;
        self.said = match self.code() {
            0 => {
                let witness = self.witnesses.iter().filter(|witness| witness.size == self.size);
                let witness = witness.max_by_key(|witness| witness.seconds);
                let time = match (witness, self.last_us) {
                    (Some(witness), _) => rfc_3339_seconds(witness.seconds),
                    (None, Some(last)) => rfc_3339(last),
                    (None, None) => "its beginning".to_owned(),
                };
                format!(
                    "verified up to size {} by the checkpoint of {time}; nothing is known after",
                    self.size
                )
            }
            1 => "NOT VERIFIED: the log is not what was signed".to_owned(),
            _ => "NOT VERIFIED: not everything could be checked".to_owned(),
        };
        self
    }
}
