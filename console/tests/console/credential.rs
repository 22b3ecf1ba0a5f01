//! The credential that unseals without officers: who is asked for it, and where it may go.

use crate::flows::write_share;
use crate::person::{PASSPHRASE, place};
use crate::screen::Screen;
use crate::support::Fake;
use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;
use tempfile::TempDir;

const COMMAND: [&str; 3] = ["--socket", "officer.sock", "credential"];

/// Alice and bob, who hold shares.
fn holders() -> (TempDir, Fake) {
    let (folder, fake) = place("operational");
    let officers = fake.with(|state| state.officers.clone());
    for (index, officer) in (1..).zip(&officers) {
        write_share(folder.path(), officer, index);
    }
    (folder, fake)
}

#[test]
fn two_holders_write_it_into_a_pipe_and_it_is_on_record() {
    let (folder, fake) = holders();
    let mut screen = Screen::with_output(folder.path(), &COMMAND, Some(Stdio::piped()));
    let mut pipe = screen.child.stdout.take().unwrap();
    let line = format!("{PASSPHRASE}\r");
    let at = screen.walk(
        0,
        &[
            ("With this credential", ""),
            ("The first holder, please.", ""),
            ("Number:", "1\r"),
            ("Passphrase of alice: (not shown)", "wrong\r"),
            ("Wrong passphrase (1 of 5).", ""),
            ("Passphrase of alice: (not shown)", &line),
            // The same share again counts for nothing, and neither does the first one any more.
            ("1 share is in. The next holder, please.", ""),
            ("Number:", "1\r"),
            ("Passphrase of alice: (not shown)", &line),
            ("that share was given already.", ""),
            ("The first holder, please.", ""),
            ("Number:", "2\r"),
            ("Passphrase of bob: (not shown)", &line),
            ("Number:", "1\r"),
            ("Passphrase of alice: (not shown)", &line),
            ("these shares make the LMK in force.", ""),
            ("2 shares are in. Write the credential? (y/n):", "?\r"),
            ("2 shares are in. Write the credential? (y/n):", "y\r"),
            ("it is on record.", ""),
            ("RECORD: credential for unsealing without officers", ""),
        ],
    );
    assert!(screen.ended().success(), "{}", screen.shown());
    screen.wait("A credential of 2 shares was written to file descriptor 1.", at);
    let mut written = Vec::new();
    pipe.read_to_end(&mut written).unwrap();
    assert_eq!(written, [[2; 33], [1; 33]].concat());
    assert!(!screen.shown().contains(PASSPHRASE) && screen.echoes());
    fake.with(|state| assert_eq!(state.acts.last().unwrap(), "NoteCredential"));
}

#[test]
fn it_is_not_written_where_it_could_be_read_nor_by_whoever_says_no() {
    let (folder, fake) = holders();
    // The screen itself, and a file.
    let mut screen = Screen::open(folder.path(), &COMMAND);
    screen.wait("file descriptor 1: it is the screen", 0);
    assert_eq!(screen.ended().code(), Some(1));
    let path = folder.path().join("credential");
    let file = || Some(File::create(&path).unwrap().into());
    let mut screen = Screen::with_output(folder.path(), &COMMAND, file());
    screen.wait("it is a file, and opened shares would lie on the disk", 0);
    assert_eq!(screen.ended().code(), Some(1));
    fake.with(|state| assert!(state.acts.is_empty(), "nobody was asked"));

    let insisting = [&COMMAND[..], &["--even-to-a-file"]].concat();
    let line = format!("{PASSPHRASE}\r");
    let holders = [
        ("Number:", "1\r"),
        ("Passphrase of alice: (not shown)", line.as_str()),
        ("Number:", "2\r"),
        ("Passphrase of bob: (not shown)", line.as_str()),
    ];
    let mut screen = Screen::with_output(folder.path(), &insisting, file());
    let at = screen.walk(0, &holders);
    let at = screen.answer("Write the credential? (y/n):", at, "n\r");
    screen.wait("Nothing was written.", at);
    assert_eq!(screen.ended().code(), Some(1));
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    fake.with(|state| assert!(!state.acts.contains(&"NoteCredential".to_owned())));

    fake.with(|state| state.given.clear());
    let mut screen = Screen::with_output(folder.path(), &insisting, file());
    let at = screen.walk(0, &holders);
    screen.answer("Write the credential? (y/n):", at, "y\r");
    assert!(screen.ended().success(), "{}", screen.shown());
    assert_eq!(fs::read(&path).unwrap(), [[1; 33], [2; 33]].concat());
}
