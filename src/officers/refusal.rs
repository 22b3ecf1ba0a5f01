//! Why an act is not done: a whole sentence for the person who asked.

use crate::lifecycle::{IllegalStep, State};
use crate::record::RecordFailed;
use payhsm_arena::ArenaError;
use payhsm_keys::ceremony::components::ComponentRefused;
use payhsm_keys::ceremony::shares::ShareRefused;
use payhsm_keys::{KeyRefused, RandomFailed, VaultRefused};
use payhsm_officer::OfficerError;
use std::fmt::Display;

/// What it was refused for, as far as tests tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// Not in this state of the appliance.
    State,
    /// Not with these people.
    People,
    /// By whoever would have done it.
    Act,
}

/// A refusal. Nothing was changed, unless the sentence says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) why: Why,
    pub(super) sentence: String,
}

impl Refusal {
    pub(super) fn new(what: impl Display) -> Self {
        Self { why: Why::Act, sentence: sentence(&what.to_string()) }
    }

    pub(super) fn people(what: impl Display) -> Self {
        Self { why: Why::People, ..Self::new(what) }
    }

    pub(super) fn state(state: State) -> Self {
        let when = match state {
            State::Uninitialised => "before it has an LMK",
            State::Sealed => "while the appliance is sealed",
            State::Operational => "while the appliance is at work",
            State::Tampered => "after signs of tampering; it can only be erased, or looked into",
        };
        Self { why: Why::State, ..Self::new(format_args!("this cannot be done {when}")) }
    }
}

/// With a capital in front, unless it begins with a name, and a full stop behind.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let first: String =
        letters.next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

macro_rules! sentences {
    ($($error:ty),+) => {
        $(impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self::new(error)
            }
        })+
    };
}

sentences!(
    VaultRefused,
    ShareRefused,
    ComponentRefused,
    KeyRefused,
    RandomFailed,
    OfficerError,
    ArenaError,
    IllegalStep
);

impl From<RecordFailed> for Refusal {
    fn from(error: RecordFailed) -> Self {
        Self::new(format_args!("nothing was done: {error}"))
    }
}
