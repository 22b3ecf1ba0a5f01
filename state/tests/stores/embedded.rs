//! What is the embedded store's own.

use crate::{increment, key, killed, read_number, suite};
use payhsm_state::{Embedded, Store};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use tempfile::TempDir;

fn file() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows");
    (folder, path)
}

#[test]
fn it_keeps_what_every_store_promises() {
    let (_folder, path) = file();
    suite::all(&|| Box::new(Embedded::open(&path).unwrap()));
}

#[test]
fn a_killed_process_loses_nothing_that_it_was_promised() {
    let (_folder, path) = file();
    let place = format!("file:{}", path.display());
    killed::nothing_is_lost(&place, &|| Box::new(Embedded::open(&path).unwrap()));
}

#[test]
fn one_process_at_a_time() {
    let (_folder, path) = file();
    let first = Embedded::open(&path).unwrap();
    let text = Embedded::open(&path).unwrap_err().to_string();
    assert!(text.contains("in use by another process"), "{text}");
    drop(first);
    Embedded::open(&path).unwrap();
}

#[test]
fn a_new_file_is_for_its_owner_alone_and_no_half_of_one_stays() {
    let (folder, path) = file();
    fs::write(folder.path().join("rows.new"), b"left behind by a crash").unwrap();
    drop(Embedded::open(&path).unwrap());
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_no_such_file_is_refused_and_left_as_it_is() {
    let (folder, path) = file();
    for content in [&b""[..], b"something else"] {
        fs::write(&path, content).unwrap();
        Embedded::open(&path).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    Embedded::open(folder.path().join("no/folder")).unwrap_err();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn it_does_not_block_and_says_nothing_of_its_rows() {
    let (_folder, path) = file();
    let store = Embedded::open(&path).unwrap();
    assert!(!store.may_block());
    assert_eq!(store.trouble(), None);
    increment(&store, &[key(1, 1)]).unwrap();
    assert_eq!(read_number(&store, key(1, 1)), 1);
    assert_eq!(format!("{store:?}"), "Embedded");
}

/// Found by fuzzing: redb panics over such files, unless it is told to look first.
#[test]
fn a_damaged_file_is_refused_in_words_or_holds_what_it_held() {
    let (_folder, path) = file();
    let store = Embedded::open(&path).unwrap();
    let rows: Vec<_> = (0..40).map(|number| key(9, number)).collect();
    for row in &rows {
        increment(&store, std::slice::from_ref(row)).unwrap();
    }
    drop(store);
    let whole = fs::read(&path).unwrap();
    let used = |at: &usize| whole[*at..*at + 8].iter().any(|byte| *byte != 0);
    let places = (0..whole.len() - 8).step_by(8).filter(used);
    let mut refused = 0;
    for at in places.step_by(61) {
        let mut damaged = whole.clone();
        damaged[at..at + 8].iter_mut().for_each(|byte| *byte ^= 0xA5);
        fs::write(&path, damaged).unwrap();
        match Embedded::open(&path) {
            Ok(store) => {
                for row in &rows {
                    assert_eq!(read_number(&store, *row), 1, "byte {at}");
                }
                increment(&store, &rows[..1]).unwrap();
            }
            Err(why) => {
                refused += 1;
                assert!(!why.why().is_empty());
            }
        }
    }
    assert!(refused > 0);
}
