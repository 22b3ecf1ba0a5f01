//! A log out of its files, checked against its checkpoint.

use payhsm_audit::checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::note::VerifierKey;
use payhsm_audit::record::Entry;
use payhsm_audit::tile::{entries_path, parse_bundle};
use payhsm_audit::tree::root_of;
use std::fs;
use std::path::{Path, PathBuf};

pub(crate) struct Reading {
    pub(crate) entries: Vec<Entry>,
    folder: PathBuf,
}

/// All of it, by its last checkpoint.
pub(crate) fn read(folder: &Path, public_key: &Path) -> Reading {
    let key = fs::read_to_string(public_key).unwrap();
    let key = VerifierKey::parse(key.trim()).unwrap();
    let note = fs::read_to_string(folder.join("checkpoint")).unwrap();
    let checkpoint = checkpoint::open(note, &key).unwrap();
    let mut leaves = Vec::new();
    let mut entries = Vec::new();
    for index in 0..checkpoint.size.div_ceil(256) {
        let width = u16::try_from((checkpoint.size - 256 * index).min(256)).unwrap();
        let bundle = fs::read(folder.join(entries_path(index, width))).unwrap();
        for entry in parse_bundle(&bundle).unwrap() {
            leaves.push(Hash::of_leaf(entry));
            entries.push(Entry::take(entry).unwrap());
        }
    }
    assert_eq!(root_of(&leaves), checkpoint.root);
    assert!(entries.iter().enumerate().all(|(at, entry)| entry.index == at as u64));
    Reading { entries, folder: folder.to_owned() }
}

impl Reading {
    /// How often something is in the files of the log.
    pub(crate) fn hits(&self, needle: &[u8]) -> usize {
        count(&self.folder, needle)
    }
}

fn count(folder: &Path, needle: &[u8]) -> usize {
    let mut found = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found += count(&path, needle);
        } else {
            let bytes = fs::read(&path).unwrap();
            found += bytes.windows(needle.len()).filter(|window| *window == needle).count();
        }
    }
    found
}
