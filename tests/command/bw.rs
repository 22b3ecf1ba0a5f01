use crate::support::keys::{
    AES_LMK, TDES_LMK, ZMK, check_value, done, made, sealed, take_key, unwrapped,
};
use crate::support::migration::{changed, under_old, with_old};
use crate::support::{ask, authorise, call, development, host_settings, production, tampered};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_keys::{Lmk, LmkSet};
use payhsm_protocol::command::bw_migrate_key::MigrateKey;
use payhsm_protocol::field::{
    CheckValueType, Exportability, KeyAttributes, KeyField, KeyLengthFlag, KeyType, LmkId, SentKey,
    Slot, StoredKey,
};
use payhsm_protocol::host::{Bare, Fields, Settings as HostSettings};

/// metalcorpe/payshield-rest-api, test/migratekey.json: a ZPK under the variant test LMK, to be a block of usage 72.
const PUBLISHED: &str = "U2DCCB5D9D9AB4B8BFD8980FEE839E6C6";
const PUBLISHED_CLEAR: &str = "6BA1941C76A719D9E502013D26FB8F46";
const PUBLISHED_KCV: &str = "46198E";

/// A developer's appliance that keeps TPK and TMK apart from the PVK, with a variant LMK under 00 that had the same
/// value before.
fn apart() -> Engine {
    let legacy = Legacy { shared_002: false, ..Settings::development().legacy };
    with_old(Profile::Development, legacy, Lmk::public_test_variant(LmkId(0)).unwrap())
}

#[test]
fn a_published_key_becomes_a_block() {
    let engine = development();
    for (message, lmk, header) in [
        (format!("BWFF1{PUBLISHED};001#72N00S00!11"), AES_LMK, "S1009672TN00S0002"),
        (format!("BWFF1{PUBLISHED};001%01#72N00S00!11"), TDES_LMK, "S0007272TN00S0001"),
        (format!("BW011{PUBLISHED}#72N00S00!11"), AES_LMK, "S1009672TN00S0002"),
        (
            format!("BW011{PUBLISHED};0S0%02#P0B07E01TS10ABCDEFGHIJKL!11"),
            AES_LMK,
            "S10112P0TB07E0102TS10ABCDEFGHIJKL",
        ),
        (format!("BWFF1{PUBLISHED};001;0S0%01#P0D00N00!11\x19t"), TDES_LMK, "S00072P0TD00N0001"),
    ] {
        let answer = done(&engine, &message);
        let (key, kcv) = take_key(answer.trim_end_matches("\x19t"));
        assert!(key.starts_with(header), "{message}: {key}");
        assert_eq!(unwrapped(lmk, key), PUBLISHED_CLEAR);
        assert_eq!(kcv, PUBLISHED_KCV);
    }
    for without in ["", "!0", "!00", "!01"] {
        let answer = done(&engine, format!("BWFF1{PUBLISHED};001#72N00S00{without}"));
        assert_eq!(take_key(&answer).1, "", "{without}");
    }
    for other in tampered(PUBLISHED, 1..33) {
        let answer = ask(&engine, format!("BWFF1{other};001#72N00S00!11"));
        assert!(!answer.ends_with(PUBLISHED_KCV), "{other}");
    }
}

#[test]
fn a_block_keeps_what_it_says() {
    let engine = changed(Profile::Development);
    for (attributes, clear) in [
        ("P0TB00E00", PUBLISHED_CLEAR),
        ("72TN17N00", PUBLISHED_CLEAR),
        ("K0TBc1S00", PUBLISHED_CLEAR),
        ("D0AB00E00", &AES_LMK[..32]),
    ] {
        let old = under_old(clear, attributes, "");
        for message in [
            format!("BWFFF{old}!11"),
            format!("BWFF1{old}%02!11"),
            format!("BWFFF{old};FFF!11"),
            format!("BWFFF{old};FFF;0S0%02!11"),
            format!("BWFFF{old};000!11"),
        ] {
            let answer = done(&engine, &message);
            let (key, kcv) = take_key(&answer);
            assert_eq!(&key[6..15], attributes, "{message}");
            assert_ne!(key, old);
            assert_eq!(unwrapped(AES_LMK, key), clear);
            assert_eq!(kcv, check_value(&engine, key));
        }
        for other in tampered(&old, 17..old.len()) {
            assert_eq!(ask(&engine, format!("BWFFF{other}")), "BXA4", "{other}");
        }
        // To give it other attributes, or to take them away, is not what this command does.
        for (tail, error) in [
            ("#P0B00S00", "15"),
            ("#P0N00E00", "15"),
            (";0U0", "26"),
            (";0R0", "26"),
            ("!10", "17"),
        ] {
            let answer = ask(&engine, format!("BWFFF{old}{tail}"));
            assert_eq!(answer, format!("BX{error}"), "{attributes} {tail}");
        }
    }
    // An optional block stays too.
    let old = under_old(PUBLISHED_CLEAR, "P0TB00E01", "TS10ABCDEFGHIJKL");
    let answer = done(&engine, format!("BWFFF{old}"));
    assert!(answer.contains("E0102TS10ABCDEFGHIJKL"), "{answer}");
}

#[test]
fn a_key_of_a_variant_lmk_stays_one_under_the_next() {
    let engine = apart();
    let kcv = done(&engine, format!("BU001{ZMK}%00"));
    for (message, start) in [
        (format!("BW001{ZMK}%00!10"), ZMK),
        (format!("BWFF1{ZMK};000%00!10"), ZMK),
        (format!("BWFF1{ZMK};000;0U0%00!10"), ZMK),
        (format!("BWFF1{ZMK};000;000%00!10"), ZMK),
        (format!("BW001{ZMK};0X0%00!10"), "X"),
    ] {
        let answer = done(&engine, message);
        let (key, check_value) = take_key(&answer);
        assert!(key.starts_with(start), "{key}");
        assert_eq!(check_value, kcv);
    }
    // Without a letter, of single length and as a pair.
    let x = done(&engine, format!("BW001{ZMK};0X0%00"));
    assert_eq!(done(&engine, format!("BW001{}%00", &x[1..])), x);
    assert_eq!(done(&engine, "BW0200406FBB23A5214DF%00"), "0406FBB23A5214DF");
    let triple = done(&engine, "A00001T%00");
    let (triple, _) = take_key(&triple);
    assert_eq!(done(&engine, format!("BW012{triple}%00")), triple);
    for (fields, error) in [
        (format!("001{ZMK};0T0%00"), "27"),
        (format!("001{ZMK};0S0%00"), "26"),
        (format!("001{ZMK}%00#52B00E00"), "15"),
    ] {
        assert_eq!(ask(&engine, format!("BW{fields}")), format!("BX{error}"), "{fields}");
    }
}

#[test]
fn keys_that_shared_type_002_get_types_of_their_own() {
    let engine = apart();
    let answer = done(&engine, "A00002U%00");
    let (pvk, kcv) = take_key(&answer);
    for own in ["70D", "80D", "90D"] {
        let moved = done(&engine, format!("BWF21{pvk};{own}%00"));
        assert_ne!(moved, pvk);
        assert_eq!(done(&engine, format!("BUFF1{moved};{own};001%00")), kcv);
    }
    for other in ["000", "001", "002", "402", "00A"] {
        let answer = ask(&engine, format!("BWF21{pvk};{other}%00"));
        assert_eq!(answer, "BX45", "{other}");
    }
    assert_eq!(ask(&engine, format!("BWF21{pvk};F0D%00")), "BX45");
    assert_eq!(ask(&engine, format!("BWF21{pvk};70d%00")), "BX28");
    assert_eq!(ask(&engine, format!("BWF21{pvk}%00")), "BX04");

    // To a block as well: of a usage that the new type may have.
    let legacy = Legacy { shared_002: false, ..Settings::development().legacy };
    let engine =
        with_old(Profile::Development, legacy, Lmk::public_test_variant(LmkId(2)).unwrap());
    for (own, usage, error) in [
        ("70D", "71", "00"),
        ("70D", "P0", "00"),
        ("80D", "51", "00"),
        ("70D", "V2", "A6"),
        ("80D", "71", "A6"),
        ("90D", "71", "A6"),
    ] {
        let answer = ask(&engine, format!("BWF21{pvk};{own}#{usage}N00E00"));
        assert_eq!(&answer[..4], format!("BX{error}"), "{own} {usage}");
    }
    // A PVK it is, unless somebody says otherwise.
    assert_eq!(ask(&engine, format!("BW021{pvk}#71N00E00")), "BXA6");
    assert_eq!(&ask(&engine, format!("BW021{pvk}#V2N00E00"))[..4], "BX00");
    // Where the types are not kept apart, nothing can be taken out.
    assert_eq!(ask(&development(), format!("BWF21{pvk};70D#71N00E00")), "BX44");
}

#[test]
fn each_refusal() {
    let engine = development();
    let new = made(&engine, "P0T2B00E00").0;
    let key = PUBLISHED;
    for (fields, error) in [
        (format!("0C1{key}#72N00S00"), "04"),
        (format!("A01{key}#72N00S00"), "04"),
        (format!("FF1{key}#72N00S00"), "04"),
        (format!("01A{key}#72N00S00"), "05"),
        (format!("010{key}#72N00S00"), "05"),
        (format!("012{key}#72N00S00"), "05"),
        (format!("01F{key}#72N00S00"), "05"),
        // As what it is not: garbage, and its parity says so.
        (format!("001{key}#K0N00S00"), "10"),
        (format!("FF1{key};FFF#72N00S00"), "28"),
        (format!("FF1{key};00E#72N00S00"), "28"),
        (format!("FF1{key};0ZZ#72N00S00"), "28"),
        (format!("FF1{key};001"), "15"),
        (format!("FF1{key};001#72N00"), "15"),
        (format!("FF1{key};001#72N00S00!21"), "15"),
        (format!("FF1{key};001#72N00S00!12"), "15"),
        (format!("FF1{key};001#72N00S00!1"), "15"),
        (format!("FF1{key};001;1S0#72N00S00"), "15"),
        (format!("FF1{key};001;0S1#72N00S00"), "15"),
        (format!("FF1{key};001;0?0#72N00S00"), "26"),
        (format!("FF1{key};001;0U0#72N00S00"), "26"),
        (format!("FF1{key};001;0R0#72N00S00"), "26"),
        (format!("FF1{key};001#71N00S00"), "A6"),
        (format!("FF1{key};001#K0N00S00"), "A6"),
        (format!("FF1{key};001#ZZN00S00"), "A6"),
        (format!("FF1{key};001#72C00S00"), "A8"),
        // It serves by itself, so it is no part of another key.
        (format!("FF1{key};001#72Nc1S00"), "A9"),
        (format!("FF1{key};001#72N00X00"), "AA"),
        (format!("FF1{key};001#72N00S0x"), "AB"),
        (format!("FF1{key};001#72N00S00!10"), "17"),
        // No LMK was in force under 00 before, none is under 07.
        (format!("FF1{key};001%00"), "13"),
        (format!("FF1{key};001%07#72N00S00"), "13"),
        // What is under the LMK is not under the old one.
        (format!("FFF{new}"), "26"),
        ("FFFK001".to_owned(), "26"),
        ("FFFL03zpk".to_owned(), "26"),
        ("FFFNP3VIS".to_owned(), "26"),
    ] {
        assert_eq!(ask(&engine, format!("BW{fields}")), format!("BX{error}"), "{fields}");
    }
    let engine = changed(Profile::Development);
    assert_eq!(ask(&engine, format!("BWFFF{new}")), "BXA4", "it is under the LMK already");
}

#[test]
fn production_wants_leave_and_has_one_code_for_a_bad_key() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = changed(profile);
        let old = under_old(PUBLISHED_CLEAR, "P0TB00E00", "");
        let message = format!("BWFFF{old}!11");
        assert_eq!(ask(&engine, &message), "BX17");
        authorise(&engine, &["migrate.72.host", "import.*.host", "generate.*.host"]);
        assert_eq!(ask(&engine, &message), "BX17");
        authorise(&engine, &["migrate.P0.host"]);
        let answer = done(&engine, &message);
        let (key, kcv) = take_key(&answer);
        assert_eq!((unwrapped(AES_LMK, key).as_str(), kcv), (PUBLISHED_CLEAR, PUBLISHED_KCV));
        for other in [
            tampered(&old, 60..61).remove(0),
            sealed("P0TB00E00", PUBLISHED_CLEAR),
            under_old(&PUBLISHED_CLEAR[..16].repeat(2), "P0TB00E00", ""),
        ] {
            assert_eq!(ask(&engine, format!("BWFFF{other}")), "BXA4", "{other}");
        }
        // A key of a variant LMK is what it becomes; none is taken here.
        let message = format!("BWFF1{PUBLISHED};001#72N00S00");
        assert_eq!(ask(&production(profile), &message), "BXA4");
        let engine = with_old(
            profile,
            Settings::development().legacy,
            Lmk::public_test_variant(LmkId(2)).unwrap(),
        );
        authorise(&engine, &["migrate.001.host", "migrate.P0.host"]);
        assert_eq!(ask(&engine, &message), "BX17");
        authorise(&engine, &["migrate.72.host"]);
        assert_eq!(&ask(&engine, &message)[..4], "BX00");
    }
}

#[test]
fn without_an_old_lmk_there_is_nothing_to_bring() {
    let lmks = LmkSet::new(Lmk::public_test_aes_key_block(LmkId(2)).unwrap());
    let (lifecycle, host) = (Lifecycle::new(State::Operational), host_settings());
    let settings = Settings::development();
    let engine = Engine::new(Some(lmks.into()), lifecycle, settings, host, Box::new(LogOnly));
    assert_eq!(ask(&engine, format!("BWFF1{PUBLISHED};001#72N00S00")), "BX13");
}

#[test]
fn compact() {
    let engine = development();
    let settings = HostSettings::default();
    let key = Fields::new(PUBLISHED.as_bytes(), &settings).key(Bare::Single).unwrap();
    let mut request = MigrateKey {
        key_type: KeyType(*b"001"),
        length: KeyLengthFlag::Double,
        key: SentKey(key),
        new_type: None,
        scheme: None,
        attributes: Some(KeyAttributes {
            usage: *b"72",
            algorithm: None,
            mode_of_use: b'N',
            version: *b"00",
            exportability: Exportability::Sensitive,
            optional_blocks: Vec::new(),
        }),
        check_value: Some(CheckValueType::Short),
    };
    let (error, reply) = call(&engine, Some(1), &request);
    let kcv = hex::encode_upper(reply.unwrap().check_value.unwrap().0);
    assert_eq!((error.as_str(), kcv.as_str()), ("00", PUBLISHED_KCV));
    request.key = SentKey(KeyField::Stored(StoredKey::Slot(Slot { index: 1, length: None })));
    assert_eq!(call(&engine, Some(1), &request).0, "26");
}
