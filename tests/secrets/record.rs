//! The files of the audit log and of the state, after every command has gone through a daemon that keeps one.

use super::appliance::configured;
use super::marker::{Marker, latin, latin_without_gaps, seen_in};
use super::material::{Material, material};
use super::support::binary::{Daemon, Folder};
use payhsm_audit::record::{Command, Entry, Moment, Record};
use payhsm_audit::tile::{entries_path, parse_bundle};
use std::fs;
use std::path::Path;

/// All bytes of all files below a folder.
fn all(folder: &Path, into: &mut Vec<u8>) {
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            all(&path, into);
        } else {
            let bytes = fs::read(&path).unwrap();
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            into.extend_from_slice(&bytes[..end]);
            // What ends one file and begins another is nothing.
            into.extend_from_slice(b"\0\0\0\0");
        }
    }
}

/// The commands of a log.
fn commands(log: &Path) -> Vec<Command> {
    let note = fs::read_to_string(log.join("checkpoint")).unwrap();
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    let mut commands = Vec::new();
    for index in 0..size.div_ceil(256) {
        let width = u16::try_from((size - 256 * index).min(256)).unwrap();
        let bundle = fs::read(log.join(entries_path(index, width))).unwrap();
        for entry in parse_bundle(&bundle).unwrap() {
            if let Record::Command(command) = Entry::take(entry).unwrap().record {
                commands.push(command);
            }
        }
    }
    commands
}

#[test]
fn the_audit_log_says_nothing_of_what_went_through_it() {
    let folder = Folder::new();
    let mut daemon = Daemon::configured(&folder, &configured(&folder, false), 4);
    let mut caller = folder.host_client("client", daemon.address(true, None));
    let Material { messages, markers, short, .. } = material(&mut |message| caller.ask(message));
    for message in &messages {
        caller.ask(&message[..message.len() / 2]);
        caller.ask([message, &b"x"[..]].concat());
    }
    drop(caller);
    daemon.terminate();
    assert!(daemon.end().success(), "{:#?}", daemon.log.all());

    let log = folder.path("audit");
    let commands = commands(&log);
    assert_eq!(commands.len(), 3 * messages.len());
    let mut files = fs::read(folder.path("audit.pub")).unwrap();
    all(&log, &mut files);
    let text = latin(&files);
    assert_eq!(seen_in(&markers, &text), None);
    // Nor do the files of its state, with rows of cards.
    assert!(folder.path("state/cards.redb").exists());
    let mut state = Vec::new();
    all(&folder.path("state"), &mut state);
    assert_eq!(seen_in(&markers, &latin_without_gaps(&state)), None);
    // What is short stands in hashes by chance: it is looked for in what was written down.
    let mut said = Vec::new();
    for command in commands {
        let bare = Command { peer: String::new(), keys: Vec::new(), fingerprint: None, ..command };
        Record::Command(bare).put(0, Moment::default(), &mut said);
    }
    let said = latin(&said);
    for marker in &short {
        assert!(!marker.is_in(&said), "{} is in a record", marker.what);
    }
    // The control: what is written down on purpose is found.
    for seen in ["tests", "CA", "*********517*", "kcv:"] {
        assert!(Marker::new(seen, seen.as_bytes()).is_in(&text), "{seen}");
    }
}
