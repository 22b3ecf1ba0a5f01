//! Who is present, and what that takes.

use crate::appliance::{Appliance, generate, officer, people};
use payhsm::record::ActOutcome;
use payhsm_protocol::officer::{Act, Officer};
use std::sync::atomic::Ordering;
use std::time::Duration;

#[test]
fn one_officer_or_the_same_twice_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let [alice, bob, carol] = people();
    let mut console = appliance.connect();
    let nobody = console.refused(&generate(0));
    assert!(nobody.contains("two different officers"), "{nobody}");
    for person in [&alice, &bob, &carol] {
        console.done(&Act::Enrol(person.officer().clone()));
    }
    console.log_in(&alice);
    let alone = console.refused(&generate(0));
    assert!(alone.contains("officer") && alone.contains("alice alone"), "{alone}");
    console.log_in(&alice);
    assert_eq!(console.status().present, ["alice"]);
    assert_eq!(console.refused(&generate(0)), alone);
    // Whoever is present elsewhere is not present here.
    let _elsewhere = appliance.with(&[&bob]);
    assert_eq!(console.refused(&generate(0)), alone);
    console.log_in(&bob);
    console.done(&Act::Logout { name: "alice".into() });
    assert!(console.refused(&generate(0)).contains("bob alone"));
    assert!(console.refused(&Act::Logout { name: "alice".into() }).contains("not present"));
    console.log_in(&alice);
    console.first_lmk();
}

#[test]
fn nobody_is_enrolled_twice() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let [alice, bob, carol] = people();
    let mut console = appliance.connect();
    console.done(&Act::Enrol(alice.officer().clone()));
    let renamed = |name: &str, officer: &Officer| Officer { name: name.into(), ..officer.clone() };
    for (who, word) in [
        (renamed("alice2", alice.officer()), "that of officer alice"),
        (
            Officer { signing_key: bob.officer().signing_key, ..renamed("eve", alice.officer()) },
            "that of officer alice",
        ),
        (renamed("Alice", bob.officer()), "officer alice already"),
        (renamed("a b", bob.officer()), "letters"),
        (Officer { sealing_key: [0; 32], ..bob.officer().clone() }, "cannot be used"),
    ] {
        let why = console.refused(&Act::Enrol(who));
        assert!(why.contains(word), "{why}");
    }
    console.done(&Act::Enrol(bob.officer().clone()));
    console.done(&Act::Enrol(carol.officer().clone()));
    // Removing is free as long as there is nothing to guard.
    console.done(&Act::Remove { name: "carol".into() });
    assert_eq!(console.status().officers, ["alice", "bob"]);
    console.done(&Act::Enrol(carol.officer().clone()));
    appliance.stop();

    // With an LMK it takes two, and holders enough have to stay.
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.with(&[&alice, &bob]);
    console.first_lmk();
    let dave = officer("dave");
    assert!(appliance.connect().refused(&Act::Enrol(dave.officer().clone())).contains("officer"));
    console.done(&Act::Enrol(dave.officer().clone()));
    console.done(&Act::Remove { name: "carol".into() });
    let why = console.refused(&Act::Remove { name: "bob".into() });
    assert!(why.contains("takes 2 of its holders, and 1 would stay"), "{why}");
    console.done(&Act::Remove { name: "dave".into() });
    assert!(console.refused(&Act::Remove { name: "dave".into() }).contains("no officer dave"));
}

#[test]
fn others_of_the_same_names_are_strangers() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let mut console = appliance.connect();
    console.enrol(&people());
    let [alice, ..] = people();
    let stranger = console.login(&alice, 0);
    assert!(console.refused(&stranger).contains("refused"));
}

#[test]
fn removal_takes_effect_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let people = people();
    appliance.connect().enrol(&people);
    let [alice, bob, carol] = &people;
    let mut console = appliance.with(&[alice, bob]);
    console.first_lmk();
    let mut other = appliance.with(&[carol, alice]);
    other.done(&Act::Authorise { activity: "export.P0.host".into(), minutes: 1 });
    console.done(&Act::Remove { name: "carol".into() });
    assert_eq!(other.status().present, ["alice"]);
    let act = Act::Authorise { activity: "export.P0.host".into(), minutes: 1 };
    assert!(other.refused(&act).contains("alice alone"));
}

#[test]
fn a_wrong_signature_is_counted_and_slowed() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let people = people();
    appliance.connect().enrol(&people);
    let [alice, bob, _] = &people;
    let mut console = appliance.connect();
    let wrong = |console: &mut crate::appliance::Console| {
        let Act::Login { name, mut signature, seen_generation } = console.login(alice, 0) else {
            panic!("no login")
        };
        signature[7] ^= 1;
        Act::Login { name, signature, seen_generation }
    };
    for wait in [1, 2, 4] {
        let act = wrong(&mut console);
        let why = console.refused(&act);
        let told = if wait == 1 { "one second".into() } else { format!("{wait} seconds") };
        assert!(why.contains(&told), "{why}");
        // Not even the right one is looked at, on no connection, and it does not count.
        let mut other = appliance.connect();
        let right = other.login(alice, 0);
        let early = other.refused(&right);
        assert!(early.contains("not looked at yet") && early.contains(&told), "{early}");
        other.log_in(bob);
        appliance.clock.pass(Duration::from_secs(wait));
    }
    console.log_in(alice);
    let act = wrong(&mut console);
    assert!(console.refused(&act).contains("one second"), "a good one begins anew");
}

#[test]
fn a_signature_is_good_for_one_login_on_one_connection() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let people = people();
    appliance.connect().enrol(&people);
    let [alice, ..] = &people;
    let mut console = appliance.connect();
    let act = console.login(alice, 0);
    console.done(&act);
    assert!(console.refused(&act).contains("refused"));
    appliance.clock.pass(Duration::from_secs(1));
    let mut other = appliance.connect();
    assert_ne!(other.status().challenge, console.status().challenge);
    let act = console.login(alice, 0);
    assert!(other.refused(&act).contains("refused"));
    appliance.clock.pass(Duration::from_secs(2));
    let act = console.login(alice, u64::MAX);
    assert!(console.refused(&act).contains("no store can have"));
}

#[test]
fn every_act_is_on_record_before_it_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let people = people();
    appliance.connect().enrol(&people);
    let [alice, bob, _] = &people;
    let mut console = appliance.with(&[alice]);
    appliance.acts.kept.lock().unwrap().clear();
    console.refused(&generate(0));
    console.log_in(bob);
    console.first_lmk();
    console.refused(&Act::DestroyKey { label: "none".into() });
    let kept = std::mem::take(&mut *appliance.acts.kept.lock().unwrap());
    let expected = [
        (1, "generate-lmk", ActOutcome::Refused),
        (1, "login", ActOutcome::Begun),
        (2, "login", ActOutcome::Done),
        (2, "generate-lmk", ActOutcome::Begun),
        (2, "generate-lmk", ActOutcome::Done),
        (2, "destroy-key", ActOutcome::Begun),
        (2, "destroy-key", ActOutcome::Refused),
    ];
    let kept: Vec<_> =
        kept.iter().map(|(who, act, _, what)| (who.len(), act.as_str(), *what)).collect();
    assert_eq!(kept, expected);

    // What cannot be put on record is not done.
    appliance.acts.fails.store(true, Ordering::Relaxed);
    let why = console.refused(&Act::Seal);
    assert!(why.contains("audit record"), "{why}");
    appliance.acts.fails.store(false, Ordering::Relaxed);
    assert_eq!(console.status().state, "operational");
}
