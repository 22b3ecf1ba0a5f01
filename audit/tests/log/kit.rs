//! Logs in folders of their own.

use payhsm_audit::log::disk::{Disk, RealDisk};
use payhsm_audit::log::{Clock, Durability, Log, LogError, SEGMENT_BYTES, Setup};
use payhsm_audit::note::{Ed25519Signer, Signer};
use payhsm_audit::record::{Entry, Event, Moment, Record};
use payhsm_audit::tile::{entries_path, parse_bundle};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// A clock that goes on whenever somebody looks.
#[derive(Debug, Default)]
struct Ticks(AtomicU64);

impl Clock for Ticks {
    fn now(&self) -> Moment {
        let monotonic = self.0.fetch_add(1, Ordering::Relaxed);
        Moment { wall: 1_700_000_000_000_000 + monotonic, monotonic }
    }
}

pub(crate) fn signer() -> Arc<dyn Signer> {
    Arc::new(Ed25519Signer::from_seed("test.example/log", &[7; 32]).unwrap())
}

pub(crate) fn numbered(number: u64) -> Record {
    Record::Event(Event { name: "number".to_owned(), detail: number.to_string() })
}

pub(crate) fn open(folder: &Path) -> Log {
    open_on(folder, Arc::new(RealDisk), SEGMENT_BYTES, Durability::Durable).unwrap()
}

pub(crate) fn open_on(
    folder: &Path,
    disk: Arc<dyn Disk>,
    segment_bytes: u64,
    durability: Durability,
) -> Result<Log, LogError> {
    let (folder, clock) = (folder.to_owned(), Arc::new(Ticks::default()));
    Log::open(Setup { folder, durability, segment_bytes, clock, disk })
}

/// The entries of a log of this size, out of its bundles.
pub(crate) fn entries(folder: &Path, size: u64) -> Vec<Vec<u8>> {
    let mut entries = Vec::new();
    for index in 0..size.div_ceil(256) {
        let width = u16::try_from((size - 256 * index).min(256)).unwrap();
        let bundle = fs::read(folder.join(entries_path(index, width))).unwrap();
        entries.extend(parse_bundle(&bundle).unwrap().into_iter().map(<[u8]>::to_vec));
    }
    entries
}

pub(crate) fn kept(folder: &Path, size: u64) -> Vec<Record> {
    let entries = entries(folder, size);
    entries.iter().map(|entry| Entry::take(entry).unwrap().record).collect()
}

/// The folder as it is at this moment, as after a crash.
pub(crate) fn copied(folder: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_into(folder, copy.path());
    copy
}

fn copy_into(from: &Path, to: &Path) {
    // The journal last: what is in the tree was there before.
    let mut files: Vec<_> = fs::read_dir(from).unwrap().map(|file| file.unwrap()).collect();
    files.sort_by_key(|file| (file.file_name() == "journal", file.file_name()));
    for file in files {
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_into(&file.path(), &target);
        } else if fs::copy(file.path(), &target).is_err() {
            // It has been renamed or taken away since the folder was listed.
            drop(fs::remove_file(&target));
        }
    }
}
