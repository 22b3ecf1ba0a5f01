//! The files of the audit log, after every command has gone through a daemon that keeps one.

use super::{Marker, Material, PIN, developer, latin, material};
use crate::support::binary::{Daemon, Folder, configuration};
use payhsm_audit::record::{Command, Entry, Moment, Record};
use payhsm_audit::tile::{entries_path, parse_bundle};
use std::fs;
use std::path::Path;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Six bytes as base64 has them, wherever they stand behind a multiple of three bytes.
pub(super) fn base64(bytes: &[u8]) -> Option<String> {
    let number = bytes.get(..6)?.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let digit = |at: u32| char::from(DIGITS[usize::try_from(number >> (6 * at) & 63).unwrap()]);
    Some((0..8).rev().map(digit).collect())
}

/// Eight digits, two to a byte.
pub(super) fn packed(bytes: &[u8]) -> Option<String> {
    if bytes.len() < 8 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(latin(&hex::decode(bytes.get(..8)?).ok()?))
}

#[test]
fn other_ways_to_write_are_found_too() {
    // The digits of a PIN, one, two and three bytes behind the beginning of something.
    let marker = Marker::new("PIN", PIN.as_bytes());
    for seen in ["eDQ4MTUxNjIzNDIwNg==", "eHg0ODE1MTYyMzQyMDY=", "eHh4NDgxNTE2MjM0MjA2"] {
        assert!(marker.is_in(seen), "{seen}");
    }
    assert!(marker.is_in(&latin(&[0x00, 0x48, 0x15, 0x16, 0x23, 0x42, 0x06])));
    assert!(!marker.is_in(&latin(&[0x00, 0x48, 0x15, 0x16, 0x00, 0x42, 0x06])));
}

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
    let Material { messages, markers, short } = material(&developer());
    let folder = Folder::new();
    let rest = "[host]\npin_length = 12\n[audit]\nfolder = 'audit'";
    let config = format!("state = 'state'\n{}", configuration("development", false, rest));
    let mut daemon = Daemon::configured(&folder, &config, 4);
    let mut caller = folder.host_client("client", daemon.address(true, None));
    for message in &messages {
        let answer = caller.ask(message);
        // What hosts may see of the log depends on who was authorised.
        assert!(answer.get(2..4) == Some("00") || message[0] == b'Q', "{}", message.escape_ascii());
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
    for marker in &markers {
        assert!(!marker.is_in(&text), "{} is in a file of the log", marker.what);
    }
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
