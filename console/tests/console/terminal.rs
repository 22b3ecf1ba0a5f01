//! The program on a real terminal, with keys typed as a person types them.

use crate::support::Fake;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "a passphrase for tests";

/// A terminal of 80 columns and 24 lines with the console in it.
struct Screen {
    keyboard: File,
    /// Kept open, so that the terminal's settings can be looked at after the program has ended.
    terminal: File,
    shown: Arc<Mutex<String>>,
    child: Child,
}

impl Screen {
    fn open(folder: &Path, arguments: &[&str]) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap().into_string().unwrap();
        let terminal = File::options().read(true).write(true).open(name).unwrap();
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&terminal, size).unwrap();
        // setsid makes it the controlling terminal, so that Ctrl-C is a signal.
        let child = Command::new("setsid")
            .args(["--ctty", "--wait", env!("CARGO_BIN_EXE_payhsm-console")])
            .args(arguments)
            .current_dir(folder)
            .env("TERM", "xterm")
            .env_remove("NO_COLOR")
            .stdin(terminal.try_clone().unwrap())
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal.try_clone().unwrap())
            .spawn()
            .unwrap();
        let keyboard = File::from(controller);
        let shown = Arc::new(Mutex::new(String::new()));
        let (mut screen, text) = (keyboard.try_clone().unwrap(), Arc::clone(&shown));
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                text.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            }
        });
        Self { keyboard, terminal, shown, child }
    }

    fn shown(&self) -> String {
        self.shown.lock().unwrap().clone()
    }

    /// Waits until `text` stands behind everything that was there at `from`.
    fn wait(&self, text: &str, from: usize) -> usize {
        let start = Instant::now();
        loop {
            let shown = self.shown();
            if let Some(at) = shown.get(from..).and_then(|rest| rest.find(text)) {
                return from + at + text.len();
            }
            assert!(start.elapsed() < Duration::from_secs(30), "no {text:?} in:\n{shown}");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits for the echo to be off: the prompt is there a moment earlier.
    fn wait_silent(&self) {
        let start = Instant::now();
        while self.echoes() {
            assert!(start.elapsed() < Duration::from_secs(30), "the echo stays on");
            std::thread::park_timeout(Duration::from_millis(1));
        }
    }

    fn echoes(&self) -> bool {
        tcgetattr(&self.terminal).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    fn answer(&mut self, question: &str, from: usize, keys: &str) -> usize {
        let at = self.wait(question, from);
        if question.contains("not shown") {
            self.wait_silent();
        }
        self.type_keys(keys);
        at
    }

    fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "still there:\n{}", self.shown());
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

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
    // The console is the child of setsid, which waits for it.
    let parent = screen.child.id();
    let children =
        std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap();
    let console = children.split_whitespace().next().map_or(parent.to_string(), str::to_owned);
    assert!(Command::new("kill").args(["-TERM", &console]).status().unwrap().success());
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
    at = screen.wait("Wrong passphrase.", at);
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
