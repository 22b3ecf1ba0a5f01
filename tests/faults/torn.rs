//! Files whose last writes came to the disk in part: the journal of the log, and the rows of cards, cut at every byte of what was
//! written last.

use crate::appliance::long;
use payhsm_audit::log::disk::RealDisk;
use payhsm_audit::log::{Clock, Durability, Health, Log, Setup};
use payhsm_audit::record::{Event, Moment, Record};
use payhsm_state::{Embedded, RowKey, Store as _, Verdict};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// A file of the journal, short so that it is soon copied.
const SEGMENT: u64 = 64 * 1024;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Moment {
        Moment { wall: 1_700_000_000_000_000, monotonic: 1 }
    }
}

fn log(folder: &Path) -> Log {
    let log = Log::open(Setup {
        folder: folder.to_owned(),
        durability: Durability::Durable,
        segment_bytes: SEGMENT,
        clock: Arc::new(Still),
        disk: Arc::new(RealDisk),
    });
    log.unwrap()
}

fn append(log: &Log, numbers: std::ops::Range<u64>) {
    let record = |number: u64| {
        Record::Event(Event { name: "number".to_owned(), detail: number.to_string() })
    };
    let records: Vec<_> = numbers.map(record).collect();
    log.append(&records).unwrap().wait().unwrap();
}

fn copied(from: &Path) -> TempDir {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        for file in fs::read_dir(from).unwrap() {
            let file = file.unwrap();
            let target = to.join(file.file_name());
            if file.file_type().unwrap().is_dir() {
                copy(&file.path(), &target);
            } else {
                fs::copy(file.path(), target).unwrap();
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    copy(from, folder.path());
    folder
}

/// The file of the journal that has the frames.
fn segment(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder.join("journal")).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some()).min().unwrap()
}

/// How a write that did not come to its end may leave what it had not reached.
#[derive(Clone, Copy, Debug)]
enum Rest {
    /// As the file was made.
    Zeros,
    /// Something else that the disk had there.
    Noise,
    /// The file ends there.
    Nothing,
}

#[test]
fn a_journal_that_is_cut_at_any_byte_of_its_last_frames_keeps_the_whole_ones() {
    let made = tempfile::tempdir().unwrap();
    let log_of = log(made.path());
    append(&log_of, 0..20);
    // Frames of one entry, of several, of one.
    append(&log_of, 20..21);
    append(&log_of, 21..26);
    append(&log_of, 26..27);
    // As a process leaves it that dies.
    let dead = copied(made.path());
    drop(log_of);
    let bytes = fs::read(segment(dead.path())).unwrap();
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap() + 1;
    let starts: Vec<_> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, four)| four == b"PHJ1")
        .map(|(at, _)| at)
        .collect();
    let [.., several, of_one] = starts[..] else { panic!("{starts:?}") };
    let of_two = starts[starts.len() - 3];
    let step = if long() { 1 } else { 7 };
    let mut cuts = 0;
    for at in (of_two..=end).step_by(step) {
        // Entries of the frames that are whole up to here.
        let whole = match at {
            at if at >= end => 27,
            at if at >= of_one => 26,
            at if at >= several => 21,
            _ => 20,
        };
        for rest in [Rest::Zeros, Rest::Noise, Rest::Nothing] {
            let torn = copied(dead.path());
            let mut bytes = bytes.clone();
            match rest {
                Rest::Zeros => bytes[at..].fill(0),
                Rest::Noise => bytes[at..].fill(0xA5),
                Rest::Nothing => bytes.truncate(at),
            }
            fs::write(segment(torn.path()), &bytes).unwrap();
            let log = log(torn.path());
            assert_eq!(log.health(), Health::Works { durable: whole }, "{rest:?} from {at} on");
            // And it goes on behind them.
            append(&log, 100..101);
            assert_eq!(log.health(), Health::Works { durable: whole + 1 }, "{rest:?} from {at} on");
            cuts += 1;
        }
    }
    println!("a journal cut {cuts} times in its last {} bytes", end - of_two);
}

fn key(number: u8) -> RowKey {
    RowKey { kind: 1, id: [number; 16] }
}

fn set(store: &Embedded, number: u8, value: &[u8]) {
    let kept = store.change(&[key(number)], &mut |rows| {
        rows[0] = Some(value.to_vec());
        Verdict::Write
    });
    kept.unwrap().wait().unwrap();
}

fn get(store: &Embedded, number: u8) -> Vec<u8> {
    let mut found = None;
    let kept = store.change(&[key(number)], &mut |rows| {
        found.clone_from(&rows[0]);
        Verdict::Leave
    });
    kept.unwrap().wait().unwrap();
    found.unwrap()
}

/// Bytes at the head of the file that say which of its two states counts. What they say is written, and made durable, after
/// all that it is about.
const SWITCH: usize = 64;

#[test]
fn rows_whose_last_change_was_cut_at_any_byte_are_as_before_or_as_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cards.redb");
    let store = Embedded::open(&path).unwrap();
    for round in 0..40_u8 {
        set(&store, round % 10, &[round; 300]);
    }
    // As a process leaves it that dies, before its last change and after it.
    let before = fs::read(&path).unwrap();
    set(&store, 3, &[200; 300]);
    let after = fs::read(&path).unwrap();
    drop(store);
    assert_eq!(before.len(), after.len());
    let differ = |at: &usize| before[*at] != after[*at];
    let state = (SWITCH..after.len()).filter(differ);
    let order: Vec<_> = state.chain((0..SWITCH).filter(differ)).collect();
    let all = order.len();
    let switch = order.iter().filter(|at| **at < SWITCH).count();
    let step = if long() { all.div_ceil(300) } else { all.div_ceil(20) };
    let (mut old, mut new) = (0, 0);
    let cuts = (0..all - switch).step_by(step).chain(all - switch..=all);
    for cut in cuts {
        let mut torn = before.clone();
        for &at in order.iter().take(cut) {
            torn[at] = after[at];
        }
        let path = folder.path().join("torn.redb");
        fs::write(&path, &torn).unwrap();
        let store = Embedded::open(&path).unwrap_or_else(|why| panic!("cut {cut} of {all}: {why}"));
        match get(&store, 3) {
            value if value == [33; 300] => old += 1,
            value if value == [200; 300] => new += 1,
            value => panic!("cut {cut} of {all}: {value:?}"),
        }
        for (number, round) in [(0, 30), (4, 34), (9, 39)] {
            assert_eq!(get(&store, number), [round; 300], "cut {cut} of {all}");
        }
        // And it takes the next change.
        set(&store, 3, &[201; 300]);
        assert_eq!(get(&store, 3), [201; 300]);
    }
    println!("rows of cards: {all} bytes differ; cut, {old} times as before and {new} as after");
    assert!(old > 0 && new > 0);
}
