//! The change of the master LMK while hosts are answered.

use crate::appliance::{Appliance, Lmk, change, generate, key, migrate, people};
use payhsm_protocol::officer::{Act, Answer};

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
