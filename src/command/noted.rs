//! What a request turns out to be about, for its record.

use crate::record::Mentions;
use payhsm_protocol::field::CheckValue;
use std::cell::RefCell;

/// Filled while a request is worked on; empty if nobody wants to know.
#[derive(Debug, Default)]
pub struct Noted {
    wanted: bool,
    mentions: RefCell<Mentions>,
}

impl Noted {
    /// For a record that is `wanted`, or not.
    #[must_use]
    pub fn new(wanted: bool) -> Self {
        Self { wanted, mentions: RefCell::default() }
    }

    /// Adds to it, if it is wanted.
    pub fn with(&self, note: impl FnOnce(&mut Mentions)) {
        if self.wanted
            && let Ok(mut mentions) = self.mentions.try_borrow_mut()
        {
            note(&mut mentions);
        }
    }

    /// A key was used.
    pub fn key<E>(&self, check_value: impl FnOnce() -> Result<CheckValue, E>) {
        self.with(|mentions| {
            if let Ok(value) = check_value() {
                let digits = value.0.get(..3).unwrap_or(&value.0);
                mentions.keys.push(format!("kcv:{}", hex::encode_upper(digits)));
            }
        });
    }

    /// A stored key was named.
    pub fn label(&self, label: &str) {
        self.with(|mentions| mentions.keys.push(format!("label:{label}")));
    }

    /// A zone was named.
    pub fn zone(&self, name: &str) {
        self.with(|mentions| mentions.zones.push(name.to_owned()));
    }

    /// What it has come to.
    #[must_use]
    pub fn into_mentions(self) -> Mentions {
        self.mentions.into_inner()
    }
}
