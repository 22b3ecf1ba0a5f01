//! The change of the master LMK while hosts are answered.

use crate::appliance::{Appliance, Lmk, change, generate, key, migrate, operational, people, zone};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer, Forming, Quorum};

#[test]
fn a_change_moves_everything_while_hosts_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let people = people();
    appliance.connect().enrol(&people);
    let [alice, bob, carol] = &people;
    let mut console = appliance.with(&[alice, bob]);
    let old = console.first_lmk();
    for number in 0..40 {
        console.done(&Act::GenerateKey(key(&format!("key-{number}"), b"72", b"A3")));
    }
    assert!(console.refused(&Act::ContinueMigration).contains("not being changed"));
    let before = console.keys();
    let answer = console.ask(&change());
    let new = Lmk::of(&mut console, answer);
    assert_ne!(new.check_value, old.check_value);
    // Nothing moves before somebody with the new shares asks for it, and nothing else is changed.
    assert_eq!(console.status().lmks[0].check_value, old.check_value);
    assert!(console.status().notes.iter().any(|note| note.contains("not finished")));
    for act in [change(), generate(5), Act::DestroyKey { label: "key-1".into() }] {
        assert!(console.refused(&act).contains("is being changed"));
    }
    let value = hex::encode_upper(&old.check_value.0);
    assert_eq!(appliance.ask("NC")[4..10], value);
    migrate(&mut console);
    assert_eq!(appliance.ask("NC")[4..10], hex::encode_upper(&new.check_value.0));
    let lmks = console.status().lmks;
    let roles: Vec<_> =
        lmks.iter().map(|line| (line.role.as_str(), line.check_value.clone())).collect();
    assert_eq!(roles, [("master", new.check_value), ("old", old.check_value.clone())]);
    assert_eq!(console.keys(), before);
    assert!(console.status().notes.is_empty() || !console.status().notes[0].contains("change"));
    // Once more, and nobody had asked how the first one ended: the second has an end of its own.
    let answer = console.ask(&change());
    let new = Lmk::of(&mut console, answer);
    migrate(&mut console);
    assert_eq!(console.status().lmks[0].check_value, new.check_value);
    console.done(&Act::EraseOldLmk);
    assert!(console.refused(&Act::EraseOldLmk).contains("no old LMK"));
    console.done(&Act::Seal);
    let answer = console.unseal(&old, &[alice, carol]);
    let Answer::Refused(why) = answer else { panic!("{answer:?}") };
    assert!(why.contains("another LMK"), "{why}");
    assert!(matches!(console.unseal(&new, &[bob, carol]), Answer::Done { .. }));
    assert_eq!(console.keys(), before);
}

#[test]
fn while_it_is_changed_it_is_said_what_goes_and_what_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, old) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[1]]);
    console.done(&Act::GenerateKey(key("key", b"52", b"A3")));
    console.done(&Act::SetZone(zone("VIS", Some("key"), None)));
    let answer = console.ask(&change());
    let new = Lmk::of(&mut console, answer);
    let before = console.status();
    let label = || "key".to_owned();
    let wanted = || key("other", b"72", b"A3");
    let holders = || vec!["alice".to_owned(), "bob".to_owned()];
    let lmk = Forming::Lmk {
        id: LmkId(5),
        components: 3,
        quorum: Quorum { needed: 2, of: 2 },
        holders: holders(),
    };
    for act in [
        Act::Enrol(crate::appliance::officer("dave").officer().clone()),
        Act::Remove { name: "carol".into() },
        Act::BeginComponents(lmk),
        Act::BeginComponents(Forming::Key { key: wanted(), components: 2 }),
        generate(5),
        change(),
        Act::EraseOldLmk,
        Act::GenerateKey(wanted()),
        Act::ImportKey { key: wanted(), zmk: label(), block: "B".into() },
        Act::EnableKey { label: label(), enabled: false },
        Act::DestroyKey { label: label() },
        Act::SetZone(zone("MCI", None, None)),
        Act::RemoveZone { name: "VIS".into() },
        Act::SetTable { pvk: label(), digits: "0123456789012345".into() },
        Act::RemoveTable { pvk: label() },
    ] {
        // Why, and what to do.
        let why = console.refused(&act);
        assert!(
            why.contains("LMK is being changed") && why.contains("go on with"),
            "{act:?}: {why}"
        );
    }
    assert_eq!(console.status(), before);

    let activity = || "export.P0.host".to_owned();
    console.done(&Act::Authorise { activity: activity(), minutes: 1 });
    console.done(&Act::Revoke { activity: activity() });
    for act in [
        Act::ListAuthorised,
        Act::ListOfficers,
        Act::ListZones { after: String::new() },
        Act::ListTables { after: String::new() },
    ] {
        let answer = console.ask(&act);
        assert!(!matches!(answer, Answer::Refused(_)), "{act:?}: {answer:?}");
    }
    assert_eq!(console.keys().len(), 1);
    console.done(&Act::Backup { file: "in-between".into() });
    console.done(&Act::Logout { name: "bob".into() });
    console.log_in(&people[1]);
    console.done(&Act::Seal);
    assert!(matches!(console.unseal(&new, &[&people[0], &people[2]]), Answer::Done { .. }));
    console.done(&Act::Seal);
    assert!(matches!(console.unseal(&old, &[&people[0], &people[1]]), Answer::Done { .. }));
    assert!(console.status().notes.iter().any(|note| note.contains("not finished")));
    migrate(&mut console);
    console.done(&Act::RemoveZone { name: "VIS".into() });
    console.done(&Act::DestroyKey { label: "key".into() });
}
