use super::{CLOSED, Last, is_closed, last, name, prepare, recover, turn};
use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::note::Ed25519Signer;
use payhsm_audit::record::{Event, Moment, Record};
use payhsm_audit::tile::{entries_path, put_entry};
use std::fs;
use std::path::{Path, PathBuf};

const NAME: &str = "a.example/log";

fn put_checkpoint(folder: &Path, size: u64) -> Last {
    let (origin, root) = (NAME.to_owned(), Hash([7; 32]));
    let signer = Ed25519Signer::from_seed(NAME, &[1; 32]).unwrap();
    let note = Checkpoint { origin, size, root, extensions: Vec::new() }.sign(&signer).unwrap();
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join("checkpoint"), note).unwrap();
    last(folder).unwrap()
}

/// A bundle of so many records; the one at `closed` says that the log is.
fn put_bundle(folder: &Path, index: u64, width: u16, closed: u16) {
    let mut bundle = Vec::new();
    for at in 0..width {
        let name = if at == closed { CLOSED } else { "start" }.to_owned();
        let mut entry = Vec::new();
        let index = 256 * index + u64::from(at);
        let record = Record::Event(Event { name, detail: String::new() });
        record.put(index, Moment::default(), &mut entry);
        put_entry(&entry, &mut bundle).unwrap();
    }
    let path = folder.join(entries_path(index, width));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bundle).unwrap();
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("audit");
    (parent, folder)
}

#[test]
fn the_last_record_that_was_signed_says_whether_a_log_is_closed() {
    for (size, index, width, closed, expected) in [
        (1, 0, 1, 0, true),
        (256, 0, 256, 255, true),
        (257, 1, 1, 0, true),
        (300, 1, 44, 43, true),
        // The log went on, and the full bundle alone is there.
        (300, 1, 256, 43, true),
        (300, 1, 256, 44, false),
        (300, 1, 44, 42, false),
        // The bundle is not there, or shorter.
        (300, 0, 44, 43, false),
        (300, 1, 43, 42, false),
    ] {
        let (_parent, folder) = place();
        let last = put_checkpoint(&folder, size);
        put_bundle(&folder, index, width, closed);
        assert_eq!(is_closed(&folder, &last), expected, "{size} {index} {width} {closed}");
    }
    let (_parent, folder) = place();
    let last = put_checkpoint(&folder, 0);
    assert!(!is_closed(&folder, &last));
}

#[test]
fn what_is_no_checkpoint_is_none() {
    let (_parent, folder) = place();
    assert!(last(&folder).is_none());
    put_checkpoint(&folder, 5);
    for bytes in [[0; 300].as_slice(), b"", b"a\n5\nb\n"] {
        fs::write(folder.join("checkpoint"), bytes).unwrap();
        assert!(last(&folder).is_none());
    }
}

#[test]
fn nothing_takes_the_place_of_what_is_there() {
    let (parent, folder) = place();
    let last = put_checkpoint(&folder, 5);
    let usual = "audit.5-0707070707070707";
    assert_eq!(name(&folder, &last), usual);
    fs::create_dir(parent.path().join(usual)).unwrap();
    fs::write(parent.path().join(format!("{usual}-2")), "").unwrap();
    assert_eq!(name(&folder, &last), format!("{usual}-3"));
    // Somebody was faster.
    prepare(&folder).unwrap();
    let error = turn(&folder, usual, &parent.path().join("audit.pub")).unwrap_err();
    assert!(error.to_string().contains(usual), "{error}");
    assert!(folder.join("checkpoint").exists());
}

#[test]
fn a_turn_ends_with_the_next_log_in_its_place_whatever_stops_it() {
    let (parent, folder) = place();
    let key = parent.path().join("audit.pub");
    let last = put_checkpoint(&folder, 5);
    fs::write(&key, "old").unwrap();
    // Of a turn that did not come so far.
    fs::create_dir(parent.path().join("audit.next")).unwrap();
    fs::write(parent.path().join("audit.next/stale"), "").unwrap();
    let next = prepare(&folder).unwrap();
    assert!(!next.join("stale").exists());
    fs::write(next.join("new"), "").unwrap();
    // Nothing to recover: the old one is there.
    recover(&folder).unwrap();
    assert!(folder.join("checkpoint").exists() && next.exists());

    let name = name(&folder, &last);
    turn(&folder, &name, &key).unwrap();
    let aside = parent.path().join(&name);
    assert!(folder.join("new").exists() && aside.join("checkpoint").exists() && !next.exists());
    assert_eq!(fs::read_to_string(parent.path().join(format!("{name}.pub"))).unwrap(), "old");
    assert!(!key.exists());

    fs::rename(&folder, &next).unwrap();
    recover(&folder).unwrap();
    assert!(folder.join("new").exists() && !next.exists());
    // A new appliance has neither.
    let (_parent, folder) = place();
    recover(&folder).unwrap();
    assert!(!folder.exists());
}
