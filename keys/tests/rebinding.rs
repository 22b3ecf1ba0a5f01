//! A key that is bound anew may never do more than before (BW, CS).

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::{AnyKey, Binding, KeyRefused, KeyRules, NewKey};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyScheme, KeyType, OptionalBlock};
use proptest::prelude::*;

const USAGES: [[u8; 2]; 14] = [
    *b"K0", *b"51", *b"52", *b"P0", *b"71", *b"72", *b"D0", *b"22", *b"V0", *b"V2", *b"C0", *b"11",
    *b"M3", *b"B0",
];

/// What a usage is an instance of, but for itself.
fn generic(usage: [u8; 2]) -> Option<[u8; 2]> {
    match &usage {
        b"51" | b"52" => Some(*b"K0"),
        b"71" | b"72" => Some(*b"P0"),
        b"22" => Some(*b"D0"),
        b"V2" => Some(*b"V0"),
        b"11" => Some(*b"C0"),
        _ => None,
    }
}

/// Everything that a key with this mode may be used for.
fn rights(mode: u8) -> &'static str {
    match mode {
        b'N' => "encrypt decrypt generate verify derive",
        b'B' => "encrypt decrypt",
        b'E' => "encrypt",
        b'D' => "decrypt",
        b'C' => "generate verify",
        b'G' => "generate",
        b'V' => "verify",
        b'X' => "derive",
        _ => "",
    }
}

fn ways_out(exportability: Exportability) -> u8 {
    match exportability {
        Exportability::None => 0,
        Exportability::Trusted => 1,
        Exportability::Sensitive => 2,
    }
}

fn attributes() -> impl Strategy<Value = KeyAttributes> {
    let usage = proptest::sample::select(USAGES.as_slice());
    let mode = proptest::sample::select(b"BDENCGVX".as_slice());
    let version = prop_oneof![Just(*b"00"), Just(*b"17"), Just(*b"A1"), Just(*b"c1"), Just(*b"c2")];
    let exportability = prop_oneof![
        Just(Exportability::Trusted),
        Just(Exportability::None),
        Just(Exportability::Sensitive)
    ];
    (usage, mode, version, exportability).prop_map(
        |(usage, mode_of_use, version, exportability)| KeyAttributes {
            usage,
            algorithm: Some(*b"T2"),
            mode_of_use,
            version,
            exportability,
            optional_blocks: Vec::new(),
        },
    )
}

fn said(key: &AnyKey) -> &KeyAttributes {
    let Binding::Block(said) = key.binding() else { panic!() };
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_becomes_wider(from in attributes(), to in attributes()) {
        let rules = KeyRules::PRODUCTION;
        let Ok(key) = AnyKey::generate(NewKey::Block(&from), &mut random(), &rules) else { return Ok(()) };
        let check_value = key.check_value().unwrap();
        let narrower = (to.usage == from.usage || generic(to.usage) == Some(from.usage))
            && rights(to.mode_of_use).split(' ').all(|right| rights(from.mode_of_use).contains(right))
            && ways_out(to.exportability) <= ways_out(from.exportability)
            && (to.version == from.version || (to.version[0] != b'c' && from.version[0] != b'c'));
        match key.narrow(&to) {
            Ok(key) => {
                prop_assert!(narrower);
                prop_assert_eq!(said(&key), &to);
                prop_assert_eq!(key.check_value().unwrap(), check_value);
                // Such a key could also have been made.
                prop_assert!(AnyKey::generate(NewKey::Block(&to), &mut random(), &rules).is_ok());
            }
            // What is narrower and refused is nothing that could have been made.
            Err(_) => prop_assert!(
                !narrower || AnyKey::generate(NewKey::Block(&to), &mut random(), &rules).is_err()
            ),
        }
    }
}

fn made(version: [u8; 2]) -> AnyKey {
    let attributes = KeyAttributes { version, ..plain() };
    AnyKey::generate(NewKey::Block(&attributes), &mut random(), &KeyRules::PRODUCTION).unwrap()
}

fn plain() -> KeyAttributes {
    KeyAttributes {
        usage: *b"P0",
        algorithm: Some(*b"T2"),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    }
}

#[test]
fn algorithm_and_optional_blocks_are_no_wish() {
    let block = OptionalBlock { id: *b"TS", data: b"ABCD".to_vec() };
    for wanted in [
        KeyAttributes { algorithm: Some(*b"T3"), ..plain() },
        KeyAttributes { algorithm: None, ..plain() },
        KeyAttributes { optional_blocks: vec![block], ..plain() },
    ] {
        assert_eq!(made(*b"00").narrow(&wanted).unwrap_err(), KeyRefused::Widened, "{wanted:?}");
    }
    let component = KeyAttributes { version: *b"c1", ..plain() };
    assert_eq!(made(*b"00").narrow(&component).unwrap_err(), KeyRefused::VersionNumber);
    assert_eq!(made(*b"c1").narrow(&plain()).unwrap_err(), KeyRefused::VersionNumber);
}

#[test]
fn a_key_of_type_002_gets_a_type_of_its_own_once() {
    let of = |key_type: &[u8; 3]| {
        let new = NewKey::Variant(KeyType(*key_type), KeyScheme::U);
        AnyKey::generate(new, &mut random(), &KeyRules::LEGACY).unwrap()
    };
    for own in [b"70D", b"80D", b"90D"] {
        let apart = of(b"002").set_apart(KeyType(*own)).unwrap();
        assert_eq!(apart.binding(), &Binding::Variant(KeyType(*own)));
        assert_eq!(apart.set_apart(KeyType(*b"70D")).unwrap_err(), KeyRefused::KeyType);
    }
    for (from, to) in [(b"001", b"70D"), (b"002", b"001"), (b"002", b"002"), (b"000", b"80D")] {
        assert_eq!(of(from).set_apart(KeyType(*to)).unwrap_err(), KeyRefused::KeyType);
    }
    assert_eq!(made(*b"00").set_apart(KeyType(*b"70D")).unwrap_err(), KeyRefused::KeyType);
    assert_eq!(of(b"001").narrow(&plain()).unwrap_err(), KeyRefused::Widened);
    let component = KeyAttributes { version: *b"c1", algorithm: None, ..plain() };
    let bound = of(b"001").bind(&component, &KeyRules::LEGACY);
    assert_eq!(bound.unwrap_err(), KeyRefused::VersionNumber);
}
