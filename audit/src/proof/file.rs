//! C2SP tlog-proof: a text file that proves, offline, that a record is in the tree of a checkpoint.

use super::{MAX_PATH, Unproven, verify_inclusion};
use crate::checkpoint::{self, Checkpoint, OpenError};
use crate::hash::Hash;
use crate::note::VerifierKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// A proof file (`.tlog-proof`): the place of a record, its inclusion proof, and the checkpoint that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Whatever goes along, such as the record. Nothing signs it: believe it only as far as it hashes to the leaf.
    pub extra: Option<Vec<u8>>,
    /// Which record, from 0.
    pub index: u64,
    /// From the leaf's sibling up.
    pub path: Vec<Hash>,
    /// The signed note of the log, as it was published, cosignatures and all.
    pub checkpoint: String,
}

/// The text is no proof file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedProof {
    /// It does not begin as one.
    #[error("the first line is not {FIRST_LINE}")]
    FirstLine,
    /// Extra data that are empty or not in base64.
    #[error("the line `extra` is not followed by base64")]
    Extra,
    /// No index, or one that is written otherwise than in plain digits.
    #[error("there is no line `index` with a number")]
    Index,
    /// A line of the proof that is no hash.
    #[error("line {0} of the inclusion proof is no SHA-256 hash in base64")]
    Path(usize),
    /// More hashes than the largest tree is high.
    #[error("an inclusion proof of more than {MAX_PATH} hashes")]
    TooLong,
    /// No empty line with a checkpoint below.
    #[error("there is no checkpoint below the proof")]
    NoCheckpoint,
}

/// Why a proof file does not prove what it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// Its checkpoint is not one of the log.
    #[error("the checkpoint of the proof: {0}")]
    Checkpoint(#[from] OpenError),
    /// The checkpoint is good, but does not cover this record at this place.
    #[error(
        "the record is not number {index} of the {size} records of the checkpoint, or was changed"
    )]
    Unproven {
        /// The place that the proof names.
        index: u64,
        /// The size that the checkpoint names.
        size: u64,
    },
}

impl TlogProof {
    /// Reads a proof file. The checkpoint is taken as it is; [`Self::check`] reads it.
    ///
    /// # Errors
    /// [`MalformedProof`] for anything that is not written as the standard has it.
    pub fn parse(text: &str) -> Result<Self, MalformedProof> {
        let rest = text.strip_prefix(FIRST_LINE).and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or(MalformedProof::FirstLine)?;
        let (head, checkpoint) = rest.split_once("\n\n").ok_or(MalformedProof::NoCheckpoint)?;
        if checkpoint.is_empty() {
            return Err(MalformedProof::NoCheckpoint);
        }
        let mut lines = head.split('\n').peekable();
        let extra = match lines.peek().and_then(|line| line.strip_prefix("extra ")) {
            Some(data) => {
                let extra = STANDARD.decode(data).map_err(|_| MalformedProof::Extra)?;
                lines.next();
                Some(extra)
            }
            None => None,
        };
        if extra.as_ref().is_some_and(Vec::is_empty) {
            return Err(MalformedProof::Extra);
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index "));
        let index = index.and_then(checkpoint::number).ok_or(MalformedProof::Index)?;
        let mut path = Vec::new();
        for line in lines {
            if path.len() == MAX_PATH {
                return Err(MalformedProof::TooLong);
            }
            let number = path.len() + 1;
            path.push(Hash::from_base64(line).ok_or(MalformedProof::Path(number))?);
        }
        Ok(Self { extra, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks that `entry` (its canonical bytes) is in the log that `key` signs for, and gives the checkpoint that
    /// covers it. Cosignatures are for [`crate::cosignature::verify`].
    ///
    /// # Errors
    /// [`CheckError::Checkpoint`] or [`CheckError::Unproven`].
    pub fn check(&self, entry: &[u8], key: &VerifierKey) -> Result<Checkpoint, CheckError> {
        self.check_leaf(Hash::of_leaf(entry), key)
    }

    /// As [`Self::check`], for a record of which only the leaf hash is shown.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_leaf(&self, leaf: Hash, key: &VerifierKey) -> Result<Checkpoint, CheckError> {
        let checkpoint = checkpoint::open(&self.checkpoint, key)?;
        let (index, size) = (self.index, checkpoint.size);
        verify_inclusion(leaf, index, size, &self.path, checkpoint.root)
            .map_err(|Unproven| CheckError::Unproven { index, size })?;
        Ok(checkpoint)
    }
}

impl fmt::Display for TlogProof {
    /// The text of the file. Empty extra data are left out, as the standard has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        if let Some(extra) = self.extra.as_ref().filter(|extra| !extra.is_empty()) {
            writeln!(f, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}
