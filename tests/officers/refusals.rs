//! Keys that are none, in every form in which a person could enter them: each has its sentence, and nothing is kept.

use crate::appliance::{Console, key, operational};
use crate::support::random::Chance;
use payhsm_protocol::officer::{Act, Answer, Forming};

/// NIST SP 800-67 rev. 1, 3.3.2: the weak and the semi-weak keys.
const WEAK: [&str; 16] = [
    "0101010101010101",
    "FEFEFEFEFEFEFEFE",
    "E0E0E0E0F1F1F1F1",
    "1F1F1F1F0E0E0E0E",
    "011F011F010E010E",
    "1F011F010E010E01",
    "01E001E001F101F1",
    "E001E001F101F101",
    "01FE01FE01FE01FE",
    "FE01FE01FE01FE01",
    "1FE01FE00EF10EF1",
    "E01FE01FF10EF10E",
    "1FFE1FFE0EFE0EFE",
    "FE1FFE1FFE0EFE0E",
    "E0FEE0FEF1FEF1FE",
    "FEE0FEE0FEF1FEF1",
];
const GOOD: &str = "98519E45CBB9291F";

fn odd(bytes: &mut [u8]) {
    for byte in bytes {
        *byte = (*byte & 0xFE) | u8::from((*byte >> 1).count_ones() % 2 == 0);
    }
}

/// Components of odd parity that make `whole`, but for parity: with two of them that of the sum is even, with three odd.
fn components(chance: &mut Chance, whole: &[u8], count: usize) -> Vec<Vec<u8>> {
    let mut last = whole.to_vec();
    let mut made: Vec<_> = (1..count)
        .map(|_| {
            let mut one = chance.bytes(whole.len());
            odd(&mut one);
            last.iter_mut().zip(&one).for_each(|(sum, byte)| *sum ^= byte);
            one
        })
        .collect();
    odd(&mut last);
    made.push(last);
    made
}

/// What becomes of a double-length key of these components.
fn form(console: &mut Console, components: &[Vec<u8>]) -> String {
    let count = u8::try_from(components.len()).unwrap();
    let zmk = key("zmk", b"52", b"T2");
    console.ask(&Act::BeginComponents(Forming::Key { key: zmk, components: count }));
    for component in components {
        let answer = console.ask_with(&Act::Component, component);
        assert!(matches!(answer, Answer::Progress { .. }), "{answer:?}");
        console.ask(&Act::KeepComponent);
    }
    let told = console.refused(&Act::FinishComponents);
    console.done(&Act::Abandon);
    told
}

#[test]
fn weak_keys_and_equal_halves_are_refused_in_every_parity() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[2]]);
    let before = console.status();
    let chance = &mut Chance::new(1);
    for weak in WEAK {
        for whole in [[weak, GOOD].concat(), [GOOD, weak].concat()] {
            for count in [2, 3] {
                let parts = components(chance, &hex::decode(&whole).unwrap(), count);
                let told = form(&mut console, &parts);
                assert!(told.contains("make a weak key"), "{whole}, {count}: {told}");
            }
        }
    }
    for count in [2, 3] {
        let parts = components(chance, &hex::decode([GOOD, GOOD].concat()).unwrap(), count);
        let told = form(&mut console, &parts);
        assert!(told.contains("whose parts are equal"), "{count}: {told}");
    }
    assert!(console.keys().is_empty());
    assert_eq!(console.status(), before);
}

#[test]
fn components_of_another_length_or_parity_are_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[2]]);
    for (algorithm, length) in [(b"T2", 16), (b"T3", 24), (b"A1", 16), (b"A2", 24), (b"A3", 32)] {
        let forming = Forming::Key { key: key("zmk", b"52", algorithm), components: 2 };
        console.ask(&Act::BeginComponents(forming));
        for wrong in [1, 8, length - 1, length + 1, 64] {
            let told = console.refused_with(&Act::Component, &vec![1; wrong]);
            assert!(told.contains(&format!("has {length} bytes, this one has {wrong}")), "{told}");
        }
        let empty = if algorithm[0] == b'T' { 1 } else { 0 };
        assert!(console.refused_with(&Act::Component, &vec![empty; length]).contains("zeros"));
        if algorithm[0] == b'T' {
            for place in 0..length {
                let mut component: Vec<u8> = hex::decode(GOOD.repeat(length / 8)).unwrap();
                component[place] ^= 0x10;
                assert!(console.refused_with(&Act::Component, &component).contains("parity"));
            }
        }
    }
    // What does not exist is refused before anybody types.
    for (usage, algorithm, word) in
        [(b"52", b"T1", "length"), (b"52", b"X9", "algorithm"), (b"V2", b"A3", "algorithm")]
    {
        let forming = Forming::Key { key: key("zmk", usage, algorithm), components: 2 };
        let told = console.refused(&Act::BeginComponents(forming));
        assert!(told.contains(word), "{told}");
    }
    assert!(console.keys().is_empty());
}

#[test]
fn a_key_is_not_wrapped_by_one_that_is_weaker() {
    let folder = tempfile::tempdir().unwrap();
    let (appliance, people, _) = operational(folder.path());
    let mut console = appliance.with(&[&people[0], &people[2]]);
    let strengths: [&[u8; 2]; 5] = [b"T2", b"T3", b"A1", b"A2", b"A3"];
    for (place, zmk) in strengths.into_iter().enumerate() {
        let zmk_label = format!("zmk-{place}");
        console.done(&Act::GenerateKey(key(&zmk_label, b"52", zmk)));
        for (other, wrapped) in strengths.into_iter().enumerate() {
            let label = format!("zpk-{other}");
            if place == 0 {
                console.done(&Act::GenerateKey(key(&label, b"72", wrapped)));
            }
            let answer = console.ask(&Act::ExportKey { label, zmk: zmk_label.clone() });
            match answer {
                Answer::Block { .. } => assert!(other <= place, "{wrapped:?} under {zmk:?}"),
                Answer::Refused(told) => {
                    assert!(other > place, "{wrapped:?} under {zmk:?}: {told}");
                    assert!(told.contains("take a ZMK that is at least as strong"), "{told}");
                }
                answer => panic!("{answer:?}"),
            }
        }
    }
}
