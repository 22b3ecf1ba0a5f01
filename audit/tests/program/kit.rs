//! The program, run on a log in a folder.

use crate::made::{Made, day, encoded, key, note};
use payhsm_audit::hash::Hash;
use payhsm_audit::tree::root_of;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A log in a folder, its key, checkpoints of it.
pub(crate) struct Kit {
    pub(crate) folder: TempDir,
    pub(crate) entries: Vec<Vec<u8>>,
}

impl Kit {
    pub(crate) fn new(size: u64) -> Self {
        Self::of(encoded(&day(size)))
    }

    pub(crate) fn of(entries: Vec<Vec<u8>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Made::of(&entries, 1).write(&folder.path().join("log"));
        fs::write(folder.path().join("audit.pub"), format!("{}\n", key(1))).unwrap();
        Self { folder, entries }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the checkpoint of the first records.
    pub(crate) fn checkpoint(&self, size: usize) {
        let leaves: Vec<_> =
            self.entries[..size].iter().map(|entry| Hash::of_leaf(entry)).collect();
        let note = note(size as u64, root_of(&leaves), 1);
        fs::write(self.path(&format!("checkpoint-{size}")), note).unwrap();
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_payhsm-audit"));
        let Output { status, stdout, stderr } =
            command.current_dir(self.folder.path()).args(line.split_whitespace()).output().unwrap();
        Ran {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }

    pub(crate) fn edit(&self, path: &str, edit: impl FnOnce(&mut Vec<u8>)) {
        let path = self.path(path);
        let mut bytes = fs::read(&path).unwrap();
        edit(&mut bytes);
        fs::write(path, bytes).unwrap();
    }
}

#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }

    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}
