//! Logs that a daemon's writer has kept.

use crate::made::{event, key, signer};
use crate::verified::{checked_with, given};
use payhsm_audit::log::disk::RealDisk;
use payhsm_audit::log::{Clock, Durability, Log, SEGMENT_BYTES, Setup};
use payhsm_audit::record::{Moment, Record, event};
use payhsm_audit::verify::{Folders, rotation};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug, Default)]
struct Ticks(AtomicU64);

impl Clock for Ticks {
    fn now(&self) -> Moment {
        let monotonic = self.0.fetch_add(1000, Ordering::Relaxed);
        Moment { wall: 1_795_333_212_000_000 + monotonic, monotonic }
    }
}

fn open(folder: &Path) -> Log {
    let (folder, clock, disk) = (folder.to_owned(), Arc::new(Ticks::default()), Arc::new(RealDisk));
    let durability = Durability::Relaxed;
    Log::open(Setup { folder, durability, segment_bytes: SEGMENT_BYTES, clock, disk }).unwrap()
}

/// Keeps so many records, and gives the checkpoint over them.
fn keep(log: &Log, folder: &Path, seed: u8, count: u64) -> String {
    log.set_signer(Some(Arc::new(signer(seed))));
    for number in 0..count {
        log.append(&[event("number", &number.to_string())]).unwrap().wait().unwrap();
    }
    log.close();
    fs::read_to_string(folder.join("checkpoint")).unwrap()
}

#[test]
fn what_the_daemon_keeps_is_good_through_starts_and_changes_of_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let source = Folders::new(folder.to_owned(), None);
    let mut held = Vec::new();
    for round in 1..=3 {
        let log = open(folder);
        log.append(&[event(event::START, "0.1.0")]).unwrap().wait().unwrap();
        if round > 1 {
            // As `verify::rotation` asks for: nobody signs until the change is kept.
            let change = rotation::make(&signer(round - 1), &signer(round)).unwrap();
            log.append(&[Record::Event(change)]).unwrap().wait().unwrap();
        }
        let note = keep(&log, folder, round, 150 * u64::from(round));
        held.push(given("held", &note));
        let verdict = checked_with(&source, 1, &held, &[]);
        assert!(verdict.good, "{:?} {:?}", verdict.faults, verdict.unusable);
        assert_eq!(verdict.key_changes.len(), usize::from(round) - 1);
        assert_eq!(verdict.signed_by, Some(key(round).to_string()));
    }
}
