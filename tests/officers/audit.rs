//! The key that signs the audit log: replaced by two officers, and stopped in the middle of it.

#[path = "audit/endings.rs"]
mod endings;
#[path = "audit/logs.rs"]
mod logs;
#[path = "audit/others.rs"]
mod others;

use crate::appliance::{Appliance, Lmk, change, people};
use logs::stop;
use payhsm_audit::note::VerifierKey;
use payhsm_audit::verify::{Folders, Given, Job, Kind, Verdict, verify};
use payhsm_keys::SystemRandom;
use payhsm_officer::Identity;
use payhsm_protocol::officer::{Act, Answer};
use std::fs;
use std::path::Path;
use std::sync::Arc;

fn public_key(folder: &Path) -> VerifierKey {
    let line = fs::read_to_string(folder.join("audit.pub")).unwrap();
    VerifierKey::parse(line.trim_end()).unwrap()
}

fn check(folder: &Path, key: &VerifierKey, checkpoints: &[Given]) -> Verdict {
    logs::check(&folder.join("audit"), key, checkpoints)
}

/// A good log; how often its key changed.
fn changes(folder: &Path, key: &VerifierKey, checkpoints: &[Given]) -> usize {
    let verdict = check(folder, key, checkpoints);
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    assert_eq!(verdict.signed_by, Some(public_key(folder).to_string()));
    verdict.key_changes.len()
}

fn checkpoint(folder: &Path, name: &str) -> Given {
    Given { name: name.to_owned(), note: fs::read(folder.join("audit/checkpoint")).unwrap() }
}

/// One with a log, its people, its LMK, and the first key of the log.
fn operational(folder: &Path) -> (Appliance, [Identity; 3], Lmk, VerifierKey) {
    let (appliance, people) = (Appliance::audited(folder), people());
    appliance.connect().enrol(&people);
    let lmk = appliance.with(&[&people[0], &people[1]]).first_lmk();
    let first = public_key(folder);
    (appliance, people, lmk, first)
}

fn unseal(appliance: &Appliance, lmk: &Lmk, people: &[Identity; 3]) {
    let answer = appliance.connect().unseal(lmk, &[&people[0], &people[1]]);
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
}

#[test]
fn a_log_across_two_changes_of_its_key_verifies_from_the_first_one() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (appliance, people, lmk, first) = operational(folder);
    let mut kept = Vec::new();
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let said = console.done(&Act::ReplaceAuditKey);
    let second = public_key(folder);
    assert!(said.contains(&second.to_string()) && second != first, "{said}");
    stop(appliance);
    kept.push(checkpoint(folder, "second"));
    assert_eq!(changes(folder, &first, &kept), 1);

    let appliance = Appliance::audited(folder);
    unseal(&appliance, &lmk, &people);
    let mut console = appliance.with(&[&people[1], &people[2]]);
    console.done(&Act::ReplaceAuditKey);
    stop(appliance);
    kept.push(checkpoint(folder, "third"));
    let third = public_key(folder);
    for key in [&first, &second, &third] {
        assert_eq!(changes(folder, key, &kept), 2);
    }
    let other = VerifierKey::new(first.name(), [7; 32]).unwrap();
    let faults = check(folder, &other, &[]).faults;
    assert!(faults.iter().any(|fault| fault.kind == Kind::KeyChange), "{faults:?}");
}

#[test]
fn whatever_stops_a_change_it_is_finished_with_the_next_unsealing() {
    // After the store has the new key; after the log tells of it, unsigned; after it is signed with it.
    for stopped in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (appliance, people, lmk, first) = operational(folder);
        let (vault, log) = (appliance.office.vault(), appliance.audit.clone().unwrap());
        let (before, after) = vault.replace_audit_keys(&mut SystemRandom::new()).unwrap();
        if stopped > 0 {
            log.change_key(first.name(), Arc::clone(&before), Arc::clone(&after)).unwrap();
        }
        if stopped == 1 {
            // Before the new key has signed anything.
            log.sealed();
        }
        let new = VerifierKey::new(first.name(), after.public_key()).unwrap();
        assert_eq!(public_key(folder) == new, stopped > 0);
        drop(log);
        stop(appliance);
        let appliance = Appliance::audited(folder);
        unseal(&appliance, &lmk, &people);
        assert!(appliance.office.vault().audit_keys_before().unwrap().is_none());
        assert_eq!(public_key(folder), new);
        stop(appliance);
        assert_eq!(changes(folder, &first, &[]), 1, "stopped at {stopped}");
    }
}

#[test]
fn a_change_that_was_told_of_long_ago_is_found_in_the_tree() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (appliance, people, lmk, first) = operational(folder);
    let (vault, log) = (appliance.office.vault(), appliance.audit.clone().unwrap());
    let (before, after) = vault.replace_audit_keys(&mut SystemRandom::new()).unwrap();
    log.change_key(first.name(), before, after).unwrap();
    drop(log);
    stop(appliance);
    // Until the journal holds it no more.
    let synced = folder.join("audit/journal/synced");
    for life in 0..3 {
        let appliance = Appliance::audited(folder);
        for _ in 0..600 {
            appliance.ask("NC");
        }
        let written = || life == 0 || synced.exists();
        crate::support::binary::wait_for("the journal to be let go of", written);
        stop(appliance);
    }
    let appliance = Appliance::audited(folder);
    unseal(&appliance, &lmk, &people);
    stop(appliance);
    assert_eq!(changes(folder, &first, &[]), 1);
}

#[test]
fn a_stopped_change_is_finished_though_an_archive_has_what_lies_before() {
    // Told of in the log, or not yet; and the checkpoint is there, or a power cut has left zeros.
    for (told, checkpoint) in [(false, true), (true, true), (false, false), (true, false)] {
        println!("told {told}, checkpoint {checkpoint}");
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let (appliance, people, lmk, first) = operational(folder);
        stop(appliance);
        let synced = folder.join("audit/journal/synced");
        let live = |commands: usize| {
            let appliance = Appliance::audited(folder);
            for _ in 0..commands {
                appliance.ask("NC");
            }
            appliance
        };
        stop(live(600));
        let appliance = live(600);
        crate::support::binary::wait_for("the journal to be let go of", || synced.exists());
        unseal(&appliance, &lmk, &people);
        let (vault, log) = (appliance.office.vault(), appliance.audit.clone().unwrap());
        let (before, after) = vault.replace_audit_keys(&mut SystemRandom::new()).unwrap();
        let new = VerifierKey::new(first.name(), after.public_key()).unwrap();
        if told {
            log.change_key(first.name(), before, after).unwrap();
        }
        drop(log);
        stop(appliance);
        // Until neither the journal nor the folder has it.
        for _ in 0..2 {
            stop(live(600));
        }
        let archive = folder.join("archive");
        archived(folder, &archive, if told && !checkpoint { 8 } else { 2 });
        if !checkpoint {
            fs::write(folder.join("audit/checkpoint"), [0; 300]).unwrap();
        }
        let appliance = Appliance::audited(folder);
        unseal(&appliance, &lmk, &people);
        assert!(appliance.office.vault().audit_keys_before().unwrap().is_none());
        assert_eq!(public_key(folder), new);
        stop(appliance);
        let source = Folders::new(folder.join("audit"), Some(archive));
        let (witnesses, progress) = (&[], &|_| ());
        let (key, checkpoints) = (&first, &[]);
        let job = Job { source: &source, key, checkpoints, witnesses, threads: 2, progress };
        let verdict = verify(&job).unwrap();
        assert!(verdict.good, "{:?}", verdict.faults);
        assert_eq!(verdict.key_changes.len(), 1);
        assert!(logs::ended(folder).is_empty());
    }
}

/// Takes the first bundles to another folder, as `payhsm-audit archive --remove` does.
fn archived(folder: &Path, archive: &Path, bundles: u64) {
    for bundle in 0..bundles {
        let name = payhsm_audit::tile::entries_path(bundle, 256);
        let to = archive.join(&name);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(folder.join("audit").join(&name), to).unwrap();
    }
}

#[test]
fn it_takes_a_log_and_a_master_that_is_not_being_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = crate::appliance::operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[1]]);
    assert!(console.refused(&Act::ReplaceAuditKey).contains("no audit log"));
    assert_eq!(console.status().log, None);

    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _, first) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[1]]);
    console.ask(&change());
    assert!(console.refused(&Act::ReplaceAuditKey).contains("is being changed"));
    crate::appliance::migrate(&mut console);
    console.done(&Act::ReplaceAuditKey);
    assert_ne!(public_key(folder.path()), first);
    stop(appliance);
    assert_eq!(changes(folder.path(), &first, &[]), 1);
}

#[test]
fn officers_see_how_the_log_stands() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::audited(folder.path());
    let log = appliance.connect().status().log.unwrap();
    assert_eq!((log.name.as_str(), log.size, log.signed.as_str()), ("", 0, ""));
    stop(appliance);
    let folder = tempfile::tempdir().unwrap();
    let (appliance, _, _, first) = operational(folder.path());
    stop(appliance);
    // Sealed, it still tells what was signed last.
    let appliance = Appliance::audited(folder.path());
    let log = appliance.connect().status().log.unwrap();
    assert_eq!((log.name.as_str(), log.durability.as_str()), (first.name(), "durable"));
    assert!(log.size > 5 && log.signed.ends_with('Z'), "{log:?}");
    stop(appliance);
}
