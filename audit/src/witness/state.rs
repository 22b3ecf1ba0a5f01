//! What a witness has seen of each log, in a file that is durable before a signature leaves.
//!
//! The file: a first line, then for each log a line `size root name`, the root in base64.

use super::folder;
use crate::checkpoint::number;
use crate::hash::Hash;
use crate::note::{Ed25519Signer, VerifierKey};
use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

const FIRST_LINE: &str = "payhsm-audit witness 1";

/// The most bytes of the file.
const MOST: u64 = 16 * 1024 * 1024;

/// The last checkpoint of a log that was cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A witness with its memory; one process at a time has it.
pub struct State {
    file: PathBuf,
    signer: Ed25519Signer,
    logs: Vec<VerifierKey>,
    seen: BTreeMap<String, Seen>,
    _claim: File,
}

/// There is no memory to go on from.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The disk does not give it.
    #[error("{}: {reason}", path.display())]
    Disk {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// Not a file of a witness, or one that was changed.
    #[error("{}: line {line} is not one of a witness's memory", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// Another process has it.
    #[error("{}: another witness has this memory", .0.display())]
    InUse(PathBuf),
}

impl State {
    /// The memory in `file`, of a witness that signs with `signer` for logs of these keys; of one log there can be several.
    /// A file that is not there is begun: the witness then believes the first checkpoint of each log that it is shown.
    ///
    /// # Errors
    /// [`StateError`]
    pub fn open(
        file: &Path,
        signer: Ed25519Signer,
        logs: Vec<VerifierKey>,
    ) -> Result<Self, StateError> {
        let disk = |reason| StateError::Disk { path: file.to_owned(), reason };
        let claim = claim(file).map_err(disk)?;
        let claim = claim.ok_or_else(|| StateError::InUse(file.to_owned()))?;
        let text = folder::read(file, MOST).map_err(disk)?;
        let mut seen = BTreeMap::new();
        if let Some(text) = text {
            let text = String::from_utf8(text).unwrap_or_default();
            for (line, text) in (1..).zip(text.lines()) {
                let good = if line == 1 {
                    (text == FIRST_LINE).then_some(())
                } else {
                    let twice = |(origin, last)| seen.insert(origin, last).is_none().then_some(());
                    parse(text).and_then(twice)
                };
                good.ok_or_else(|| StateError::Malformed { path: file.to_owned(), line })?;
            }
            if !text.starts_with(FIRST_LINE) || !text.ends_with('\n') {
                return Err(StateError::Malformed { path: file.to_owned(), line: 1 });
            }
        }
        Ok(Self { file: file.to_owned(), signer, logs, seen, _claim: claim })
    }

    /// What was cosigned of a log last.
    #[must_use]
    pub fn seen(&self, origin: &str) -> Option<Seen> {
        self.seen.get(origin).copied()
    }

    pub(super) fn keys_of(&self, origin: &str) -> Vec<&VerifierKey> {
        self.logs.iter().filter(|key| key.name() == origin).collect()
    }

    pub(super) const fn signer(&self) -> &Ed25519Signer {
        &self.signer
    }

    /// Remembers, on the disk before it returns.
    pub(super) fn saw(&mut self, origin: &str, seen: Seen) -> io::Result<()> {
        let mut all = self.seen.clone();
        all.insert(origin.to_owned(), seen);
        let mut text = format!("{FIRST_LINE}\n");
        for (origin, Seen { size, root }) in &all {
            // Writing to a string does not fail.
            writeln!(text, "{size} {} {origin}", root.to_base64()).unwrap_or_default();
        }
        folder::put(&self.file, &text, true)?;
        self.seen = all;
        Ok(())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("file", &self.file).finish_non_exhaustive()
    }
}

fn parse(line: &str) -> Option<(String, Seen)> {
    let (size, rest) = line.split_once(' ')?;
    let (root, origin) = rest.split_once(' ')?;
    let seen = Seen { size: number(size)?, root: Hash::from_base64(root)? };
    (!origin.is_empty()).then(|| (origin.to_owned(), seen))
}

/// The memory itself is replaced with every change, so that the claim is on a file beside it.
fn claim(file: &Path) -> io::Result<Option<File>> {
    let mut name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".lock");
    let path = file.with_file_name(name);
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
    match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(lock)),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
