//! A log of a million records, and how soon a daemon answers that was killed over it.

use crate::appliance::{Appliance, long, soon};
use crate::load::Load;
use crate::support::binary::pause;
use payhsm_audit::log::disk::{Disk as _, RealDisk};
use payhsm_audit::log::{Clock, Durability, Log, SEGMENT_BYTES, Setup};
use payhsm_audit::record::{Command, Moment, Record};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What is to be made, and at a time.
const RECORDS: u64 = 1_000_000;
const TOGETHER: u64 = 1000;

#[derive(Debug)]
struct LongAgo;

impl Clock for LongAgo {
    fn now(&self) -> Moment {
        Moment { wall: 1_700_000_000_000_000, monotonic: 1 }
    }
}

fn record(number: u64) -> Record {
    Record::Command(Command {
        peer: "ab".repeat(32),
        caller: "tests".to_owned(),
        code: *b"CA",
        outcome: *b"00",
        lmk: Some(2),
        keys: vec!["kcv:A1B2C3".to_owned(), format!("kcv:{:06X}", number % 0x0100_0000)],
        zones: Vec::new(),
        account: Some("*********789*".to_owned()),
        fingerprint: Some([7; 16]),
    })
}

/// Fills a log, and copies it as a process leaves it that dies: nothing of the journal was put away for the end.
fn fill(folder: &Path, dead: &Path) {
    let log = Log::open(Setup {
        folder: folder.to_owned(),
        durability: Durability::Durable,
        segment_bytes: SEGMENT_BYTES,
        clock: Arc::new(LongAgo),
        disk: Arc::new(RealDisk),
    });
    let log = log.unwrap();
    for batch in 0..RECORDS / TOGETHER {
        let records: Vec<_> = (0..TOGETHER).map(|n| record(batch * TOGETHER + n)).collect();
        log.append(&records).unwrap().wait().unwrap();
    }
    copy(folder, dead);
    // A process that dies leaves the system little to write; this left it all of it at once.
    RealDisk.sync_all(dead).unwrap();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut files: Vec<_> = fs::read_dir(from).unwrap().map(|file| file.unwrap()).collect();
    // The journal last: what is in the tree was there before.
    files.sort_by_key(|file| file.file_name() == "journal");
    for file in files {
        let target = to.join(file.file_name());
        if file.file_type().unwrap().is_dir() {
            copy(&file.path(), &target);
        } else {
            // It may be put in another place meanwhile.
            drop(fs::copy(file.path(), &target));
        }
    }
}

#[test]
fn a_million_records_do_not_hold_up_a_start() {
    if !long() {
        println!("skipped: it makes a million records; PAYHSM_LONG_TESTS=1 does it");
        return;
    }
    let appliance = Appliance::new();
    let made = appliance.folder.path("made");
    fill(&made, &appliance.log);
    fs::remove_dir_all(&made).unwrap();
    let mut load = Load::new(6);
    let mut starts = Vec::new();
    for _ in 0..5 {
        let (daemon, took) = appliance.start_and_ask();
        starts.push(took);
        load.run(&appliance.folder, daemon.address(true, None), |_| {
            pause(Duration::from_secs(2));
            drop(daemon);
        });
    }
    let (daemon, took) = appliance.start_and_ask();
    starts.push(took);
    Appliance::stop(daemon);
    println!("start to first answer with a million records: {starts:?}");
    let entries = appliance.verified(&[]);
    assert!(entries.len() as u64 >= RECORDS);
    assert_eq!(load.missing(&entries), 0);
    assert!(starts.iter().all(|took| *took <= soon()), "{starts:?}");
}
