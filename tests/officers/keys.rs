//! Working keys, zones, and LMKs besides the first.

use crate::appliance::{Lmk, generate, key, operational, zone};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer, Forming};

#[test]
fn keys_come_from_components_and_under_a_zmk_and_make_a_zone() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[2]]);
    let zmk = key("vis-zmk", b"52", b"T2");
    console.ask(&Act::BeginComponents(Forming::Key { key: zmk, components: 2 }));
    let components = ["0123456789abcdeffedcba9876543210", "89b07a35a1b3f47e89b07a35a1b3f488"];
    let typo = hex::decode("0123456789abcdeffedcba9876543211").unwrap();
    assert!(console.refused_with(&Act::Component, &typo).contains("parity"));
    for component in components {
        let mut bytes = hex::decode(component).unwrap();
        bytes
            .iter_mut()
            .for_each(|byte| *byte = (*byte & 0xfe) | u8::from((*byte >> 1).count_ones() % 2 == 0));
        let answer = console.ask_with(&Act::Component, &bytes);
        assert!(matches!(answer, Answer::Progress { check_value: Some(_), .. }), "{answer:?}");
        console.ask(&Act::KeepComponent);
    }
    let answer = console.ask(&Act::FinishComponents);
    let Answer::Progress { check_value: Some(value), have: 2, of: 2 } = answer else {
        panic!("{answer:?}")
    };
    let made = console.keys().remove(0);
    assert_eq!((made.label.as_str(), &made.check_value), ("vis-zmk", &value));
    assert!(
        made.made.starts_with("alice and carol, 20") && made.made.ends_with('Z'),
        "{}",
        made.made
    );

    // Out under the ZMK and in again by another name.
    console.done(&Act::GenerateKey(key("vis-zpk", b"72", b"T2")));
    let (label, zmk) = ("vis-zpk".to_owned(), "vis-zmk".to_owned());
    let answer = console.ask(&Act::ExportKey { label: label.clone(), zmk: zmk.clone() });
    let Answer::Block { block, check_value } = answer else { panic!("{answer:?}") };
    assert_eq!(&block[5..7], "72");
    let import = |label: &str, usage| Act::ImportKey {
        key: key(label, usage, b"T2"),
        zmk: zmk.clone(),
        block: block.clone(),
    };
    console.done(&import("vis-zpk-2", b"72"));
    let lines = console.keys();
    assert_eq!(lines.iter().filter(|line| line.check_value == check_value).count(), 2);
    for (act, word) in [
        (import("vis-zpk-2", b"72"), "already"),
        (import("other", b"22"), "refused"),
        (
            Act::ImportKey { key: key("x", b"72", b"T2"), zmk: zmk.clone(), block: "B0000".into() },
            "no X9.143",
        ),
        (Act::ExportKey { label: label.clone(), zmk: label.clone() }, "another usage"),
        (Act::GenerateKey(key("no label", b"72", b"T2")), "no label"),
        (Act::SetZone(zone("VIS", Some("vis-zpk"), None)), "another usage"),
        (Act::SetZone(zone("VISA", Some("vis-zmk"), None)), "no name of a zone"),
        (Act::SetTable { pvk: zmk.clone(), digits: "0123456789012345".into() }, "another usage"),
    ] {
        let why = console.refused(&act);
        assert!(why.contains(word), "{act:?}: {why}");
    }

    console.done(&Act::SetZone(zone("VIS", Some("vis-zmk"), Some("vis-zpk"))));
    assert_eq!(
        console.ask(&Act::ListZones { after: String::new() }),
        Answer::Zones { lines: vec![zone("VIS", Some("vis-zmk"), Some("vis-zpk"))], more: false }
    );
    assert!(console.refused(&Act::DestroyKey { label: label.clone() }).contains("zone VIS"));
    console.done(&Act::EnableKey { label: label.clone(), enabled: false });
    assert!(console.refused(&Act::ExportKey { label: label.clone(), zmk }).contains("disabled"));
    console.done(&Act::RemoveZone { name: "VIS".into() });
    console.done(&Act::DestroyKey { label });
    let mut pvk = key("pvk", b"V1", b"T2");
    pvk.attributes.mode_of_use = b'N';
    console.done(&Act::GenerateKey(pvk));
    console.done(&Act::SetTable { pvk: "pvk".into(), digits: "0123456789012345".into() });
    let table = Act::SetTable { pvk: "pvk".into(), digits: "0000000000000001".into() };
    assert!(console.refused(&table).contains("sixteen digits"));
    // One officer may look, and nothing else.
    let mut one = appliance.with(&[&people[1]]);
    assert_eq!(one.keys().len(), 3);
    assert!(one.refused(&Act::DestroyKey { label: "pvk".into() }).contains("bob alone"));
}

#[test]
fn a_second_lmk_comes_back_with_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, lmk) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[2]]);
    assert!(console.refused(&generate(0)).contains("LMK 00 already"));
    let answer = console.ask(&generate(7));
    let second = Lmk::of(&mut console, answer);
    assert_eq!(appliance.engine.lmk_ids(), [LmkId(0), LmkId(7)]);
    console.done(&Act::Seal);
    // Its shares are not those that unseal.
    let answer = console.unseal(&second, &[&people[0], &people[1]]);
    let Answer::Refused(why) = answer else { panic!("{answer:?}") };
    assert!(why.contains("another LMK"), "{why}");
    assert!(matches!(console.unseal(&lmk, &[&people[0], &people[1]]), Answer::Done { .. }));
    let roles: Vec<_> = console.status().lmks.into_iter().map(|line| line.role).collect();
    assert_eq!(
        (appliance.engine.lmk_ids(), roles),
        (vec![LmkId(0), LmkId(7)], vec!["master".to_owned(), "live".to_owned()])
    );
}

#[test]
fn a_partners_generic_key_is_bound_to_one_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[2]]);
    console.done(&Act::GenerateKey(key("zmk", b"52", b"A3")));
    for (generic, narrow, other) in
        [(b"P0", b"72", b"22"), (b"P0", b"71", b"52"), (b"K0", b"52", b"72"), (b"D0", b"22", b"71")]
    {
        let label = format!("{}-{}", narrow.escape_ascii(), generic.escape_ascii());
        console.done(&Act::GenerateKey(key("theirs", generic, b"A1")));
        let answer = console.ask(&Act::ExportKey { label: "theirs".into(), zmk: "zmk".into() });
        let Answer::Block { block, check_value } = answer else { panic!("{answer:?}") };
        let import = |usage| Act::ImportKey {
            key: key(&label, usage, b"A1"),
            zmk: "zmk".into(),
            block: block.clone(),
        };
        console.refused(&import(other));
        console.done(&import(narrow));
        let line = console.keys().into_iter().find(|line| line.label == label).unwrap();
        assert_eq!((line.attributes.usage, line.check_value), (*narrow, check_value));
        console.done(&Act::DestroyKey { label: "theirs".into() });
    }
}
