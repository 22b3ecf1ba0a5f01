//! What one entry of the log says: the only place that knows its bytes.
//!
//! An entry is a fixed head and then fields, each once or in order, so that one record has one encoding:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version, 1 |
//! | 1 | kind: 1 command, 2 act of officers, 3 event of the daemon |
//! | 8 | index in the log, from 0, big endian |
//! | 8 | time of day: microseconds since 1970-01-01T00:00:00Z, big endian |
//! | 8 | microseconds since the daemon started, by a clock that nobody sets, big endian |
//! | rest | fields: tag (1 byte), length (2 bytes, big endian), value; tags never go down |
//!
//! No PIN, PIN block, key, CVV or whole account number has a field to be in.

mod decode;
mod encode;
mod text;

pub use decode::{Entry, Malformed};
pub(crate) use encode::stamp;
pub use text::Line;

/// The encoding that this is.
pub const VERSION: u8 = 1;

/// Bytes before the fields.
pub const HEAD_BYTES: usize = 26;

/// The most bytes of an entry: its length has two bytes in an entry bundle.
pub const MAX_ENTRY: usize = 0xFFFF;

/// The most bytes of a text field; longer ones are cut, and end with `…`.
pub const MAX_TEXT: usize = 1024;

/// When something happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Microseconds since 1970, by the system's clock.
    pub wall: u64,
    /// Microseconds since the daemon started, by a clock that only goes forward.
    pub monotonic: u64,
}

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A command, answered or refused.
    Command(Command),
    /// An act of officers.
    Act(Act),
    /// Something that happened to the daemon.
    Event(Event),
}

/// A command of a caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// SHA-256 of the client's certificate, or the address of a plain connection.
    pub peer: String,
    /// As which caller: its name in the configuration, `plain` or `unknown`.
    pub caller: String,
    /// The two letters, as they came.
    pub code: [u8; 2],
    /// What was answered: two characters.
    pub outcome: [u8; 2],
    /// The LMK that it was under.
    pub lmk: Option<u8>,
    /// The keys of the request, in its order: `label:` and the label of a stored key, or `kcv:` and the first six hex
    /// digits of the check value of a key that was sent along.
    pub keys: Vec<String>,
    /// The zones that it named.
    pub zones: Vec<String>,
    /// The account: what is shown of it, with `*` for the rest.
    pub account: Option<String>,
    /// Keyed fingerprint of the account: HMAC-SHA-256, first 16 bytes.
    pub fingerprint: Option<[u8; 16]>,
}

/// A command whose record is about to be written: what a [`Command`] owns, borrowed. Keys may be whatever has a text.
#[derive(Clone, Copy, Debug)]
pub struct BorrowedCommand<'a, K = String> {
    /// As in [`Command`], and so are all of them.
    pub peer: &'a str,
    /// Its name.
    pub caller: &'a str,
    /// The two letters.
    pub code: [u8; 2],
    /// What was answered.
    pub outcome: [u8; 2],
    /// The LMK.
    pub lmk: Option<u8>,
    /// Keys.
    pub keys: &'a [K],
    /// Zones.
    pub zones: &'a [String],
    /// What is shown of the account.
    pub account: Option<&'a str>,
    /// Its fingerprint.
    pub fingerprint: Option<[u8; 16]>,
}

/// An act of officers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Act {
    /// Who was present.
    pub officers: Vec<String>,
    /// Which act, such as `set-zone`.
    pub act: String,
    /// What it was about.
    pub about: String,
    /// `begun`, `done` or `refused`.
    pub outcome: String,
    /// What the officers were told.
    pub said: String,
}

/// Something that happened to the daemon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Which, such as `start`.
    pub name: String,
    /// More about it.
    pub detail: String,
}

/// The names of events.
pub mod event {
    /// The daemon began to keep this log again.
    pub const START: &str = "start";
    /// The daemon stops.
    pub const STOP: &str = "stop";
    /// The appliance went to another state.
    pub const STATE: &str = "state";
    /// Configuration or certificates were read again.
    pub const RELOAD: &str = "reload";
    /// The time of day jumped against the monotonic clock.
    pub const CLOCK: &str = "clock-step";
    /// Another key signs checkpoints from here on; detail: the new public key, signed by the old and by the new one.
    pub const KEY: &str = "signing-key";
    /// The log could not be written; detail: since when, and how many commands were refused for it.
    pub const GAP: &str = "log-failed";
    /// How durable records are; written when they are less than durable.
    pub const DURABILITY: &str = "durability";
}

impl Record {
    /// The byte that says which kind it is.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match self {
            Self::Command(_) => kind::COMMAND,
            Self::Act(_) => kind::ACT,
            Self::Event(_) => kind::EVENT,
        }
    }
}

/// Kinds of entries.
pub(crate) mod kind {
    pub(crate) const COMMAND: u8 = 1;
    pub(crate) const ACT: u8 = 2;
    pub(crate) const EVENT: u8 = 3;
}

/// Tags of fields. Once given, a tag is never used for anything else.
pub(crate) mod tag {
    pub(crate) const CALLER: u8 = 1;
    pub(crate) const PEER: u8 = 2;
    pub(crate) const CODE: u8 = 3;
    pub(crate) const OUTCOME: u8 = 4;
    pub(crate) const LMK: u8 = 5;
    pub(crate) const KEY: u8 = 6;
    pub(crate) const ZONE: u8 = 7;
    pub(crate) const ACCOUNT: u8 = 8;
    pub(crate) const FINGERPRINT: u8 = 9;
    pub(crate) const OFFICER: u8 = 10;
    pub(crate) const ACT: u8 = 11;
    pub(crate) const ABOUT: u8 = 12;
    pub(crate) const SAID: u8 = 13;
    pub(crate) const EVENT: u8 = 14;
    pub(crate) const DETAIL: u8 = 15;
}
