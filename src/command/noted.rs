//! What a request turns out to be about, for its record.

use crate::record::{KeyName, Mentions, NamedAccount, Recorder};
use payhsm_protocol::field::{CheckValue, SeenAccount};
use std::cell::RefCell;

/// Filled while a request is worked on; empty if nobody wants to know.
#[derive(Debug, Default)]
pub struct Noted {
    wanted: bool,
    notes: RefCell<Notes>,
}

/// [`Mentions`] but for the account: it is here by its digits, which leave the stack of the handler as a fingerprint.
#[derive(Debug, Default)]
struct Notes {
    keys: Vec<KeyName>,
    zones: Vec<String>,
    account: Option<SeenAccount>,
}

impl Noted {
    /// For a record that is `wanted`, or not.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        Self { wanted, notes: RefCell::default() }
    }

    fn with(&self, note: impl FnOnce(&mut Notes)) {
        if self.wanted
            && let Ok(mut notes) = self.notes.try_borrow_mut()
        {
            note(&mut notes);
        }
    }

    /// A key was used.
    pub fn key<E>(&self, check_value: impl FnOnce() -> Result<CheckValue, E>) {
        self.with(|notes| {
            if let Ok(value) = check_value() {
                notes.keys.push(KeyName::of_check_value(&value));
            }
        });
    }

    /// A stored key was named.
    pub fn label(&self, label: &str) {
        self.with(|notes| notes.keys.push(KeyName::of_label(label)));
    }

    /// A zone was named.
    pub fn zone(&self, name: &str) {
        self.with(|notes| notes.zones.push(name.to_owned()));
    }

    /// What `tell` names is what it is about, the last account if there are several; one that was noted before stays if
    /// it names none.
    pub fn account(&self, tell: impl FnOnce(&mut dyn FnMut(SeenAccount))) {
        self.with(|notes| tell(&mut |seen| notes.account = Some(seen)));
    }

    /// What it has come to, for this keeper of records. To be called on the stack of the handler.
    #[must_use]
    pub fn into_mentions(self, recorder: &dyn Recorder) -> Mentions {
        let Notes { keys, zones, account } = self.notes.into_inner();
        let account = account.map(|mut seen| NamedAccount {
            fingerprint: recorder.fingerprint(&seen.pan12),
            shown: std::mem::take(&mut seen.shown),
        });
        Mentions { keys, zones, account }
    }
}
