//! A program that is made to stand still: the terminal is everybody's meanwhile, and what was half typed does not count.

use crate::person::PASSPHRASE;
use crate::screen::Screen;

const ASKED: &str = "New passphrase: (not shown)";

fn asked() -> (tempfile::TempDir, Screen, usize) {
    let folder = tempfile::tempdir().unwrap();
    let screen = Screen::open(folder.path(), &["officer", "new", "alice", "--development-only"]);
    let at = screen.wait(ASKED, 0);
    screen.wait_silent();
    (folder, screen, at)
}

fn goes_on(folder: &tempfile::TempDir, mut screen: Screen, at: usize) {
    let line = format!("{PASSPHRASE}\r");
    let at = screen.wait("does not count; once more:", at);
    screen.walk(at, &[(ASKED, &line), ("Once more: (not shown)", &line)]);
    assert!(screen.ended().success(), "{}", screen.shown());
    assert!(screen.echoes() && !screen.shown().contains("half a"), "{}", screen.shown());
    let file = payhsm_officer::IdentityFile::read(&folder.path().join("alice.officer")).unwrap();
    assert!(file.unlock(PASSPHRASE.as_bytes()).is_ok());
}

#[test]
fn ctrl_z_at_a_passphrase_gives_the_terminal_back() {
    let (folder, mut screen, at) = asked();
    screen.type_keys("half a pass\x1a");
    screen.wait_stopped(true);
    assert!(screen.echoes(), "whoever has the terminal now sees what is typed");
    screen.signal("-CONT");
    goes_on(&folder, screen, at);
}

#[test]
fn a_stop_from_elsewhere_does_the_same() {
    let (folder, mut screen, at) = asked();
    screen.type_keys("half a pass");
    screen.signal("-TSTP");
    screen.wait_stopped(true);
    assert!(screen.echoes());
    screen.signal("-CONT");
    goes_on(&folder, screen, at);
}

#[test]
fn one_that_cannot_be_caught_is_noticed_afterwards() {
    let (folder, mut screen, at) = asked();
    screen.type_keys("half a pass");
    screen.signal("-STOP");
    screen.wait_stopped(true);
    screen.signal("-CONT");
    goes_on(&folder, screen, at);
}

#[test]
fn ctrl_z_at_an_ordinary_question_asks_anew() {
    let folder = tempfile::tempdir().unwrap();
    let _fake = crate::support::Fake::start(folder.path(), "operational");
    let mut screen = Screen::open(folder.path(), &["--socket", "officer.sock"]);
    let at = screen.wait("Number:", 0);
    screen.type_keys("12\x1a");
    screen.wait_stopped(true);
    screen.signal("-CONT");
    let at = screen.wait("once more:", at);
    screen.answer("Number:", at, "q\r");
    assert!(screen.ended().success(), "{}", screen.shown());
}
