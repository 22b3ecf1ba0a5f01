//! The log as a daemon keeps it: what was promised is there, whatever happens to process and disk.
#![cfg(test)]

#[path = "log/bad_disk.rs"]
mod bad_disk;
#[path = "log/kit.rs"]
mod kit;

use bad_disk::{BadDisk, Fault};
use kit::{copied, entries, kept, numbered, open, open_on, signer};
use payhsm_audit::checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::log::disk::{Disk as _, RealDisk};
use payhsm_audit::log::{Durability, Health, Log, LogError};
use payhsm_audit::note::VerifierKey;
use payhsm_audit::record::{Entry, Record, event};
use payhsm_audit::tree::root_of;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// With files so small that several come and go.
fn open_small(folder: &Path, disk: &BadDisk) -> Result<Log, LogError> {
    open_on(folder, Arc::new(disk.clone()), 64 * 1024, Durability::Durable)
}

#[test]
fn what_is_kept_is_in_the_tree_and_signed() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let signer = signer();
    log.set_signer(Some(signer.clone()));
    let mut expected = Vec::new();
    for batch in 0..70 {
        let records: Vec<_> = (0..batch).map(|n| numbered(batch * 1000 + n)).collect();
        log.append(&records).unwrap().wait().unwrap();
        expected.extend(records);
    }
    assert_eq!(log.health(), Health::Works { durable: 2415 });
    log.close();
    let numbers = log.numbers();
    assert_eq!((numbers.taken, numbers.durable, numbers.signed), (2415, 2415, 2415));
    // One batch was empty, and one waited for each of the others.
    assert_eq!((numbers.commits, numbers.committed, numbers.last_commit), (69, 2415, 69));
    assert!(numbers.commit_time > numbers.last_commit_time && !numbers.last_commit_time.is_zero());
    assert_eq!(numbers.disk_failures, 0);
    let note = fs::read_to_string(folder.path().join("checkpoint")).unwrap();
    assert_eq!(log.checkpoint().as_ref(), Some(&note));
    let key = VerifierKey::new("test.example/log", signer.public_key()).unwrap();
    let checkpoint = checkpoint::open(&note, &key).unwrap();
    let entries = entries(folder.path(), checkpoint.size);
    let leaves: Vec<_> = entries.iter().map(|entry| Hash::of_leaf(entry)).collect();
    assert_eq!((checkpoint.size, checkpoint.root), (2415, root_of(&leaves)));
    for (index, (entry, record)) in entries.iter().zip(&expected).enumerate() {
        let entry = Entry::take(entry).unwrap();
        assert_eq!((entry.index, &entry.record), (index as u64, record));
    }
}

#[test]
fn a_log_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut all = 0;
    for round in 0..8 {
        let log = open(folder.path());
        log.set_signer(Some(signer()));
        let more = 97 * round + 1;
        let records: Vec<_> = (0..more).map(|n| numbered(all + n)).collect();
        log.append(&records).unwrap().wait().unwrap();
        all += more;
        assert_eq!(log.health(), Health::Works { durable: all });
    }
    let found = kept(folder.path(), all);
    assert_eq!(found, (0..all).map(numbered).collect::<Vec<_>>());
}

#[test]
fn what_was_promised_survives_the_process() {
    // Small files, so that several come and go; nothing is closed before the folder is copied.
    let folder = tempfile::tempdir().unwrap();
    let log = open_small(folder.path(), &BadDisk::default()).unwrap();
    log.set_signer(Some(signer()));
    let mut copies = Vec::new();
    let mut all = 0;
    for round in 0..60 {
        let records: Vec<_> = (0..50).map(|n| numbered(all + n)).collect();
        log.append(&records).unwrap().wait().unwrap();
        all += 50;
        if round % 7 == 3 {
            copies.push((all, copied(folder.path())));
        }
    }
    for (promised, copy) in copies {
        let log = open(copy.path());
        let Health::Works { durable } = log.health() else { panic!("it works") };
        assert!(durable >= promised, "{durable} of {promised}");
        log.set_signer(Some(signer()));
        log.append(&[numbered(1)]).unwrap().wait().unwrap();
        log.close();
        let found = kept(copy.path(), durable + 1);
        assert_eq!(
            found[..usize::try_from(durable).unwrap()],
            (0..durable).map(numbered).collect::<Vec<_>>()
        );
    }
}

#[test]
fn files_of_the_journal_are_used_again() {
    let folder = tempfile::tempdir().unwrap();
    let disk = BadDisk::default();
    let log = open_small(folder.path(), &disk).unwrap();
    log.set_signer(Some(signer()));
    let (mut all, began) = (0, Instant::now());
    for reused in [2, 4, 6] {
        while disk.reused() < reused {
            assert!(began.elapsed() < Duration::from_secs(30), "{} after {all}", disk.reused());
            let records: Vec<_> = (0..50).map(|n| numbered(all + n)).collect();
            log.append(&records).unwrap().wait().unwrap();
            all += 50;
            std::thread::yield_now();
        }
        disk.fail(Some(Fault::Sync));
        assert!(log.append(&[numbered(0)]).is_ok_and(|receipt| receipt.wait().is_err()));
        disk.fail(None);
        while !matches!(log.health(), Health::Works { .. }) {
            assert!(began.elapsed() < Duration::from_secs(30), "{:?}", log.health());
            std::thread::yield_now();
        }
    }
    assert_eq!(disk.synced_after_an_error(), 0, "one that failed is not used again");
    // What was there before is not taken for something new, whether the log is closed or not.
    let copy = copied(folder.path());
    let Health::Works { durable } = log.health() else { panic!("it works") };
    assert_eq!(open(copy.path()).health(), Health::Works { durable });
    log.close();
    let mut found = kept(folder.path(), durable);
    found.retain(|record| !is_gap(record));
    assert_eq!(found, (0..all).map(numbered).collect::<Vec<_>>());
    let files = fs::read_dir(folder.path().join("journal")).unwrap().count();
    assert!(files < 16, "{files} files are left");
}

fn is_gap(record: &Record) -> bool {
    matches!(record, Record::Event(one) if one.name == event::GAP)
}

#[test]
fn a_file_is_used_again_if_it_has_the_length_and_nobody_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let [old, new] = ["old", "new"].map(|name| folder.path().join(name));
    drop(RealDisk.create(&old, 4096).unwrap());
    let refused = RealDisk.reuse(&old, &new, 8192).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
    assert!(old.exists() && !new.exists());
    RealDisk.create(&new, 4096).unwrap().write_at(b"of somebody", 0).unwrap();
    let refused = RealDisk.reuse(&old, &new, 4096).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::AlreadyExists);
    assert!(fs::read(&new).unwrap().starts_with(b"of somebody"));
    assert!(old.exists());
    fs::remove_file(&new).unwrap();
    RealDisk.reuse(&old, &new, 4096).unwrap().write_at(b"there", 0).unwrap();
    assert!(!old.exists());
    assert!(fs::read(&new).unwrap().starts_with(b"there"));
}

#[test]
fn a_disk_that_fails_is_never_believed_again_and_a_new_file_is_begun() {
    let folder = tempfile::tempdir().unwrap();
    let disk = BadDisk::default();
    let log = open_small(folder.path(), &disk).unwrap();
    log.set_signer(Some(signer()));
    let mut promised = 0;
    for fault in BadDisk::FAULTS {
        for n in 0..10 {
            log.append(&[numbered(n)]).unwrap().wait().unwrap();
            promised += 1;
        }
        disk.fail(Some(fault));
        // Whatever is asked for while it fails is refused, at once or by the receipt.
        let mut refused = 0;
        for n in 0..3000 {
            match log.append(&[numbered(n)]).map(payhsm_audit::log::Receipt::wait) {
                Ok(Ok(())) => promised += 1,
                Ok(Err(_)) | Err(_) => refused += 1,
            }
            if refused >= 5 {
                break;
            }
        }
        assert!(refused >= 5, "{fault:?}");
        assert!(matches!(log.health(), Health::Fails { .. }), "{fault:?}: {:?}", log.health());
        if fault == Fault::NoSegment {
            // A daemon that dies now has lost nothing.
            let copy = copied(folder.path());
            let Health::Works { durable } = open(copy.path()).health() else { panic!("it works") };
            assert!(durable >= promised, "{durable} of {promised}");
        }
        disk.fail(None);
        let healed = Instant::now();
        while log.append(&[numbered(7)]).is_err() {
            assert!(healed.elapsed() < Duration::from_secs(1), "{fault:?}");
            std::thread::yield_now();
        }
        promised += 1;
    }
    log.append(&[numbered(0)]).unwrap().wait().unwrap();
    promised += 1;
    log.close();
    assert_eq!(disk.synced_after_an_error(), 0);
    let Health::Works { durable } = log.health() else { panic!("it works") };
    let found = kept(folder.path(), durable);
    let gaps = found.iter().filter(|record| is_gap(record)).count() as u64;
    assert_eq!(found.len() as u64, promised + gaps, "nothing but what was promised, and the gaps");
    assert_eq!(gaps, BadDisk::FAULTS.len() as u64);
    // And it opens again as it is.
    drop(log);
    assert_eq!(open(folder.path()).health(), Health::Works { durable });
}

#[test]
fn one_daemon_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    let disk = BadDisk::default();
    let second = open_small(folder.path(), &disk);
    assert!(matches!(second, Err(LogError::InUse(_))));
    drop(log);
    open(folder.path()).append(&[numbered(0)]).unwrap().wait().unwrap();
}

#[test]
fn a_torn_end_is_left_out_and_a_change_before_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    for n in 0..40 {
        log.append(&[numbered(n)]).unwrap().wait().unwrap();
    }
    drop(log);
    let journal =
        fs::read_dir(folder.path().join("journal")).unwrap().map(|file| file.unwrap().path());
    let segment = journal.filter(|path| path.extension().is_some()).min().unwrap();
    let bytes = fs::read(&segment).unwrap();
    let end = bytes.iter().rposition(|&byte| byte != 0).unwrap();
    // The last frame, torn anywhere, is as if it had never been.
    let last = bytes.windows(4).rposition(|four| four == b"PHJ1").unwrap();
    for at in [last, last + 5, last + 31, last + 40, end] {
        let mut torn = bytes.clone();
        torn[at..=end].fill(0);
        fs::write(&segment, &torn).unwrap();
        assert_eq!(open(folder.path()).health(), Health::Works { durable: 39 }, "{at}");
    }
    for at in [0, 20, 100, 1000, last - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        fs::write(&segment, &changed).unwrap();
        let disk = BadDisk::default();
        let refused = open_small(folder.path(), &disk).unwrap_err();
        assert!(matches!(refused, LogError::Damaged { .. }), "{at}: {refused}");
        assert_eq!(fs::read(&segment).unwrap(), changed, "nothing is touched");
    }
}

#[test]
fn a_log_that_is_shorter_than_what_was_signed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let log = open(folder.path());
    log.set_signer(Some(signer()));
    log.append(&[numbered(0)]).unwrap().wait().unwrap();
    let before = copied(folder.path());
    log.append(&[numbered(1)]).unwrap().wait().unwrap();
    drop(log);
    fs::copy(folder.path().join("checkpoint"), before.path().join("checkpoint")).unwrap();
    let disk = BadDisk::default();
    let refused = open_small(before.path(), &disk).unwrap_err();
    assert!(refused.to_string().contains("signed for 2 entries, and 1 are there"), "{refused}");
}

#[test]
fn many_wait_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let log = Arc::new(open(folder.path()));
    log.set_signer(Some(signer()));
    std::thread::scope(|scope| {
        for thread in 0..16 {
            let log = Arc::clone(&log);
            scope.spawn(move || {
                for n in 0..200 {
                    let records = [numbered(thread * 1000 + n), numbered(thread * 1000 + n + 500)];
                    log.append(&records).unwrap().wait().unwrap();
                }
            });
        }
    });
    log.close();
    let found = kept(folder.path(), 6400);
    for thread in 0..16 {
        // One caller's records are in its order, and those of one request are neighbours.
        let own = |record: &Record| (0..700).position(|n| *record == numbered(thread * 1000 + n));
        let places: Vec<_> = found.iter().filter_map(own).collect();
        let pairs: Vec<_> = (0..200).flat_map(|n| [n, n + 500]).collect();
        assert_eq!(places, pairs);
    }
}
