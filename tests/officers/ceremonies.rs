//! From a new appliance to hosts that are answered, and back.

use crate::appliance::{Appliance, Lmk, QUORUM, generate, key, list_keys, operational, people};
use crate::support::keys::take_key;
use payhsm::lifecycle::State;
use payhsm::settings::Profile;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer, Forming, Quorum};
use std::os::unix::fs::PermissionsExt;

const NEW_ZPK: &str = "A00FFFS#P0T2B00E00";

#[test]
fn the_first_ceremony_makes_an_appliance_that_answers() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    assert_eq!(appliance.state(), State::Uninitialised);
    assert_eq!(appliance.ask("NO02"), "NP00UNINITIALISED");
    let people = people();
    let mut console = appliance.connect();
    let before = console.status();
    assert_eq!((before.state.as_str(), before.shares), ("uninitialised", None));
    assert_eq!(before.appliance.len(), 16);
    console.enrol(&people);
    let [alice, bob, carol] = &people;
    console.log_in(alice);
    console.log_in(bob);

    // What can be refused is refused before anything is made.
    let asked = |needed, of, holders: &[&str]| Act::GenerateLmk {
        id: LmkId(0),
        quorum: Quorum { needed, of },
        holders: holders.iter().map(|&holder| holder.to_owned()).collect(),
    };
    for (act, word) in [
        (asked(1, 3, &["alice", "bob", "carol"]), "At least two"),
        (asked(4, 3, &["alice", "bob", "carol"]), "At least two"),
        (asked(2, 3, &["alice", "bob"]), "3 shares and 2 holders"),
        (asked(2, 3, &["alice", "bob", "alice"]), "alice would hold two"),
        (asked(2, 3, &["alice", "bob", "dave"]), "no officer dave"),
        (generate(100), "two digits"),
    ] {
        let why = console.refused(&act);
        assert!(why.contains(word), "{why}");
    }
    assert_eq!(appliance.state(), State::Uninitialised);
    assert!(!folder.path().join("lmk.toml").exists());

    let lmk = console.first_lmk();
    let after = console.status();
    assert_eq!((after.state.as_str(), after.appliance), ("operational", before.appliance));
    assert_eq!(after.lmks[0].holders, ["alice", "bob", "carol"]);
    assert_eq!((after.lmks[0].role.as_str(), after.lmks[0].quorum), ("master", Some(QUORUM)));
    // The LMK, the officers, the keys of rows of cards.
    assert_eq!((&after.lmks[0].check_value, after.generation), (&lmk.check_value, 3));
    assert!(alice.open_share(&belonging(&lmk, "alice"), &lmk.shares[1].sealed).is_err());
    assert_eq!(lmk.open(carol).unwrap().len(), 55);
    for file in ["officers.toml", "lmk.toml", "officers.sock"] {
        let mode = std::fs::metadata(folder.path().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }

    // Hosts: the check value, and a command that officers have to authorise.
    assert_eq!(appliance.ask("NC")[4..10], hex::encode_upper(&lmk.check_value.0));
    assert_eq!(appliance.ask(NEW_ZPK), "A117");
    console.done(&Act::Authorise { activity: "generate.P0.host".into(), minutes: 1 });
    let answer = appliance.ask(NEW_ZPK);
    let (key, _) = take_key(answer.strip_prefix("A100").unwrap());
    assert!(key.starts_with('S'));
    let Answer::Authorised(lines) = console.ask(&Act::ListAuthorised) else { panic!() };
    assert_eq!((lines[0].seconds_left, lines[0].officers.len()), (60, 2));
    assert!(
        console
            .refused(&Act::Revoke { activity: "generate.*.host".into() })
            .contains("not authorised")
    );
    console.done(&Act::Revoke { activity: "generate.P0.host".into() });
    assert_eq!(appliance.ask(NEW_ZPK), "A117");
    for (activity, minutes, word) in
        [("generate.P0.host", 721, "720"), ("generate.p0.host", 1, "`p0`")]
    {
        let why = console.refused(&Act::Authorise { activity: activity.into(), minutes });
        assert!(why.contains(word), "{why}");
    }
}

fn belonging<'a>(lmk: &'a Lmk, holder: &'a str) -> payhsm_officer::share::Belonging<'a> {
    payhsm_officer::share::Belonging { appliance: &lmk.appliance, lmk: LmkId(0), holder }
}

#[test]
fn sealed_means_70_until_shares_bring_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, lmk) = operational(folder.path());
    let [alice, bob, carol] = &people;
    let mut console = appliance.with(&[alice, bob]);
    console.done(&Act::GenerateKey(key("visa-zpk", b"72", b"A3")));
    console.done(&Act::Authorise { activity: "generate.*.host".into(), minutes: 60 });
    console.done(&Act::Seal);
    assert_eq!((appliance.ask(NEW_ZPK), appliance.state()), ("A170".into(), State::Sealed));
    assert!(console.refused(&list_keys()).contains("sealed"));
    let status = console.status();
    let shares = Some(Quorum { needed: 0, of: 2 });
    assert_eq!((status.shares, status.lmks[0].role.as_str()), (shares, "master"));
    console.log_in(carol);
    let answer = console.ask_with(&Act::Unseal, &lmk.open(carol).unwrap());
    assert_eq!(answer, Answer::Progress { check_value: None, have: 1, of: 2 });
    assert_eq!(console.status().shares, Some(Quorum { needed: 1, of: 2 }));
    let answer = console.ask_with(&Act::Unseal, &lmk.open(alice).unwrap());
    assert!(matches!(answer, Answer::Done { generation: 4, .. }), "{answer:?}");
    assert_eq!(appliance.ask(NEW_ZPK), "A117", "what was authorised is not any more");
    assert_eq!(console.keys()[0].label, "visa-zpk");
    appliance.stop();

    // The same after a restart, and it serves what it served before.
    let appliance = Appliance::start(folder.path());
    assert_eq!((appliance.state(), appliance.ask("BUFFF")), (State::Sealed, "BV70".into()));
    let mut console = appliance.connect();
    assert!(matches!(console.unseal(&lmk, &[bob, carol]), Answer::Done { .. }));
    assert_eq!(console.keys()[0].label, "visa-zpk");
    console.done(&Act::Authorise { activity: "generate.*.host".into(), minutes: 60 });
    assert!(appliance.ask(NEW_ZPK).starts_with("A100"));
}

const COMPONENTS: [&str; 3] = [
    "0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210",
    "1f1f1f1f0e0e0e0e1f1f1f1f0e0e0e0e2f1f1f1f0e0e0e0e1f1f1f1f0e0e0e0f",
    "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f91",
];

#[test]
fn an_lmk_of_components_with_a_slip_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let appliance = Appliance::start(folder.path());
    let people = people();
    let mut console = appliance.connect();
    console.enrol(&people);
    console.log_in(&people[0]);
    console.log_in(&people[1]);
    let holders = people.iter().map(|person| person.name().to_owned()).collect();
    let forming = |components, holders: &Vec<String>| {
        Act::BeginComponents(Forming::Lmk {
            id: LmkId(0),
            components,
            quorum: QUORUM,
            holders: holders.clone(),
        })
    };
    assert!(console.refused(&Act::Component).contains("Nothing was entered"));
    assert!(
        console.refused_with(&Act::Component, &[1; 32]).contains("o components are being entered")
    );
    assert!(console.refused(&forming(2, &holders)).contains("3 to 9"));
    let begun = console.ask(&forming(3, &holders));
    assert_eq!(begun, Answer::Progress { check_value: None, have: 0, of: 3 });
    assert!(console.refused_with(&Act::Component, &[1; 31]).contains("has 32 bytes"));
    assert!(console.refused_with(&Act::Component, &[0; 32]).contains("zeros"));
    let mut values = Vec::new();
    for (number, component) in COMPONENTS.iter().enumerate() {
        let right = hex::decode(component).unwrap();
        let mut typo = right.clone();
        typo[5] ^= 0x10;
        let enter = |console: &mut crate::appliance::Console, bytes: &[u8]| {
            let answer = console.ask_with(&Act::Component, bytes);
            let Answer::Progress { check_value: Some(value), have, of: 3 } = answer else {
                panic!("{answer:?}")
            };
            assert_eq!(have, u64::try_from(number).unwrap());
            value
        };
        // The sheet says something else: it is entered again.
        let wrong = enter(&mut console, &typo);
        assert!(console.refused_with(&Act::Component, &right).contains("kept or dropped"));
        console.ask(&Act::DropComponent);
        let value = enter(&mut console, &right);
        assert_ne!(wrong, value);
        let kept = console.ask(&Act::KeepComponent);
        let have = u64::try_from(number + 1).unwrap();
        assert_eq!(kept, Answer::Progress { check_value: None, have, of: 3 });
        values.push(value);
        if number == 1 {
            assert!(console.refused(&Act::FinishComponents).contains("2 components are in, of 3"));
        }
    }
    let answer = console.ask(&Act::FinishComponents);
    let lmk = Lmk::of(&mut console, answer);
    assert_eq!(appliance.state(), State::Operational);
    assert_eq!(console.status().lmks[0].check_value, lmk.check_value);
    assert!(console.refused(&Act::FinishComponents).contains("o components are being entered"));
    appliance.stop();
    let appliance = Appliance::start(folder.path());
    let answer = appliance.connect().unseal(&lmk, &[&people[2], &people[0]]);
    assert!(matches!(answer, Answer::Done { .. }), "{answer:?}");
}

#[test]
fn the_public_test_lmk_is_for_developers_alone() {
    // Components that make it.
    let test = b"9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A";
    let test = hex::decode(test).unwrap();
    let parts = [[0x11; 32], [0x2f; 32]];
    let last: Vec<_> = test.iter().map(|byte| byte ^ 0x11 ^ 0x2f).collect();
    let mut formed = Vec::new();
    for profile in [Profile::Issuer, Profile::Development] {
        let folder = tempfile::tempdir().unwrap();
        let appliance = Appliance::of(folder.path(), profile);
        let people = people();
        let mut console = appliance.connect();
        console.enrol(&people);
        console.log_in(&people[0]);
        console.log_in(&people[1]);
        let holders = people.iter().map(|person| person.name().to_owned()).collect();
        let (id, quorum) = (LmkId(0), QUORUM);
        console.ask(&Act::BeginComponents(Forming::Lmk { id, components: 3, quorum, holders }));
        for part in [&parts[0][..], &parts[1], &last] {
            console.ask_with(&Act::Component, part);
            console.ask(&Act::KeepComponent);
        }
        formed.push(console.ask(&Act::FinishComponents));
        let developer = profile == Profile::Development;
        assert_eq!(appliance.state() == State::Operational, developer);
        assert_eq!(folder.path().join("store.redb").exists(), developer);
    }
    let Answer::Refused(why) = &formed[0] else { panic!("{:?}", formed[0]) };
    assert!(why.contains("public test LMK"), "{why}");
    assert!(matches!(&formed[1], Answer::Split { .. }), "{:?}", formed[1]);
}

#[test]
fn an_erased_appliance_is_as_new() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[1]]);
    let id = console.status().appliance;
    let other = Act::Erase { appliance: "0123456789abcdef".into() };
    assert!(console.refused(&other).contains("another appliance"));
    let erase = Act::Erase { appliance: id.clone() };
    assert!(appliance.connect().refused(&erase).contains("officer"));
    console.done(&erase);
    let after = console.status();
    assert_eq!(
        (after.state.as_str(), after.officers.len(), after.present.len()),
        ("uninitialised", 0, 0)
    );
    assert!(after.appliance != id && after.lmks.is_empty());
    for file in ["store.redb", "generation", "lmk.toml"] {
        assert!(!folder.path().join(file).exists(), "{file}");
    }
    assert_eq!(appliance.ask("BUFFF"), "BV70");
    // And can begin anew.
    console.enrol(&people);
    let mut console = appliance.with(&[&people[0], &people[1]]);
    console.first_lmk();
    console.done(&Act::Seal);
    let id = console.status().appliance;
    console.done(&Act::Erase { appliance: id });
    assert_eq!(appliance.state(), State::Uninitialised);
}
