//! Shares that do not bring it back, and stores that are not what they should be.

use crate::appliance::{Appliance, Console, Lmk, generate, key, list_keys, people};
use payhsm::lifecycle::State;
use payhsm_officer::Identity;
use payhsm_protocol::officer::{Act, Answer, Quorum};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// An appliance that was made, filled and stopped.
fn sealed(folder: &Path) -> ([Identity; 3], Lmk) {
    let appliance = Appliance::start(folder);
    let people = people();
    appliance.connect().enrol(&people);
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let lmk = console.first_lmk();
    console.done(&Act::GenerateKey(key("one", b"72", b"A3")));
    drop(console);
    appliance.stop();
    (people, lmk)
}

fn refused(answer: Answer) -> String {
    let Answer::Refused(why) = answer else { panic!("{answer:?}") };
    why
}

fn give(console: &mut Console, lmk: &Lmk, person: &Identity) -> Answer {
    console.ask_with(&Act::Unseal, &lmk.open(person).unwrap())
}

#[test]
fn too_few_shares_the_same_share_and_shares_that_do_not_fit() {
    let (folder, foreign) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (people, lmk) = sealed(folder.path());
    let (others, other_lmk) = sealed(foreign.path());
    let appliance = Appliance::start(folder.path());
    let [alice, bob, carol] = &people;
    let mut console = appliance.connect();
    let share = lmk.open(alice).unwrap();
    assert!(console.refused_with(&Act::Unseal, &share).contains("officer"), "nobody is here");
    console.log_in(alice);
    assert!(console.refused(&Act::Unseal).contains("Nothing was entered"));
    assert!(console.refused_with(&Act::Unseal, &share[..54]).contains("damaged or was mistyped"));
    let mut flipped = share.clone();
    flipped[30] ^= 1;
    assert!(console.refused_with(&Act::Unseal, &flipped).contains("damaged or was mistyped"));
    assert!(matches!(give(&mut console, &lmk, alice), Answer::Progress { have: 1, of: 2, .. }));
    assert!(refused(give(&mut console, &lmk, alice)).contains("given already"));

    // Of another appliance: it does not even open as one of this, and opened it does not fit.
    let mut mixed = Lmk { appliance: lmk.appliance.clone(), ..other_lmk };
    assert!(mixed.open(&others[1]).is_err());
    mixed.appliance = {
        let appliance = Appliance::start(foreign.path());
        appliance.connect().status().appliance
    };
    assert!(refused(give(&mut console, &mixed, &others[1])).contains("another set"));
    assert_eq!(console.status().shares, Some(Quorum { needed: 1, of: 2 }));
    assert_eq!(appliance.state(), State::Sealed);

    // All of another appliance: they make an LMK, and it is not this one. What was given is forgotten.
    let none = Some(Quorum { needed: 0, of: 2 });
    appliance.connect().done(&Act::Abandon);
    assert_ne!(console.status().shares, none, "not by somebody who is not here");
    console.done(&Act::Abandon);
    assert_eq!(console.status().shares, none);
    give(&mut console, &lmk, alice);
    appliance.clock.pass(Duration::from_secs(601));
    assert_eq!(console.status().shares, none, "nobody went on");
    assert!(matches!(give(&mut console, &mixed, &others[0]), Answer::Progress { .. }));
    assert!(refused(give(&mut console, &mixed, &others[1])).contains("another LMK"));
    assert_eq!(console.status().shares, Some(Quorum { needed: 0, of: 2 }));

    // Holders may come one after the other, on connections of their own.
    drop(console);
    let mut first = appliance.with(&[carol]);
    assert!(matches!(give(&mut first, &lmk, carol), Answer::Progress { have: 1, of: 2, .. }));
    drop(first);
    let mut second = appliance.with(&[bob]);
    assert!(matches!(give(&mut second, &lmk, bob), Answer::Done { .. }));
    assert!(second.refused_with(&Act::Unseal, &share).contains("at work"));
}

/// Copies what lies in a folder, but no socket.
fn copy(from: &Path, to: &Path) {
    for name in ["store.redb", "generation", "officers.toml", "lmk.toml"] {
        fs::copy(from.join(name), to.join(name)).unwrap();
    }
}

#[test]
fn an_older_store_is_refused_until_two_officers_accept_it() {
    let (folder, before) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (people, lmk) = sealed(folder.path());
    let [alice, bob, carol] = &people;
    copy(folder.path(), before.path());
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    console.unseal(&lmk, &[alice, bob]);
    console.done(&Act::GenerateKey(key("two", b"72", b"A3")));
    let seen = console.status().generation;
    appliance.stop();

    // Only the store is put back: the generation file tells.
    fs::copy(before.path().join("store.redb"), folder.path().join("store.redb")).unwrap();
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    console.log_in(alice);
    console.log_in(bob);
    assert!(console.refused(&Act::AcceptOlderStore).contains("nothing to accept"));
    give(&mut console, &lmk, alice);
    let why = refused(give(&mut console, &lmk, bob));
    assert!(why.contains("older than it should be") && why.contains("generation file"), "{why}");
    assert_eq!((appliance.state(), console.keys_refused()), (State::Sealed, true));
    assert!(console.status().notes.iter().any(|note| note.contains("older")));
    // Not by one, and whoever restored it did so with his eyes open.
    let mut one = appliance.with(&[carol]);
    assert!(one.refused(&Act::AcceptOlderStore).contains("carol alone"));
    let said = console.done(&Act::AcceptOlderStore);
    assert!(said.contains("alice and bob"), "{said}");
    assert!(console.status().generation > seen && console.keys().len() == 1);
    appliance.stop();

    // Store and generation file are put back: what an officer has seen tells.
    copy(before.path(), folder.path());
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    let login = console.login(alice, seen);
    console.done(&login);
    console.log_in(bob);
    give(&mut console, &lmk, bob);
    let why = refused(give(&mut console, &lmk, alice));
    assert!(why.contains("an officer has seen"), "{why}");
    console.done(&Act::AcceptOlderStore);
    assert!(console.status().generation > seen);
}

impl Console {
    fn keys_refused(&mut self) -> bool {
        matches!(self.ask(&list_keys()), Answer::Refused(_))
    }
}

#[test]
fn a_backup_comes_back_on_an_empty_machine() {
    let (folder, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (people, lmk) = sealed(folder.path());
    let [alice, bob, carol] = &people;
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    console.unseal(&lmk, &[alice, bob]);
    console.done(&Act::Backup { file: "monday".into() });
    for name in ["monday", "../monday", ".monday", "", "a b"] {
        console.refused(&Act::Backup { file: name.into() });
    }
    console.done(&Act::DestroyKey { label: "one".into() });
    appliance.stop();

    let backup = folder.path().join("backup");
    for (from, to) in [
        ("monday", "store.redb"),
        ("monday.officers.toml", "officers.toml"),
        ("monday.lmk.toml", "lmk.toml"),
    ] {
        fs::copy(backup.join(from), empty.path().join(to)).unwrap();
    }
    let appliance = Appliance::start(empty.path());
    let mut console = appliance.connect();
    console.log_in(carol);
    give(&mut console, &lmk, carol);
    console.log_in(alice);
    let why = refused(give(&mut console, &lmk, alice));
    assert!(why.contains("generation file is missing"), "{why}");
    console.done(&Act::AcceptOlderStore);
    assert_eq!(console.keys()[0].label, "one");
}

#[test]
fn a_list_of_officers_that_somebody_changed_is_tampering() {
    let folder = tempfile::tempdir().unwrap();
    let (people, lmk) = sealed(folder.path());
    let [alice, bob, _] = &people;
    // Whoever has the disk enrols himself.
    let path = folder.path().join("officers.toml");
    let text = fs::read_to_string(&path).unwrap();
    let eve = crate::appliance::officer("eve");
    let entry = format!(
        "\n[[officer]]\nname = \"eve\"\nsigning_key = \"{}\"\nsealing_key = \"{}\"\n",
        hex::encode(eve.officer().signing_key),
        hex::encode(eve.officer().sealing_key)
    );
    fs::write(&path, format!("{text}{entry}")).unwrap();
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    console.log_in(&eve);
    give(&mut console, &lmk, alice);
    let why = refused(give(&mut console, &lmk, bob));
    assert!(why.contains("somebody has changed it"), "{why}");
    let status = console.status();
    assert_eq!((status.state.as_str(), status.present.len()), ("tampered", 0));
    assert!(status.notes.iter().any(|note| note.contains("officers.toml")), "{:?}", status.notes);
    assert_eq!(appliance.ask("BUFFF"), "BV73");
    assert!(appliance.office.vault().inventory().is_none());
    // It was put right, and what was found is kept.
    assert!(fs::read_to_string(folder.path().join("officers.toml.found")).unwrap().contains("eve"));
    assert!(!fs::read_to_string(&path).unwrap().contains("eve"));
    appliance.stop();
    let appliance = Appliance::start(folder.path());
    let answer = appliance.connect().unseal(&lmk, &[alice, bob]);
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
}

#[test]
fn shares_unseal_without_officers_where_that_is_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let (people, lmk) = sealed(folder.path());
    let credentials = tempfile::tempdir().unwrap();
    let credential = |shares: &[&Identity]| {
        let bytes: Vec<_> = shares.iter().flat_map(|person| lmk.open(person).unwrap()).collect();
        fs::write(credentials.path().join("lmk"), bytes).unwrap();
    };
    let appliance = Appliance::start(folder.path());
    let unseal = || appliance.office.unseal_unattended(Some(credentials.path()), "lmk");
    assert!(appliance.office.unseal_unattended(None, "lmk").unwrap_err().contains("CREDENTIALS"));
    assert!(unseal().unwrap_err().contains("cannot be read"));
    fs::write(credentials.path().join("lmk"), [1; 56]).unwrap();
    assert!(unseal().unwrap_err().contains("no run of shares"));
    credential(&[&people[0]]);
    assert!(unseal().unwrap_err().contains("1 shares, and 2 are needed"));
    assert_eq!(appliance.state(), State::Sealed);
    credential(&[&people[2], &people[0]]);
    unseal().unwrap();
    assert_eq!(appliance.state(), State::Operational);
    assert!(unseal().unwrap_err().contains("at work"));
}

#[test]
fn a_first_ceremony_that_was_cut_off_can_be_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let (people, _) = sealed(folder.path());
    for name in ["store.redb", "generation"] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let status = console.status();
    assert!(status.state == "sealed" && status.notes.iter().any(|note| note.contains("no store")));
    console.done(&Act::Erase { appliance: status.appliance });
    console.enrol(&people);
    console.log_in(&people[0]);
    console.log_in(&people[2]);
    console.ask(&generate(0));
    assert_eq!(appliance.state(), State::Operational);
}
