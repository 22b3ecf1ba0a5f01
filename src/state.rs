//! The folder that an appliance keeps its stores in. It belongs to one daemon at a time: two that
//! write the same store would each undo what the other has made durable.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The file whose lock says that the folder is taken. The lock ends with the daemon, however it
/// ends.
const LOCK: &str = "lock";

/// Why a folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Another daemon has it.
    #[error("{} is in use by another payhsmd", .0.display())]
    Taken(PathBuf),
    /// It cannot be made, or written to.
    #[error("cannot use {}: {reason}", path.display())]
    Unusable {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
}

/// A folder that is ours until this is dropped.
#[derive(Debug)]
pub struct Claim {
    _lock: File,
}

impl Claim {
    /// Claims `folder`, and makes it if it is not there; only its owner can read it.
    ///
    /// # Errors
    /// [`ClaimError`] in the words of the person who started the daemon.
    pub fn on(folder: &Path) -> Result<Self, ClaimError> {
        let unusable = |reason| ClaimError::Unusable { path: folder.to_owned(), reason };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable)?;
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(folder.join(LOCK))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(ClaimError::Taken(folder.to_owned())),
            Err(TryLockError::Error(reason)) => Err(unusable(reason)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, ClaimError};

    #[test]
    fn a_folder_belongs_to_one_at_a_time() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("store");
        let claim = Claim::on(&folder).unwrap();
        assert!(matches!(Claim::on(&folder), Err(ClaimError::Taken(_))));
        drop(claim);
        assert!(Claim::on(&folder).is_ok());
        std::fs::write(parent.path().join("file"), "").unwrap();
        let refusal = Claim::on(&parent.path().join("file")).unwrap_err().to_string();
        assert!(refusal.contains("file"), "{refusal}");
    }
}
