//! What becomes of the log when the keys that sign it are erased.

use super::logs::{acts, check, ended, event, follows, good, key_of, last, stop};
use super::operational;
use crate::appliance::{Appliance, Console, Lmk};
use crate::support::binary::{Daemon, Folder, configuration, pause};
use payhsm::lifecycle::State;
use payhsm_audit::verify::Given;
use payhsm_officer::Identity;
use payhsm_protocol::compact::Compact as _;
use payhsm_protocol::officer::{Act, Answer};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn erase(appliance: &Appliance, people: &[Identity; 3]) -> String {
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let id = console.status().appliance;
    console.done(&Act::Erase { appliance: id })
}

pub(super) fn next_lmk(appliance: &Appliance, people: &[Identity; 3]) -> Lmk {
    assert_eq!(appliance.state(), State::Uninitialised);
    // An erasure that was cut off may have left the list of officers.
    if appliance.connect().status().officers.is_empty() {
        appliance.connect().enrol(people);
    }
    appliance.with(&[&people[0], &people[1]]).first_lmk()
}

/// Two lives, the first of them ended by an erasure that is on record in it; gives what the second one says at its beginning.
fn two_lives(folder: &Path, behind: Option<u64>) -> String {
    let logs = ended(folder);
    let [old] = logs.as_slice() else { panic!("{logs:?}") };
    let (before, after) = (good(old), good(&folder.join("audit")));
    assert_eq!(*acts(&before, "erase").last().unwrap(), "begun");
    assert_eq!(event(before.last().unwrap()).0, "log-closed");
    assert!(acts(&after, "generate-lmk").contains(&"done"));
    // Neither key says anything of the other log.
    let (old_key, new_key) = (key_of(old), key_of(&folder.join("audit")));
    assert_ne!(old_key, new_key);
    assert!(!check(&folder.join("audit"), &old_key, &[]).good);
    assert!(!check(old, &new_key, &[]).good);
    follows(&after[0], old, "log-begun", behind)
}

#[test]
fn the_log_of_erased_keys_is_closed_and_another_begins() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (appliance, people, _, first) = operational(folder);
    for _ in 0..300 {
        appliance.ask("NC");
    }
    erase(&appliance, &people);
    // Hosts are still answered, with what is on record in the new log.
    assert_eq!(&appliance.ask("NO02")[..4], "NP00");
    assert_eq!(appliance.connect().status().notes, Vec::<String>::new());
    let drawer = Given {
        name: "drawer".to_owned(),
        note: fs::read(ended(folder)[0].join("checkpoint")).unwrap(),
    };
    next_lmk(&appliance, &people);
    stop(appliance);
    assert_eq!(two_lives(folder, Some(0)), "the keys that signed the log before were erased");
    assert_eq!(key_of(&ended(folder)[0]), first);
    let new = good(&folder.join("audit"));
    assert_eq!(acts(&new, "erase"), ["done"]);
    assert!(check(&ended(folder)[0], &first, std::slice::from_ref(&drawer)).good);
    // Who holds the new log against what he kept of the old one sees that it is another.
    let other = check(&folder.join("audit"), &key_of(&folder.join("audit")), &[drawer]);
    assert!(!other.good && other.unusable.len() + other.faults.len() > 0, "{other:?}");

    // And once more, across a start.
    let appliance = Appliance::audited(folder);
    assert_eq!(ended(folder).len(), 1);
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let id = console.status().appliance;
    console.done(&Act::Erase { appliance: id });
    stop(appliance);
    let appliance = Appliance::audited(folder);
    next_lmk(&appliance, &people);
    stop(appliance);
    let logs = ended(folder);
    assert_eq!(logs.len(), 2, "{logs:?}");
    // It was sealed: nobody could sign what came after the start.
    let third = good(&folder.join("audit"));
    follows(&third[0], &logs[1], "log-begun", None);
    let behind = event(&third[0]).1.split(' ').nth(3).unwrap().parse::<u64>().unwrap();
    assert!(behind >= 4, "start, two logins, the erasure, the last record: {behind}");
    assert!(good(&logs[1]).len() as u64 == last(&logs[1]).size);
}

/// Takes what a process left that ended between two steps, and goes on until there is another LMK.
fn go_on(folder: &Path, people: &[Identity; 3], lmk: &Lmk) {
    let appliance = Appliance::audited(folder);
    if folder.join("store.redb").exists() {
        let answer = appliance.connect().unseal(lmk, &[&people[0], &people[1]]);
        assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    }
    if appliance.state() != State::Uninitialised {
        erase(&appliance, people);
    }
    next_lmk(&appliance, people);
    stop(appliance);
}

#[test]
fn whatever_stops_an_erasure_both_logs_verify() {
    for stopped in 0..6 {
        println!("stopped at {stopped}");
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (appliance, people, lmk, first) = operational(folder);
        let log = appliance.audit.clone().unwrap();
        if stopped < 4 {
            let mut console = appliance.with(&[&people[0], &people[1]]);
            let id = console.status().appliance;
            // Its record alone: nothing is erased, since it is another appliance's id.
            console.refused(&Act::Erase { appliance: "0".repeat(id.len()) });
            let ending = log.end().unwrap();
            if stopped > 0 {
                // What the appliance does next; then it is gone.
                appliance.office.vault().erase().unwrap();
            }
            if stopped > 1 {
                fs::remove_file(folder.join("lmk.toml")).unwrap();
            }
            drop(ending);
        } else {
            erase(&appliance, &people);
        }
        drop(log);
        stop(appliance);
        match stopped {
            // The next log was being made.
            3 => fs::create_dir_all(folder.join("audit.next/journal")).unwrap(),
            // The old one has its name, and the new one not its place.
            4 => fs::rename(folder.join("audit"), folder.join("audit.next")).unwrap(),
            _ => {}
        }
        go_on(folder, &people, &lmk);
        let logs = ended(folder);
        assert!(!folder.join("audit.next").exists());
        if stopped >= 4 {
            two_lives(folder, Some(0));
            continue;
        }
        let [old] = logs.as_slice() else { panic!("{logs:?}") };
        assert_eq!(key_of(old), first);
        let (before, after) = (good(old), good(&folder.join("audit")));
        assert_eq!(event(before.last().unwrap()).0, "log-closed");
        follows(&after[0], old, "log-begun", Some(0));
        let closed = before.iter().filter(|entry| event(entry).0 == "log-closed").count();
        // The store was still there: the log went on behind its last record, and got another one.
        assert_eq!(closed, if stopped == 0 { 2 } else { 1 });
    }
}

#[test]
fn a_daemon_killed_while_it_erases_leaves_logs_that_verify() {
    let origin = tempfile::tempdir().unwrap();
    let (appliance, people, lmk, first) = operational(origin.path());
    stop(appliance);
    let (mut with_store, mut without) = (0, 0);
    for moment in [0, 30, 100, 300, 600, 900, 930, 960, 1000, 1100, 1500] {
        let folder = Folder::new();
        let state = folder.path("state-issuer");
        copy(origin.path(), &state);
        let rest = "[officers]\nsocket = 'officers.sock'\n[memory]\nstrict = false";
        let daemon = Daemon::configured(&folder, &configuration("issuer", false, rest), 1);
        let mut console = Console::connect(&folder.path("officers.sock"));
        let unsealed = console.unseal(&lmk, &[&people[0], &people[1]]);
        assert!(matches!(unsealed, Answer::Done { .. }), "{unsealed:?}");
        let mut message = Vec::new();
        Act::Erase { appliance: lmk.appliance.clone() }.put(&mut message).unwrap();
        console.send([u32::try_from(message.len()).unwrap(), 0], &message);
        pause(Duration::from_millis(moment));
        // SIGKILL.
        drop(daemon);
        let store = state.join("store.redb").exists();
        (with_store, without) = (with_store + u32::from(store), without + u32::from(!store));
        go_on(&state, &people, &lmk);
        let logs = ended(&state);
        assert_eq!(logs.len(), 1, "{logs:?}");
        assert_eq!(key_of(&logs[0]), first);
        let (before, after) = (good(&logs[0]), good(&state.join("audit")));
        assert_eq!(event(before.last().unwrap()).0, "log-closed", "killed after {moment} ms");
        follows(&after[0], &logs[0], "log-begun", Some(0));
    }
    println!("{with_store} times before the store was gone, {without} after");
    assert!(with_store > 0 && without > 0);
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn an_erasure_goes_on_where_the_next_log_cannot_begin_and_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (appliance, people, _, first) = operational(folder);
    fs::write(folder.join("audit.next"), "").unwrap();
    erase(&appliance, &people);
    assert!(!folder.join("store.redb").exists());
    let notes = appliance.connect().status().notes;
    assert!(notes.iter().any(|note| note.contains("cannot be set aside")), "{notes:?}");
    assert_eq!(&appliance.ask("NC")[..4], "ND71");
    let why = appliance.connect().refused(&Act::Enrol(people[0].officer().clone()));
    assert!(why.contains("record"), "{why}");
    stop(appliance);
    fs::remove_file(folder.join("audit.next")).unwrap();
    let appliance = Appliance::audited(folder);
    next_lmk(&appliance, &people);
    stop(appliance);
    two_lives(folder, Some(0));
    assert_eq!(key_of(&ended(folder)[0]), first);
}
