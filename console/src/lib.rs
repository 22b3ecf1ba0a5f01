//! The officers' console of payhsm, as a library: what a person sees and types, and what is asked of the daemon for it.
//!
//! | module | holds |
//! |---|---|
//! | [`daemon`] | the daemon's Unix socket: one act, one answer |
//! | [`terminal`] | what a flow needs of a screen and a keyboard, and the real ones |
//! | [`prompt`] | questions: `?` explains, Enter or `b` goes back |
//! | [`session`] | one connection: who is present, what was done |
//! | [`record`] | what is printed and signed afterwards |
//! | [`component`] | key components as they are typed |
//! | [`shares`] | shares of an LMK, into files and out of them |
//! | [`words`] | states, keys and times in plain words |
//! | [`flow`] | one file a task of officers |
//! | [`menu`] | what can be done in which state |
//! | [`script`] | the same from a file |
//! | [`commands`] | what needs no menu: officers' files, status |
//! | [`protect`] | no core dumps, no onlookers |
//! | [`args`] | the command line |
//! | [`clock`] | the only clock |
#![forbid(unsafe_code)]

pub mod args;
pub mod clock;
pub mod commands;
pub mod component;
pub mod daemon;
pub mod flow;
pub mod menu;
pub mod prompt;
pub mod protect;
pub mod record;
pub mod script;
pub mod session;
pub mod shares;
pub mod terminal;
pub mod words;

use zeroize::Zeroizing;

/// Something typed or read that nobody else may see; wiped when dropped.
pub type Secret = Zeroizing<Vec<u8>>;

/// Why a flow ends before its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Leave {
    /// The person goes back.
    #[error("gone back")]
    Back,
    /// Ctrl-C, a signal, or the end of the input.
    #[error("stopped at your wish")]
    Stopped,
    /// It was not done, and this is why.
    #[error("{0}")]
    Refused(String),
    /// The daemon cannot be asked any more.
    #[error("{0}")]
    Lost(String),
}

impl From<payhsm_officer::OfficerError> for Leave {
    fn from(error: payhsm_officer::OfficerError) -> Self {
        Self::Refused(words::sentence(&error.to_string()))
    }
}

impl From<daemon::DaemonError> for Leave {
    fn from(error: daemon::DaemonError) -> Self {
        Self::Lost(words::sentence(&error.to_string()))
    }
}
