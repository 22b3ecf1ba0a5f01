//! Why a log cannot be opened.

use std::io;
use std::path::{Path, PathBuf};

/// Why a log cannot be opened, in the words of whoever runs the daemon.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Another process has it.
    #[error("the audit log {} is in use by another daemon", .0.display())]
    InUse(PathBuf),
    /// The disk does not let it.
    #[error("the audit log: {}: {reason}", path.display())]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// Records that were durable are not there any more, or are not as they were.
    #[error(
        "the audit log is damaged: {}: {what}. Nothing was changed. Keep a copy of the folder for the auditors, find out \
         what happened to the disk, and let the daemon begin a new log in another folder", path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
}

impl LogError {
    pub(super) fn disk(path: &Path, reason: io::Error) -> Self {
        Self::Disk { path: path.to_owned(), reason }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}
