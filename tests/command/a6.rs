use crate::support::keys::{
    AES_LMK, KEK, KEK_CLEAR, TDES_LMK, ZMK, ZPK_CLEAR, check_value, done, made, take_key, unwrapped,
};
use crate::support::{appliance, ask, call, development, host_settings, production, tampered};
use payhsm::settings::{Profile, Settings};
use payhsm_protocol::command::a6_import_key::ImportKey;
use payhsm_protocol::field::{BlockScheme, ImportHeader, KeyBlock, KeyField, KeyScheme, KeyType};
use payhsm_protocol::host;

/// Published imports under the variant test LMK, the last one under an Atalla variant.
const PUBLISHED: [(&str, &str); 3] = [
    ("A6001U1457FF6ADF6250C66C368416B4C9D3832B930A07119F93A8Z", "A700BAB32D775A38E4AB73936E"),
    (
        "A6001U71979DEB8587E2734F1E99D5DCAEF9ACXC8E3118AFA853807EB7E92294663A5BAU",
        "A700U1EF828AA8F6B80EB83E19FBC373F3A856F1E3F",
    ),
    (
        "A6001U71979DEB8587E2734F1E99D5DCAEF9ACX8E80C547F2A1324B84763B0EE32B73ADU1",
        "A700U1EF828AA8F6B80EB83E19FBC373F3A856F1E3F",
    ),
];

#[test]
fn published_imports() {
    let engine = development();
    for (message, answer) in PUBLISHED {
        assert_eq!(ask(&engine, format!("{message}%00")), answer);
        for other in tampered(message, 5..message.len() - 2) {
            assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
        }
    }
    let single = host::Settings { single_length_zmk: true, ..host_settings() };
    let engine = appliance(Settings::development(), single);
    let message = "A60024ED06495741C280C35ED0C0EA7F7D0FAZ%00";
    assert_eq!(ask(&engine, message), "A7000406FBB23A5214DF0035BB");
}

/// A recorded exchange under the 3DES key-block test LMK: the KEK of the record is under that LMK,
/// the key came in a Thales block under it.
#[test]
fn a_recorded_thales_block_comes_in() {
    let engine = development();
    let kek = "S00072K0TB00E0001DB045F29C053EEFF7B9425B3A88C7258EB7EA7E40E2C47878647072A";
    let block = "S00072P0TB00N00FFE1D89671C973C7F0DAF91CB2EBF379493C08975679001172C89A0AF8";
    let answer = done(&engine, format!("A6FFF{kek}{block}S%01"));
    let (key, kcv) = take_key(&answer);
    assert!(key.starts_with("S00072P0TB00N0001"));
    assert_eq!((unwrapped(TDES_LMK, key), kcv), (ZPK_CLEAR.to_owned(), "4FE9FD"));
    for other in tampered(block, 1..block.len()) {
        let answer = ask(&engine, format!("A6FFF{kek}{other}S%01"));
        assert_ne!(&answer[..4], "A700", "{other}");
    }
}

/// A key leaves one appliance and comes to another under a ZMK that both have.
#[test]
fn blocks_of_both_kinds_and_versions_come_in_with_what_they_say() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let strong_zmk = made(&engine, "52A3B00E00").0;
    for (wrapping, tail, incoming) in [
        (&zmk, "R#P0T2B00E00", "RB"),
        (&zmk, "R#V2T2N07S00&E", "RB"),
        (&zmk, "S#M3T2C00E00", "S0"),
        (&strong_zmk, "R#D0A2B00S00", "RD"),
        (&strong_zmk, "S#D0A3N00E00&N", "S1"),
        (&strong_zmk, "R#P0T3E00E00", "RD"),
    ] {
        let answer = done(&engine, format!("A01FFFS{wrapping}{tail}"));
        let (key, rest) = take_key(&answer);
        let (copy, kcv) = take_key(rest);
        assert!(copy.starts_with(incoming), "{copy}");
        let imported = done(&engine, format!("A6FFF{wrapping}{copy}S"));
        let (imported, imported_kcv) = take_key(&imported);
        assert_eq!(imported_kcv, kcv);
        assert_eq!(unwrapped(AES_LMK, imported), unwrapped(AES_LMK, key));
        // Usage, algorithm, mode, version and exportability are those of the copy.
        assert_eq!(imported[6..13], copy[6..13]);
    }
}

#[test]
fn attributes_are_only_narrowed() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let answer = done(&engine, format!("A01FFFS{zmk}R#P0T2B00E00"));
    let copy = take_key(take_key(&answer).1).0.to_owned();
    let imported = done(&engine, format!("A6FFF{zmk}{copy}S#7200"));
    assert!(imported.starts_with("S1009672TB00E0002"));
    for (tail, error) in [
        ("#D000", "AA"),
        ("#5200", "AA"),
        ("#K000", "AA"),
        ("#7201TS06AB", "AB"),
        ("#72", "AB"),
        ("#7?00", "A6"),
    ] {
        assert_eq!(
            ask(&engine, format!("A6FFF{zmk}{copy}S{tail}")),
            format!("A7{error}"),
            "{tail}"
        );
    }
    // What came as a narrow usage does not become the generic one.
    let answer = done(&engine, format!("A01FFFS{zmk}R#72T2B00E00"));
    let copy = take_key(take_key(&answer).1).0.to_owned();
    assert_eq!(ask(&engine, format!("A6FFF{zmk}{copy}S#P000")), "A7AA");
}

#[test]
fn a_cryptogram_is_bound_to_the_attributes_of_the_request() {
    let engine = development();
    // The published key of an X9.17 import, now for a key-block LMK.
    let zmk = {
        let answer = done(&engine, format!("A8FFF{KEK}{KEK}S%01"));
        take_key(&answer).0.to_owned()
    };
    assert_eq!(unwrapped(KEK_CLEAR, &zmk), KEK_CLEAR);
    let key = "X8E80C547F2A1324B84763B0EE32B73AD";
    let answer = ask(&engine, format!("A6FFF{KEK}{key}S%01#P0B00N00"));
    // Nothing says that this cryptogram was under this ZMK: its parity is put right, with a warning.
    assert!(answer.starts_with("A701S00072P0TB00N0001"), "{answer}");
    assert_eq!(ask(&engine, format!("A6FFF{KEK}{key}S%01")), "A7A6");
    assert_eq!(ask(&engine, format!("A6FFF{KEK}{key}S%01#P0G00N00")), "A7A8");
    assert_eq!(ask(&engine, format!("A6FFF{KEK}{key}S%01#Q0B00N00")), "A7A6");
    assert_eq!(ask(&engine, format!("A6FFF{KEK}{key}S1%01#P0B00N00"))[..4], *"A701");
    assert_eq!(ask(&engine, format!("A6FFF{KEK}{key}S32%01#P0B00N00")), "A727");
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let encrypt_only = made(&engine, "K0T2E00E00").0;
    let tmk = made(&engine, "51T2B00E00").0;
    let answer = done(&engine, format!("A01FFFS{zmk}R#P0T2B00E00"));
    let copy = take_key(take_key(&answer).1).0.to_owned();
    for (fields, error) in [
        (format!("001{zmk}{copy}S"), "28"),
        (format!("FFF{zmk}{copy}U"), "26"),
        (format!("FFF{zmk}{copy}?"), "26"),
        (format!("FFF{zmk}{copy}S1"), "26"),
        (format!("FFF{encrypt_only}{copy}S"), "A8"),
        (format!("FFF{tmk}{copy}S"), "A6"),
        (format!("FFF{copy}{copy}S"), "26"),
        (format!("FFF{zmk}{zmk}S"), "A4"),
        (format!("FFFU1457FF6ADF6250C66C368416B4C9D383{copy}S"), "26"),
        (format!("FFF{zmk}{copy}S#P000&"), "15"),
        (format!("FFF{zmk}{copy}"), "15"),
        (format!("FFFK123{copy}S"), "12"),
        (format!("FFF{ZMK}2B930A07119F93A8Z%00"), "28"),
        (format!("001{ZMK}2B930A07119F93A8U%00"), "27"),
        (format!("001{ZMK}2B930A07119F93A8S%00"), "26"),
        (format!("001{ZMK}2B930A07119F93A8Z%00#P0B00N00"), "15"),
        (format!("00E{ZMK}2B930A07119F93A8Z%00"), "28"),
        (format!("001{ZMK}2B930A07119F93A8Z%04"), "13"),
        ("001U1457FF6ADF6250C66C368416B4C9D3822B930A07119F93A8Z%00".to_owned(), "10"),
    ] {
        assert_eq!(ask(&engine, format!("A6{fields}")), format!("A7{error}"), "{fields}");
    }
}

#[test]
fn production_takes_key_blocks_alone() {
    let engine = production(Profile::Acquirer);
    let zmk = made(&engine, "K0T2B00E00").0;
    let answer = done(&engine, format!("A01FFFS{zmk}R#P0T2B00E00"));
    let (_, rest) = take_key(&answer);
    let (copy, kcv) = take_key(rest);
    let imported = done(&engine, format!("A6FFF{zmk}{copy}S"));
    assert_eq!(take_key(&imported).1, kcv);
    assert_eq!(check_value(&engine, take_key(&imported).0), kcv);
    let cryptogram = "X8E80C547F2A1324B84763B0EE32B73AD";
    assert_eq!(ask(&engine, format!("A6FFF{zmk}{cryptogram}S#P0B00N00")), "A7A4");
    for other in tampered(copy, 1..copy.len()) {
        let answer = ask(&engine, format!("A6FFF{zmk}{other}S"));
        // A length that is none, or a block that is not what was sealed: nothing says more.
        assert!(matches!(&answer[..], "A7A4" | "A7A5" | "A715"), "{other} {answer}");
    }
}

#[test]
fn compact() {
    let engine = development();
    let block = |text: &str, scheme| {
        let (header, body) = text[1..].split_at(16);
        KeyField::Block(KeyBlock {
            scheme,
            header: header.into(),
            body: hex::decode(body).unwrap(),
        })
    };
    let request = ImportKey {
        key_type: KeyType::KEY_BLOCK,
        zmk: block(
            "S00072K0TB00E0001DB045F29C053EEFF7B9425B3A88C7258EB7EA7E40E2C47878647072A",
            BlockScheme::Thales,
        ),
        key: block(
            "S00072P0TB00N00FFE1D89671C973C7F0DAF91CB2EBF379493C08975679001172C89A0AF8",
            BlockScheme::Thales,
        ),
        scheme: KeyScheme::Thales,
        atalla_variant: None,
        header: ImportHeader::Kept,
    };
    let (error, reply) = call(&engine, Some(1), &request);
    assert_eq!((error.as_str(), reply.unwrap().check_value.0), ("00", vec![0x4f, 0xe9, 0xfd]));
    assert_eq!(call(&engine, Some(2), &request).0, "A4");
}
