//! A person who types from a list, and what is around: officers' files, a daemon.

use crate::support::Fake;
use payhsm_console::clock::Clock;
use payhsm_console::daemon::Daemon;
use payhsm_console::session::{Session, Settings};
use payhsm_console::terminal::{Terminal, Tone, wrapped};
use payhsm_console::{Leave, Secret, menu};
use payhsm_officer::Identity;
use payhsm_officer::passphrase::Cost;
use payhsm_officer::random::SystemRandom;
use std::collections::VecDeque;
use std::path::Path;
use tempfile::TempDir;
use time::OffsetDateTime;

pub(crate) const PASSPHRASE: &str = "a passphrase for tests";

/// What the person types: `key` is a part of the question that it answers.
pub(crate) struct Scripted {
    pub(crate) typed: VecDeque<(&'static str, String)>,
    pub(crate) seen: String,
}

impl Scripted {
    pub(crate) fn new(typed: &[(&'static str, &str)]) -> Self {
        let typed = typed.iter().map(|(key, line)| (*key, (*line).to_owned())).collect();
        Self { typed, seen: String::new() }
    }

    fn next(&mut self, prompt: &str) -> Result<String, Leave> {
        self.seen.push_str(prompt);
        self.seen.push('\n');
        let Some((key, line)) = self.typed.pop_front() else {
            return Err(Leave::Stopped);
        };
        assert!(prompt.contains(key), "asked {prompt:?}, expected {key:?}; so far:\n{}", self.seen);
        Ok(line)
    }
}

impl Terminal for Scripted {
    fn show(&mut self, _tone: Tone, text: &str) {
        let text = wrapped(text);
        assert!(text.lines().all(|line| line.chars().count() < 80), "{text}");
        self.seen.push_str(&text);
    }

    fn ask(&mut self, prompt: &str) -> Result<String, Leave> {
        assert!(prompt.len() < 80, "{prompt}");
        self.next(prompt)
    }

    fn ask_hidden(&mut self, prompt: &str) -> Result<Secret, Leave> {
        self.next(prompt).map(|line| Secret::new(line.into_bytes()))
    }

    fn pause(&mut self) {}
}

pub(crate) struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(1_795_329_612).unwrap()
    }
}

pub(crate) fn officer(folder: &Path, name: &str) -> Identity {
    let cost = Cost::development_only();
    let identity = Identity::create(name, PASSPHRASE.as_bytes(), cost, &mut SystemRandom).unwrap();
    identity.write_new(&folder.join(format!("{name}.officer")), &mut SystemRandom).unwrap();
    identity
}

/// A daemon in a state, with alice and bob enrolled.
pub(crate) fn place(state: &str) -> (TempDir, Fake) {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(folder.path(), state);
    for name in ["alice", "bob"] {
        let identity = officer(folder.path(), name);
        fake.with(|state| state.officers.push(identity.officer().clone()));
    }
    (folder, fake)
}

pub(crate) fn run(
    folder: &TempDir,
    fake: &Fake,
    typed: &[(&'static str, &str)],
) -> (String, Result<(), Leave>) {
    let mut terminal = Scripted::new(typed);
    let settings = Settings {
        officers: folder.path().to_owned(),
        records: folder.path().to_owned(),
        cost: Cost::development_only(),
    };
    let daemon = Daemon::connect(&fake.socket).unwrap();
    let mut session =
        Session::begin(&mut terminal, daemon, settings).unwrap().with_clock(Box::new(FixedClock));
    let ended = menu::run(&mut session);
    drop(session);
    assert!(terminal.typed.is_empty(), "not asked: {:?}\n{}", terminal.typed, terminal.seen);
    (terminal.seen, ended)
}

pub(crate) const ALICE: [(&str, &str); 2] = [("Number", "1"), ("Passphrase of alice", PASSPHRASE)];
pub(crate) const BOB: [(&str, &str); 2] = [("Number", "2"), ("Passphrase of bob", PASSPHRASE)];

pub(crate) fn lines(
    parts: &[&[(&'static str, &'static str)]],
) -> Vec<(&'static str, &'static str)> {
    parts.concat()
}
