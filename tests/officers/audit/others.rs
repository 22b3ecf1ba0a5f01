//! A log that was signed with other keys than there are.

use super::endings::{copy, next_lmk};
use super::logs::{check, ended, event, follows, good, key_of, stop};
use super::operational;
use crate::appliance::Appliance;
use payhsm::lifecycle::State;
use payhsm_audit::verify::{Given, Kind};
use payhsm_protocol::officer::Answer;
use std::fs;
use std::path::Path;

/// A log that was signed with keys that are not there, in place of the one that was.
fn foreign(folder: &Path, from: &Path) {
    for name in ["audit", "audit.pub"] {
        fs::rename(folder.join(name), folder.join(format!("taken-{name}"))).unwrap();
    }
    copy(&from.join("audit"), &folder.join("audit"));
    fs::copy(from.join("audit.pub"), folder.join("audit.pub")).unwrap();
}

#[test]
fn a_log_of_other_keys_is_set_aside_and_the_next_one_says_so() {
    let other = tempfile::tempdir().unwrap();
    let (appliance, _, _, theirs) = operational(other.path());
    stop(appliance);
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (appliance, people, lmk, first) = operational(folder);
    stop(appliance);
    foreign(folder, other.path());
    // What is in the way is no folder: it is not taken away, and nobody signs.
    fs::write(folder.join("audit.next"), "").unwrap();
    let appliance = Appliance::audited(folder);
    let Answer::Refused(why) = appliance.connect().unseal(&lmk, &[&people[0], &people[1]]) else {
        panic!()
    };
    assert!(why.contains("cannot be set aside") && why.contains("audit.next"), "{why}");
    assert_eq!(appliance.state(), State::Sealed);
    let notes = appliance.connect().status().notes;
    assert!(notes.iter().any(|note| note.contains("cannot be set aside")), "{notes:?}");
    // Nothing was changed in it.
    assert_eq!(
        check(&folder.join("audit"), &theirs, &[]).said,
        check(&other.path().join("audit"), &theirs, &[]).said
    );
    fs::remove_file(folder.join("audit.next")).unwrap();
    let answer = appliance.connect().unseal(&lmk, &[&people[0], &people[1]]);
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
    let notes = appliance.connect().status().notes;
    assert!(notes.len() == 1 && notes[0].contains("NOT ENDED BY THIS APPLIANCE"), "{notes:?}");
    appliance.ask("NC");
    stop(appliance);
    let logs = ended(folder);
    assert_eq!(key_of(&logs[0]), theirs);
    assert_eq!(key_of(&folder.join("audit")), first);
    good(&logs[0]);
    let new = good(&folder.join("audit"));
    let why = follows(&new[0], &logs[0], "log-replaced", None);
    assert!(why.contains("NOT ENDED BY THIS APPLIANCE"), "{why}");
    // The key is the same, and what was taken is missed by whoever has a checkpoint of it.
    let note = fs::read(folder.join("taken-audit/checkpoint")).unwrap();
    let kept = Given { name: "kept".to_owned(), note };
    let faults = check(&folder.join("audit"), &first, &[kept]).faults;
    assert!(
        faults.iter().any(|fault| matches!(fault.kind, Kind::Truncated | Kind::Inconsistent)),
        "{faults:?}"
    );
}

#[test]
fn a_log_whose_keys_were_taken_away_is_set_aside_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (appliance, people, _, first) = operational(folder);
    stop(appliance);
    for name in ["store.redb", "generation", "lmk.toml", "officers.toml"] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    // What is in the way, and the sentence with which the daemon does not start.
    fs::write(folder.join("audit.next"), "").unwrap();
    let state = folder.display();
    let config = format!("profile = 'issuer'\nstate = '{state}'\n[listen]\ntls = '127.0.0.1:0'\n");
    let refused = payhsm::audit::open(&toml::from_str(&config).unwrap()).unwrap_err().to_string();
    assert!(
        refused.contains("cannot be set aside") && refused.contains("start the daemon anew"),
        "{refused}"
    );
    fs::remove_file(folder.join("audit.next")).unwrap();
    let appliance = Appliance::audited(folder);
    let notes = appliance.connect().status().notes;
    assert!(
        notes.len() == 1 && notes[0].contains("there is no LMK and no store here"),
        "{notes:?}"
    );
    next_lmk(&appliance, &people);
    stop(appliance);
    let logs = ended(folder);
    assert_eq!(key_of(&logs[0]), first);
    good(&logs[0]);
    let new = good(&folder.join("audit"));
    assert!(follows(&new[0], &logs[0], "log-replaced", Some(0)).contains("NOT ENDED"));
    assert_eq!(event(&new[1]).0, "start");
    // Sealed, with a store that is not there and may come back, the log is left alone.
    fs::rename(folder.join("store.redb"), folder.join("away")).unwrap();
    stop(Appliance::audited(folder));
    assert_eq!(ended(folder).len(), 1);
}
