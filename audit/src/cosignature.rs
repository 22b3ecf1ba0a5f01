//! Cosignatures (C2SP tlog-cosignature, Ed25519): witnesses say that a log only grew, and when they saw it.

use crate::checkpoint::{Checkpoint, MalformedCheckpoint};
use crate::note::{Algorithm, KeyError, NamedKey, Note, SignFailed, Signature, Signer};
use std::fmt;

/// The latest second that a cosignature can name.
const LAST_SECOND: u64 = i64::MAX.unsigned_abs();

/// The public key of a witness: Ed25519 over time and checkpoint (algorithm 4, `cosignature/v1`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessKey(NamedKey);

/// The checkpoint is not cosigned by the witness that it was held to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCosigned {
    /// Witnesses cosign checkpoints only.
    #[error("not a checkpoint: {0}")]
    Checkpoint(#[from] MalformedCheckpoint),
    /// No line of this witness.
    #[error("not cosigned by the witness {0}")]
    NoSignature(String),
    /// The witness's line does not fit: the checkpoint, the time or the line was changed.
    #[error(
        "the cosignature of the witness {0} does not fit: checkpoint or cosignature was changed"
    )]
    BadSignature(String),
}

/// A checkpoint could not be cosigned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CosignError {
    /// Witnesses cosign checkpoints only.
    #[error("not a checkpoint: {0}")]
    Checkpoint(#[from] MalformedCheckpoint),
    /// The name of the witness cannot be that of a key.
    #[error(transparent)]
    Name(#[from] KeyError),
    /// A time beyond 2^63 - 1 seconds.
    #[error("the time does not fit a cosignature")]
    Time,
    /// The key did not sign.
    #[error(transparent)]
    Failed(#[from] SignFailed),
}

/// Cosignatures cannot be taken over from another note.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// The texts differ: the other note is of another checkpoint.
    #[error("the cosignatures are for another checkpoint")]
    OtherCheckpoint,
    /// A witness's line in either note is not good.
    #[error(transparent)]
    NotCosigned(#[from] NotCosigned),
}

impl WitnessKey {
    /// From a name and 32 bytes (RFC 8032).
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, public_key: [u8; 32]) -> Result<Self, KeyError> {
        NamedKey::new(name, Algorithm::Cosignature, public_key).map(Self)
    }

    /// Reads `name+id+base64`; the id, eight small hex digits, has to be that of name and key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        NamedKey::parse(text, Algorithm::Cosignature).map(Self)
    }

    /// The name, as signature lines have it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The id, as signature lines have it.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.0.id()
    }

    /// The second of a line of this witness that fits the text.
    fn time_of(&self, text: &str, line: &Signature) -> Option<u64> {
        let (time, signature) = line.bytes.split_first_chunk()?;
        let time = u64::from_be_bytes(*time);
        let good = time <= LAST_SECOND && self.0.verify(message(time, text).as_bytes(), signature);
        good.then_some(time)
    }
}

impl fmt::Display for WitnessKey {
    /// `name+id+base64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Checks that a witness cosigned the checkpoint of a note, and gives when: seconds since 1970, the latest if it did
/// more than once. All its lines have to be good. Whether the log signed is for [`Note::verify`].
///
/// # Errors
/// [`NotCosigned`].
pub fn verify(note: &Note, key: &WitnessKey) -> Result<u64, NotCosigned> {
    Checkpoint::parse(&note.text)?;
    let mut latest = None;
    for line in note.signatures_of(&key.0) {
        let time = key.time_of(&note.text, line);
        latest = latest.max(Some(time.ok_or_else(|| NotCosigned::BadSignature(key.to_string()))?));
    }
    latest.ok_or_else(|| NotCosigned::NoSignature(key.to_string()))
}

/// Adds the line of a witness that saw the checkpoint at `time` (seconds since 1970), in place of its earlier ones.
/// That the log only grew, and signed the note, the witness has made sure of before.
///
/// # Errors
/// [`CosignError`], and the note is as it was.
pub fn cosign(note: &mut Note, signer: &dyn Signer, time: u64) -> Result<(), CosignError> {
    Checkpoint::parse(&note.text)?;
    let key = WitnessKey::new(signer.name(), signer.public_key())?;
    if time > LAST_SECOND {
        return Err(CosignError::Time);
    }
    let signature = signer.sign(message(time, &note.text).as_bytes())?;
    let bytes = [time.to_be_bytes().as_slice(), &signature].concat();
    note.put(Signature { name: key.name().to_owned(), id: key.id(), bytes });
    Ok(())
}

/// Takes over the cosignatures of these witnesses from another note of the same checkpoint, and gives how many.
///
/// Only lines that check are taken, so that nobody can spoil a note with bad ones; of one witness the latest stays.
///
/// # Errors
/// [`MergeError`], and the note is as it was.
pub fn merge(note: &mut Note, other: &Note, witnesses: &[WitnessKey]) -> Result<usize, MergeError> {
    if note.text != other.text {
        return Err(MergeError::OtherCheckpoint);
    }
    let mut merged = note.clone();
    let mut taken = 0;
    for key in witnesses {
        let (Some(theirs), ours) = (cosigned(other, key)?, cosigned(note, key)?) else { continue };
        if ours.is_some_and(|ours| ours >= theirs) {
            continue;
        }
        let latest = |line: &&Signature| key.time_of(&other.text, line) == Some(theirs);
        if let Some(line) = other.signatures_of(&key.0).find(latest) {
            merged.put(line.clone());
            taken += 1;
        }
    }
    *note = merged;
    Ok(taken)
}

/// When the witness cosigned, if it did.
fn cosigned(note: &Note, key: &WitnessKey) -> Result<Option<u64>, NotCosigned> {
    match verify(note, key) {
        Ok(time) => Ok(Some(time)),
        Err(NotCosigned::NoSignature(_)) => Ok(None),
        Err(bad @ (NotCosigned::BadSignature(_) | NotCosigned::Checkpoint(_))) => Err(bad),
    }
}

/// What a witness signs.
fn message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}
