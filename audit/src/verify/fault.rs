//! What can be wrong with a log, in sentences.

use serde::Serialize;
use std::fmt;

/// Of what kind something is that is wrong. Where one record has several, the first of this list is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The file of the record is not there, or ends before it.
    Missing,
    /// Another record stands in its place.
    Moved,
    /// The bytes are no record.
    Malformed,
    /// The record is not the one that was signed.
    Changed,
    /// A file of hashes is not as it was signed; the records are.
    Tile,
    /// Time goes backwards.
    Time,
    /// A change of the signing key that the keys did not both sign, or that does not follow from the one before.
    KeyChange,
    /// The log's own checkpoint.
    Checkpoint,
    /// The records do not make what the checkpoint says, and none can be named.
    Root,
    /// The log is shorter than a checkpoint says.
    Truncated,
    /// The log is not the one that an earlier checkpoint was made of.
    Inconsistent,
    /// A witness did not sign, or something else.
    Witness,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Fault {
    /// The first record that it is about, if it is about records.
    pub record: Option<u64>,
    /// Of what kind it is.
    pub kind: Kind,
    /// A sentence for people.
    pub what: String,
}

impl Fault {
    pub(super) fn of(record: u64, kind: Kind, what: impl Into<String>) -> Self {
        Self { record: Some(record), kind, what: what.into() }
    }

    pub(super) fn whole(kind: Kind, what: impl Into<String>) -> Self {
        Self { record: None, kind, what: what.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.record {
            Some(record) => write!(f, "record {record}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// A text of the log in the middle of a sentence: on one line, nothing that a terminal would act on, and not too long.
#[must_use]
pub fn quoted(text: &str) -> String {
    const MOST: usize = 200;
    let mut out = String::new();
    for character in text.chars() {
        if out.len() >= MOST {
            out.push('…');
            break;
        }
        out.push_str(&plain(character));
    }
    out
}

/// A character, or how it is written where it would do something to a terminal or to the order of what is read.
pub(crate) fn plain(character: char) -> String {
    let turns = matches!(
        character,
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    );
    if character.is_control() || turns {
        character.escape_unicode().to_string()
    } else {
        character.to_string()
    }
}
