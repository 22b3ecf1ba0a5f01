//! The program on a real terminal, with keys typed as a person types them.

use crate::screen::Screen;
use crate::support::Fake;
use std::path::Path;

const PASSPHRASE: &str = "a passphrase for tests";

fn officer(folder: &Path, fake: &Fake, name: &str) {
    use payhsm_officer::{Identity, passphrase::Cost, random::SystemRandom};
    let cost = Cost::development_only();
    let identity = Identity::create(name, PASSPHRASE.as_bytes(), cost, &mut SystemRandom).unwrap();
    identity.write_new(&folder.join(format!("{name}.officer")), &mut SystemRandom).unwrap();
    fake.with(|state| state.officers.push(identity.officer().clone()));
}

#[test]
fn a_person_enters_components_and_nothing_of_them_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), "operational");
    officer(folder.path(), &fake, "alice");
    officer(folder.path(), &fake, "bob");
    let mut screen = Screen::open(folder.path(), &["--socket", "officer.sock"]);
    let passphrase = format!("{PASSPHRASE}\r");
    let mut at = 0;
    for (question, keys) in [
        ("Number:", "2\r"),
        ("Number:", "3\r"),
        ("Number:", "1\r"),
        ("Passphrase of alice: (not shown)", passphrase.as_str()),
        ("Number:", "2\r"),
        ("Passphrase of bob: (not shown)", passphrase.as_str()),
        ("Label of the key:", "vis-zmk\r"),
        ("Number:", "1\r"),
        ("Number:", "5\r"),
        ("Number:", "1\r"),
        ("Slot for the host language [none]:", "\r"),
        ("How many components [2]:", "\r"),
        ("Component 1: (not shown)", "0123 4567 89AB CDEF 0123 4567 89AB CD\r"),
        // A slip, taken back with the backspace key.
        ("Component 1: (not shown)", "0123 4567 89AB CDEF FEDC BA98 7654 321F\x7f0\r"),
        ("As on your sheet? (y/n):", "y\r"),
        ("Component 2: (not shown)", "?\r"),
        ("Component 2: (not shown)", "11112222333344445555666677778888\r"),
        ("As on your sheet? (y/n):", "y\r"),
        ("Number:", "q\r"),
    ] {
        at = screen.answer(question, at, keys);
    }
    assert!(screen.ended().success());
    assert!(screen.echoes(), "the echo is on again");
    let shown = screen.shown();
    for part in
        ["That is 30 digits;", "RECORD: officers' session", "\x1b[32m", "2 officers present"]
    {
        assert!(shown.contains(part), "{part}\n{shown}");
    }
    for secret in [PASSPHRASE, "passphrase for", "0123", "FEDC", "11112222"] {
        // The appliance's id begins like a component.
        let shown = shown.replace(crate::support::APPLIANCE, "");
        assert!(!shown.contains(secret), "{secret}\n{shown}");
    }
    fake.with(|state| {
        assert_eq!(state.kept[0].last(), Some(&0x10));
        assert_eq!(state.kept.len(), 2);
    });
}

#[test]
fn ctrl_c_at_a_passphrase_turns_the_echo_on_and_leaves_a_record() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), "operational");
    officer(folder.path(), &fake, "alice");
    let mut screen = Screen::open(folder.path(), &["--socket", "officer.sock"]);
    let mut at = screen.answer("Number:", 0, "1\r");
    at = screen.answer("Number:", at, "1\r");
    at = screen.answer("(not shown)", at, &format!("{PASSPHRASE}\r"));
    at = screen.answer("Number:", at, "1\r");
    at = screen.answer("Number:", at, "1\r");
    at = screen.wait("(not shown)", at);
    screen.wait_silent();
    screen.type_keys("half a pass\x03");
    screen.wait("Stopped.", at);
    assert_eq!(screen.ended().code(), Some(130));
    assert!(screen.echoes(), "the echo is on again");
    let shown = screen.shown();
    assert!(shown.contains("NOT FINISHED") && !shown.contains("half a pass"), "{shown}");
}

#[test]
fn a_signal_at_a_passphrase_turns_the_echo_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen = Screen::open(folder.path(), &["officer", "new", "alice"]);
    screen.wait("New passphrase: (not shown)", 0);
    screen.wait_silent();
    screen.signal("-TERM");
    assert_eq!(screen.ended().code(), Some(130));
    assert!(screen.echoes(), "the echo is on again");
    assert!(!folder.path().join("alice.officer").exists());
}

#[test]
fn ctrl_c_at_an_ordinary_question_leaves_a_record_too() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), "operational");
    officer(folder.path(), &fake, "alice");
    let mut screen = Screen::open(folder.path(), &["--socket", "officer.sock"]);
    let mut at = screen.answer("Number:", 0, "1\r");
    at = screen.answer("Number:", at, "1\r");
    at = screen.answer("(not shown)", at, &format!("{PASSPHRASE}\r"));
    at = screen.wait("Number:", at);
    screen.type_keys("1\x03");
    screen.wait("NOT FINISHED", at);
    assert_eq!(screen.ended().code(), Some(130));
    assert!(screen.echoes());
}

#[test]
fn an_officer_is_made_and_takes_another_passphrase() {
    let folder = tempfile::tempdir().unwrap();
    let mut screen =
        Screen::open(folder.path(), &["officer", "new", "alice", "--development-only"]);
    let first = format!("{PASSPHRASE}\r");
    let at = screen.answer("New passphrase: (not shown)", 0, &first);
    screen.answer("Once more: (not shown)", at, &first);
    assert!(screen.ended().success(), "{}", screen.shown());
    let mut screen =
        Screen::open(folder.path(), &["officer", "change-passphrase", "alice.officer"]);
    let mut at = screen.answer("Passphrase of alice: (not shown)", 0, "wrong\r");
    at = screen.wait("Wrong passphrase (1 of 5).", at);
    at = screen.answer("(not shown)", at, &first);
    at = screen.answer("New passphrase: (not shown)", at, "another passphrase\r");
    screen.answer("Once more: (not shown)", at, "another passphrase\r");
    assert!(screen.ended().success(), "{}", screen.shown());
    let file = payhsm_officer::IdentityFile::read(&folder.path().join("alice.officer")).unwrap();
    assert!(
        file.unlock(b"another passphrase").is_ok() && file.unlock(PASSPHRASE.as_bytes()).is_err()
    );
}

#[test]
fn the_first_ceremony_on_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let _fake = Fake::start(folder.path(), "uninitialised");
    std::fs::create_dir(folder.path().join("shares")).unwrap();
    let mut screen = Screen::open(folder.path(), &["--socket", "officer.sock"]);
    let passphrase = format!("{PASSPHRASE}\r");
    let passphrase = passphrase.as_str();
    let mut at = screen.answer("Number:", 0, "1\r");
    for name in ["alice\r", "bob\r", "carol\r"] {
        at = screen.answer("Number:", at, "2\r");
        at = screen.answer("Name of the officer:", at, name);
        at = screen.answer("New passphrase: (not shown)", at, passphrase);
        at = screen.answer("Once more: (not shown)", at, passphrase);
    }
    for (question, keys) in [
        ("Number:", "3\r"),
        ("Number:", "1\r"),
        ("Passphrase of alice: (not shown)", passphrase),
        ("Number:", "3\r"),
        ("Passphrase of carol: (not shown)", passphrase),
        ("Number:", "1\r"),
        ("How many holders [3]:", "\r"),
        ("How many of them bring it back [2]:", "?\r"),
        ("How many of them bring it back [2]:", "\r"),
        ("Holders, with spaces between [alice bob carol]:", "\r"),
        ("Folder for the share files [.]:", "shares\r"),
        ("Make the LMK now? (y/n):", "y\r"),
        ("Number:", "q\r"),
    ] {
        at = screen.answer(question, at, keys);
    }
    assert!(screen.ended().success());
    // `cargo test -- --nocapture` shows what docs/console.md has.
    println!("{}", screen.shown());
    assert!(!screen.shown().contains(PASSPHRASE));
    assert_eq!(std::fs::read_dir(folder.path().join("shares")).unwrap().count(), 3);
    let alice = payhsm_officer::IdentityFile::read(&folder.path().join("alice.officer")).unwrap();
    assert!(!alice.is_development_only() && !alice.seen().is_empty());
}
