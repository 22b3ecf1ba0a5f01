//! Checkpoints (C2SP tlog-checkpoint): how many records a log has and the root over them, signed.

use crate::hash::Hash;
use crate::note::{MalformedNote, NotSigned, Note, SignError, Signer, VerifierKey, sign_note};
use std::fmt;

/// What the text of a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a name without scheme, such as `example.com/hsm-1`. The log's key has it as its name.
    pub origin: String,
    /// Records of the log.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// Further lines, which mean nothing to others; not empty each.
    pub extensions: Vec<String>,
}

/// The text is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCheckpoint {
    /// Fewer than three lines, or the last one does not end in a newline.
    #[error("a checkpoint has three lines or more, each with a newline at its end")]
    Lines,
    /// The first line is empty.
    #[error("the first line, the name of the log, is empty")]
    Origin,
    /// The second line is no number, has leading zeroes, or does not fit 64 bits.
    #[error("the second line is not the number of records in plain digits, below 2^64")]
    Size,
    /// The third line is not 32 bytes in base64.
    #[error("the third line is not a SHA-256 hash in base64")]
    Root,
    /// An empty line among the further ones.
    #[error("a further line is empty")]
    Extension,
}

/// Why a note is not taken for a checkpoint of the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It is no note at all.
    #[error("not a signed note: {0}")]
    Note(#[from] MalformedNote),
    /// The log's key did not sign it.
    #[error(transparent)]
    NotSigned(#[from] NotSigned),
    /// The key signed something else.
    #[error("signed, but not a checkpoint: {0}")]
    Checkpoint(#[from] MalformedCheckpoint),
    /// The key signed for another log.
    #[error("signed, but for the log {found:?}, not for {expected:?}")]
    Origin {
        /// The first line.
        found: String,
        /// What it has to be.
        expected: String,
    },
}

/// Opens a signed checkpoint of the log that has the same name as its key, as logs should.
///
/// # Errors
/// [`OpenError`], with the reason in words.
pub fn open(note: impl AsRef<[u8]>, key: &VerifierKey) -> Result<Checkpoint, OpenError> {
    open_from(note, key, key.name())
}

/// Opens a signed checkpoint of the log `origin`, whose key has another name.
///
/// # Errors
/// [`OpenError`], with the reason in words.
pub fn open_from(
    note: impl AsRef<[u8]>,
    key: &VerifierKey,
    origin: &str,
) -> Result<Checkpoint, OpenError> {
    let note = Note::parse(note)?;
    note.verify(key)?;
    let checkpoint = Checkpoint::parse(&note.text)?;
    if checkpoint.origin == origin {
        Ok(checkpoint)
    } else {
        Err(OpenError::Origin { found: checkpoint.origin, expected: origin.to_owned() })
    }
}

impl Checkpoint {
    /// Reads the text of a note, strictly: what is read is written the same way.
    ///
    /// # Errors
    /// [`MalformedCheckpoint`].
    pub fn parse(text: &str) -> Result<Self, MalformedCheckpoint> {
        let text = text.strip_suffix('\n').ok_or(MalformedCheckpoint::Lines)?;
        let mut lines = text.split('\n');
        let mut line = || lines.next().ok_or(MalformedCheckpoint::Lines);
        let (origin, size, root) = (line()?, line()?, line()?);
        if origin.is_empty() {
            return Err(MalformedCheckpoint::Origin);
        }
        let size = number(size).ok_or(MalformedCheckpoint::Size)?;
        let root = Hash::from_base64(root).ok_or(MalformedCheckpoint::Root)?;
        let extensions: Vec<_> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err(MalformedCheckpoint::Extension);
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions })
    }

    /// The signed note of it (algorithm 1).
    ///
    /// # Errors
    /// [`SignError`]; [`SignError::Text`] also if origin or extensions cannot be written as lines.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String, SignError> {
        let text = self.to_string();
        // A newline in a field would make another checkpoint of it.
        if Self::parse(&text).as_ref() != Ok(self) {
            return Err(MalformedNote::ControlCharacter.into());
        }
        sign_note(&text, signer)
    }
}

impl fmt::Display for Checkpoint {
    /// The text of the note, with the newline at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A number in plain digits, without sign or leading zeroes.
pub(crate) fn number(digits: &str) -> Option<u64> {
    digits.parse().ok().filter(|number: &u64| number.to_string() == digits)
}
