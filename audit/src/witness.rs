//! A witness (C2SP tlog-witness): cosigns what a log has signed, if the log only grew since the witness last saw it.
//!
//! Two witnesses that ask nobody else make it known when a log shows different people different records. Requests and
//! answers are the bodies that the standard has for HTTP; here they are files ([`folder`]), and whoever has another road
//! for them takes them along it.

pub mod folder;
mod key;
mod request;
mod state;

pub use key::{BadKey, SecretKey};
pub use request::{MAX_PROOF, MAX_REQUEST, MakeError, MalformedRequest, Request, root_at};
pub use state::{Seen, State, StateError};

use crate::checkpoint::{Checkpoint, MalformedCheckpoint};
use crate::cosignature::{CosignError, cosign};
use crate::hash::Hash;
use crate::note::{MalformedNote, Note};
use crate::proof::verify_consistency;
use std::io;

/// Why a checkpoint is not cosigned. What the witness has seen stays as it was.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Not written as a request.
    #[error(transparent)]
    Request(#[from] MalformedRequest),
    /// Below it is no signed note.
    #[error("not a signed note: {0}")]
    Note(#[from] MalformedNote),
    /// The note is no checkpoint.
    #[error("not a checkpoint: {0}")]
    Checkpoint(#[from] MalformedCheckpoint),
    /// A log that this witness does not know.
    #[error("the log {0:?} is not one of those that are witnessed")]
    UnknownLog(String),
    /// No key of the log signed it.
    #[error("no known key of the log {0} signed it")]
    NotSigned(String),
    /// It says that it was larger before than it is now.
    #[error("the old size, {old}, is larger than that of the checkpoint, {new}")]
    Shrunk {
        /// What the request begins with.
        old: u64,
        /// The checkpoint's.
        new: u64,
    },
    /// It does not go on where the witness last saw the log. This size is the answer.
    #[error("the witness has seen {seen} records, and the request goes on from {old}")]
    Conflict {
        /// What the witness has seen.
        seen: u64,
        /// What the request begins with.
        old: u64,
    },
    /// The log signed two roots for one size: a proof that somebody was shown other records.
    #[error(
        "the log {origin} signed two different roots for {size} records: {} and {}",
        seen.to_base64(), new.to_base64()
    )]
    SplitView {
        /// Which log.
        origin: String,
        /// Of both.
        size: u64,
        /// The root that was cosigned.
        seen: Hash,
        /// The root of the request.
        new: Hash,
    },
    /// The records that were seen are not the first ones of those that were signed now, or the proof is not good.
    #[error("it is not proved that the {new} records begin with the {old} that were seen")]
    Unproven {
        /// What was seen.
        old: u64,
        /// The checkpoint's.
        new: u64,
    },
    /// What was seen could not be written, so nothing is signed.
    #[error("what was seen could not be written: {0}")]
    State(#[from] io::Error),
    /// The key did not sign.
    #[error(transparent)]
    Cosign(#[from] CosignError),
}

impl Refusal {
    /// The status that the standard has for it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Request(_) | Self::Note(_) | Self::Checkpoint(_) | Self::Shrunk { .. } => 400,
            Self::NotSigned(_) => 403,
            Self::UnknownLog(_) => 404,
            Self::Conflict { .. } | Self::SplitView { .. } => 409,
            Self::Unproven { .. } => 422,
            Self::State(_) | Self::Cosign(_) => 500,
        }
    }
}

/// Considers a request (the body of `add-checkpoint`) at `now`, seconds since 1970. Gives the line of the cosignature, with
/// its newline, when it is on the disk that the checkpoint was seen.
///
/// # Errors
/// [`Refusal`]
pub fn consider(request: &str, now: u64, state: &mut State) -> Result<String, Refusal> {
    let Request { old, proof, checkpoint } = Request::parse(request)?;
    let note = Note::parse(checkpoint)?;
    let Checkpoint { origin, size, root, .. } = Checkpoint::parse(&note.text)?;
    let keys = state.keys_of(&origin);
    if keys.is_empty() {
        return Err(Refusal::UnknownLog(origin));
    }
    // Lines of other keys say nothing, and those of a key have to be good.
    if !keys.iter().any(|key| note.verify(key).is_ok()) {
        return Err(Refusal::NotSigned(origin));
    }
    if old > size {
        return Err(Refusal::Shrunk { old, new: size });
    }
    let seen = state.seen(&origin);
    let before = seen.unwrap_or(Seen { size: 0, root: Hash::of_nothing() });
    if old != before.size {
        return Err(Refusal::Conflict { seen: before.size, old });
    }
    if size == before.size && root != before.root {
        return Err(Refusal::SplitView { origin, size, seen: before.root, new: root });
    }
    let grown = if before.size == 0 && size > 0 {
        proof.is_empty()
    } else {
        verify_consistency(before.size, before.root, size, root, &proof).is_ok()
    };
    if !grown {
        return Err(Refusal::Unproven { old, new: size });
    }
    let now_seen = Seen { size, root };
    if seen != Some(now_seen) {
        state.saw(&origin, now_seen)?;
    }
    let mut cosigned = Note::unsigned(&note.text)?;
    cosign(&mut cosigned, state.signer(), now)?;
    Ok(cosigned.signatures.iter().map(|line| format!("{line}\n")).collect())
}
