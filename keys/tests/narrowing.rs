//! Attributes that leave are a subset of those that are stored.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::exchange::{Export, ExportForm, Import};
use payhsm_keys::{AnyKey, Binding, KeyRefused, KeyRules, NewKey};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyField, KeyScheme, OptionalBlock};
use proptest::prelude::*;

fn exportability() -> impl Strategy<Value = Exportability> {
    prop_oneof![
        Just(Exportability::Trusted),
        Just(Exportability::None),
        Just(Exportability::Sensitive)
    ]
}

fn attributes() -> impl Strategy<Value = KeyAttributes> {
    let usage = prop_oneof![
        Just(*b"P0"),
        Just(*b"71"),
        Just(*b"72"),
        Just(*b"K0"),
        Just(*b"52"),
        Just(*b"D0"),
        Just(*b"22")
    ];
    let algorithm =
        prop_oneof![Just(*b"T2"), Just(*b"T3"), Just(*b"A1"), Just(*b"A2"), Just(*b"A3")];
    let mode = prop_oneof![Just(b'B'), Just(b'D'), Just(b'E'), Just(b'N')];
    let label = proptest::collection::vec(0x20u8..0x7F, 0..40);
    let blocks =
        proptest::collection::vec(label.prop_map(|data| OptionalBlock { id: *b"LB", data }), 0..3);
    (usage, algorithm, mode, "[0-9A-Z]{2}", exportability(), blocks).prop_map(
        |(usage, algorithm, mode_of_use, version, exportability, optional_blocks)| KeyAttributes {
            usage,
            algorithm: Some(algorithm),
            mode_of_use,
            version: version.as_bytes().try_into().unwrap(),
            exportability,
            optional_blocks,
        },
    )
}

fn rank(exportability: Exportability) -> u8 {
    match exportability {
        Exportability::None => 0,
        Exportability::Trusted => 1,
        Exportability::Sensitive => 2,
    }
}

fn form() -> impl Strategy<Value = ExportForm> {
    prop_oneof![
        Just(ExportForm::X9143(None)),
        Just(ExportForm::X9143(Some(b'B'))),
        Just(ExportForm::X9143(Some(b'D'))),
        Just(ExportForm::Thales),
        Just(ExportForm::Cryptogram(KeyScheme::U)),
        Just(ExportForm::Cryptogram(KeyScheme::X)),
        Just(ExportForm::Cryptogram(KeyScheme::T)),
    ]
}

fn bound(key: &AnyKey) -> &KeyAttributes {
    let Binding::Block(said) = key.binding() else { panic!() };
    said
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_leaves_is_no_more_than_what_is_stored(
        stored in attributes(), form in form(), aes in any::<bool>(),
        asked in proptest::option::of(exportability()), seed in 1..u64::MAX,
    ) {
        let (lmk, mut random) = (aes_lmk(), Repeatable(seed));
        let key = AnyKey::generate(NewKey::Block(&stored), &mut random, &KeyRules::PRODUCTION).unwrap();
        let sealed = key.seal_under(&lmk, KeyScheme::Thales, &mut random).unwrap();
        let key = AnyKey::open(&lmk, &sealed, None, &KeyRules::PRODUCTION).unwrap();
        prop_assert_eq!(bound(&key), &stored);

        let zmk = if aes { known_zmk(b'A', AES_KEY) } else { known_zmk(b'T', TDES_LMK_LIKE) };
        let export = Export { form, exportability: asked, attributes: None };
        let rules = KeyRules::LEGACY;
        let Ok(exported) = zmk.export(&key, &export, &mut random, &rules) else { return Ok(()) };
        prop_assert!(stored.exportability != Exportability::None);
        prop_assert!(aes || key.algorithm() == payhsm_keys::Algorithm::Tdes);
        match &exported {
            KeyField::Stored(_) => prop_assert!(false, "nothing is exported as a name"),
            KeyField::Cryptogram(_) => {
                prop_assert!(!aes && stored.exportability == Exportability::Sensitive);
                prop_assert!(!matches!(&stored.usage, b"K0" | b"52" | b"D0" | b"21" | b"22"));
            }
            KeyField::Block(_) => {
                let as_it_is = Import::Block { usage: None, exportability: None };
                let back = zmk.import(&exported, &as_it_is, &rules).unwrap().key;
                let left = bound(&back);
                prop_assert!(rank(left.exportability) <= rank(stored.exportability));
                let same = KeyAttributes { exportability: stored.exportability, ..left.clone() };
                prop_assert_eq!(&same, &stored);
                prop_assert_eq!(back.check_value().unwrap(), key.check_value().unwrap());
            }
        }
    }
}

/// Three different parts, so that it may be a ZMK.
const TDES_LMK_LIKE: &str = "98519E45CBB9291F49EFAD4AFEFDDC795179BFD6894C8937";

#[test]
fn imports_narrow_and_never_widen() {
    let zmk = known_zmk(b'A', AES_KEY);
    let key = known(Says(*b"P0", b'T', b'B', b'E'), &unhex(TDES_KEY));
    let key = AnyKey::open(&aes_lmk(), &key, None, &KeyRules::PRODUCTION).unwrap();
    let export = Export { form: ExportForm::X9143(None), exportability: None, attributes: None };
    let exported = zmk.export(&key, &export, &mut random(), &KeyRules::PRODUCTION).unwrap();
    let import = |usage: Option<&[u8; 2]>, exportability| {
        let import = Import::Block { usage: usage.copied(), exportability };
        zmk.import(&exported, &import, &KeyRules::PRODUCTION)
            .map(|imported| bound(&imported.key).usage)
    };
    assert_eq!(import(None, None), Ok(*b"P0"));
    assert_eq!(import(Some(b"72"), Some(Exportability::None)), Ok(*b"72"));
    assert_eq!(import(Some(b"D0"), None), Err(KeyRefused::Widened));
    assert_eq!(import(None, Some(Exportability::Sensitive)), Err(KeyRefused::Widened));
}

#[test]
fn no_key_protects_a_stronger_one() {
    // Strength in the order of NIST SP 800-57; AES never goes under TDES.
    let zmks = [
        (b'T', TDES_KEY),
        (b'T', TDES_LMK_LIKE),
        (b'A', AES_KEY.split_at(32).0),
        (b'A', AES_KEY.split_at(48).0),
        (b'A', AES_KEY),
    ];
    let keys = [*b"T2", *b"T3", *b"A1", *b"A2", *b"A3"];
    for (wrapping, (algorithm, secret)) in zmks.into_iter().enumerate() {
        let zmk = known_zmk(algorithm, secret);
        for (place, key_algorithm) in keys.into_iter().enumerate() {
            let attributes = KeyAttributes {
                usage: *b"P0",
                algorithm: Some(key_algorithm),
                mode_of_use: b'B',
                version: *b"00",
                exportability: Exportability::Sensitive,
                optional_blocks: Vec::new(),
            };
            let key =
                AnyKey::generate(NewKey::Block(&attributes), &mut random(), &KeyRules::PRODUCTION)
                    .unwrap();
            for form in [ExportForm::X9143(None), ExportForm::Thales] {
                let export = Export { form, exportability: None, attributes: None };
                let exported = zmk.export(&key, &export, &mut random(), &KeyRules::PRODUCTION);
                let expected =
                    if place <= wrapping { Ok(()) } else { Err(KeyRefused::WeakerWrappingKey) };
                assert_eq!(exported.map(|_| ()), expected, "{wrapping} {place}");
            }
        }
    }
    let aes = known(Says(*b"P0", b'A', b'B', b'E'), &unhex(AES_KEY));
    let aes = AnyKey::open(&aes_lmk(), &aes, None, &KeyRules::PRODUCTION).unwrap();
    let sealed = aes.seal_under(&tdes_lmk(), KeyScheme::Thales, &mut random());
    assert_eq!(sealed.unwrap_err(), KeyRefused::WeakerWrappingKey);
}
