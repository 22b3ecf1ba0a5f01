//! What a witness is asked: the body of `add-checkpoint`.

use crate::checkpoint::{self, Checkpoint};
use crate::hash::Hash;
use crate::note::Note;
use crate::tile::{TileId, Tiles};
use crate::tree::{self, Nodes, ProofError};
use crate::verify::{Source, find};
use std::fmt;
use std::io;

/// The most hashes of a proof.
pub const MAX_PROOF: usize = 63;

/// The most bytes of a request that is read.
pub const MAX_REQUEST: usize = 64 * 1024;

/// A checkpoint, and the proof that the log only grew to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What the witness has seen.
    pub old: u64,
    /// From there to the checkpoint (RFC 6962, section 2.1.2); empty from 0.
    pub proof: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

/// The text is no request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedRequest {
    /// More than [`MAX_REQUEST`] bytes.
    #[error("a request of more than {MAX_REQUEST} bytes")]
    TooLong,
    /// The first line is not `old` and a number.
    #[error("the first line is not `old` and a number in plain digits")]
    Old,
    /// A line of the proof that is no hash.
    #[error("line {0} of the proof is no SHA-256 hash in base64")]
    Proof(usize),
    /// More hashes than the largest tree is high.
    #[error("a proof of more than {MAX_PROOF} hashes")]
    TooMany,
    /// No empty line with a checkpoint below.
    #[error("there is no checkpoint below an empty line")]
    NoCheckpoint,
}

/// A request could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// The note is no checkpoint.
    #[error("not a checkpoint")]
    Checkpoint,
    /// The witness has seen more than there is.
    #[error("the witness has seen {old} records, and there are {new}")]
    Shrunk {
        /// What it has seen.
        old: u64,
        /// What there is.
        new: u64,
    },
    /// The tree cannot be read.
    #[error("the tree cannot be read: {0}")]
    Tree(String),
}

impl Request {
    /// For the log that `source` has the tiles of, with a witness that has seen `old` records.
    ///
    /// # Errors
    /// [`MakeError`]
    pub fn make(source: &dyn Source, checkpoint: &str, old: u64) -> Result<Self, MakeError> {
        let note = Note::parse(checkpoint).map_err(|_| MakeError::Checkpoint)?;
        let new = Checkpoint::parse(&note.text).map_err(|_| MakeError::Checkpoint)?.size;
        let proof = match tree::consistency_proof(old, new, &tiles(source, new)) {
            Ok(proof) => proof,
            Err(ProofError::FromNothing) => Vec::new(),
            Err(ProofError::Shrunk { old, new }) => return Err(MakeError::Shrunk { old, new }),
            Err(error @ (ProofError::NoSuchLeaf { .. } | ProofError::Node(_))) => {
                return Err(MakeError::Tree(error.to_string()));
            }
        };
        Ok(Self { old, proof, checkpoint: checkpoint.to_owned() })
    }

    /// Reads a request, strictly. The checkpoint is taken as it is.
    ///
    /// # Errors
    /// [`MalformedRequest`]
    pub fn parse(text: &str) -> Result<Self, MalformedRequest> {
        if text.len() > MAX_REQUEST {
            return Err(MalformedRequest::TooLong);
        }
        let (head, checkpoint) = text.split_once("\n\n").ok_or(MalformedRequest::NoCheckpoint)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old "));
        let old = old.and_then(checkpoint::number).ok_or(MalformedRequest::Old)?;
        let mut proof = Vec::new();
        for line in lines {
            if proof.len() == MAX_PROOF {
                return Err(MalformedRequest::TooMany);
            }
            let number = proof.len() + 1;
            proof.push(Hash::from_base64(line).ok_or(MalformedRequest::Proof(number))?);
        }
        Ok(Self { old, proof, checkpoint: checkpoint.to_owned() })
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{}", hash.to_base64()))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

/// The root over the first `size` of the `of` records that `source` has the tiles of.
///
/// # Errors
/// Why the tree cannot be read.
pub fn root_at(source: &dyn Source, size: u64, of: u64) -> Result<Hash, MakeError> {
    if size > of {
        return Err(MakeError::Shrunk { old: size, new: of });
    }
    tree::root(size, &tiles(source, of)).map_err(|error| MakeError::Tree(error.to_string()))
}

fn tiles(source: &dyn Source, size: u64) -> impl Nodes<Error: fmt::Display> {
    Tiles::new(size, move |tile: TileId| {
        let found = find(source, tile.width, |width| TileId { width, ..tile }.path())?;
        let found = found.map(|found| found.bytes.into_owned());
        found.ok_or_else(|| io::Error::other(format!("{} is not there", tile.path())))
    })
}
