//! Which key signs at which size of the log: the given one, and those that changes of keys lead to.

use super::fault::{Fault, Kind};
use super::rotation::{self, KeyChange};
use crate::note::VerifierKey;
use serde::Serialize;

/// A change of keys in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The record that says so.
    pub record: u64,
    /// Signed before.
    pub before: String,
    /// Signs from there on.
    pub after: String,
}

/// The keys of a log.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    first: VerifierKey,
    changes: Vec<(u64, VerifierKey)>,
}

impl Keys {
    /// Follows the changes; `given` is any key of theirs.
    pub(super) fn follow(given: &VerifierKey, changes: &[(u64, String)]) -> (Self, Vec<Fault>) {
        let mut faults = Vec::new();
        let mut good: Vec<(u64, KeyChange)> = Vec::new();
        for (record, detail) in changes {
            match rotation::check(detail) {
                Ok(change) => {
                    let before = good.last().map(|(_, last)| &last.after);
                    if before.is_some_and(|before| *before != change.before) {
                        let what =
                            "the signing key changes, but not from the key that signs until then";
                        faults.push(Fault::of(*record, Kind::KeyChange, what));
                    } else {
                        good.push((*record, change));
                    }
                }
                Err(bad) => {
                    let what = format!("it changes the signing key, but {bad}");
                    faults.push(Fault::of(*record, Kind::KeyChange, what));
                }
            }
        }
        let first = good.first().map_or(given, |(_, change)| &change.before).clone();
        let is_one = *given == first || good.iter().any(|(_, change)| change.after == *given);
        if !is_one {
            let what = format!(
                "the log began with the signing key {first}, and no change of it leads to the given one"
            );
            faults.push(Fault::whole(Kind::KeyChange, what));
            return (Self { first: given.clone(), changes: Vec::new() }, faults);
        }
        let changes = good.into_iter().map(|(record, change)| (record, change.after)).collect();
        (Self { first, changes }, faults)
    }

    /// The key that signs checkpoints of so many records.
    pub(super) fn at(&self, size: u64) -> &VerifierKey {
        let last = self.changes.iter().rev().find(|(record, _)| *record < size);
        last.map_or(&self.first, |(_, key)| key)
    }

    /// Where it changes.
    pub(super) fn changes(&self) -> Vec<Change> {
        let before = std::iter::once(&self.first).chain(self.changes.iter().map(|(_, key)| key));
        let change = |((record, after), before): (&(u64, VerifierKey), &VerifierKey)| Change {
            record: *record,
            before: before.to_string(),
            after: after.to_string(),
        };
        self.changes.iter().zip(before).map(change).collect()
    }
}
