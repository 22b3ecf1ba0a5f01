use crate::support::keys::{AES_LMK, TDES_LMK, ZMK, check_value, done, made, take_key, unwrapped};
use crate::support::{ask, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::a0_generate_key::GenerateKey;
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyScheme, KeyType};

#[test]
fn a_key_has_the_attributes_that_were_asked_for() {
    let engine = development();
    for (attributes, header, bytes) in [
        ("K0T2B00E00", "S10096K0TB00E0002", 16),
        ("52T3B01S00", "S1009652TB01S0002", 24),
        ("72T2B00E00", "S1009672TB00E0002", 16),
        ("D0A1N00N00", "S10096D0AN00N0002", 16),
        ("D0A2B00E00", "S10096D0AB00E0002", 24),
        ("K0A3E99S00", "S10128K0AE99S0002", 32),
        ("M3T2G00E00", "S10096M3TG00E0002", 16),
        ("C0T2V00E00", "S10096C0TV00E0002", 16),
        ("B0A1X00E00", "S10096B0AX00E0002", 16),
        // A padding block brings the header to whole AES blocks.
        ("P0T2B00E01TS0CABCDEFGH", "S10112P0TB00E0202TS0CABCDEFGHPB04", 16),
    ] {
        let (key, kcv) = made(&engine, attributes);
        assert!(key.starts_with(header), "{key}");
        let clear = unwrapped(AES_LMK, &key);
        assert_eq!(clear.len(), 2 * bytes, "{attributes}");
        assert_eq!((kcv.len(), check_value(&engine, &key)), (6, kcv));
    }
    assert_ne!(made(&engine, "K0T2B00E00"), made(&engine, "K0T2B00E00"));
}

#[test]
fn tdes_keys_have_odd_parity_and_different_halves() {
    let engine = development();
    for _ in 0..50 {
        let clear = hex::decode(unwrapped(AES_LMK, &made(&engine, "P0T2B00E00").0)).unwrap();
        assert!(clear.iter().all(|byte| byte.count_ones() % 2 == 1));
        assert_ne!(clear[..8], clear[8..]);
    }
}

#[test]
fn a_copy_for_export_holds_the_same_key() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let strong_zmk = made(&engine, "52A3B00E00").0;
    let tmk = made(&engine, "51T3B00E00").0;
    for (wrapping, flag, tail, start) in [
        (&zmk, "", "R#P0T2B00E00", "RB0080P0TB00E0000"),
        (&zmk, ";0", "R#P0T2B00E00&N!B", "RB0080P0TB00N0000"),
        (&zmk, "", "S#P0T2B00E00&N", "S00072P0TB00N00FF"),
        (&strong_zmk, "", "R#D0A2B00S00&E", "RD0112D0AB00E0000"),
        (&strong_zmk, "", "R#D0A2B00S00!D", "RD0112D0AB00S0000"),
        (&tmk, ";1", "R#71T2E00E00&N", "RB008071TE00N0000"),
        (&tmk, ";1", "X#71T2E00S00", "X"),
    ] {
        let answer = done(&engine, format!("A01FFFS{flag}{wrapping}{tail}"));
        let (key, rest) = take_key(&answer);
        let (copy, kcv) = take_key(rest);
        assert!(copy.starts_with(start), "{copy}");
        assert_eq!(check_value(&engine, key), kcv);
        if !copy.starts_with('X') {
            let (clear, wrapping) = (unwrapped(AES_LMK, key), unwrapped(AES_LMK, wrapping));
            assert_eq!(unwrapped(&wrapping, copy), clear);
        }
    }
}

#[test]
fn the_other_lmks_have_keys_of_their_own_kind() {
    let engine = development();
    let answer = done(&engine, "A00FFFS%01#K0T2B00E00");
    let (key, _) = take_key(&answer);
    assert!(key.starts_with("S00072K0TB00E0001"));
    assert_eq!(unwrapped(TDES_LMK, key).len(), 32);
    for (scheme, length) in [("Z", 16), ("U", 33), ("T", 49), ("X", 33), ("Y", 49)] {
        let answer = done(&engine, format!("A00001{scheme}%00"));
        let (key, kcv) = answer.split_at(length);
        let flag = [16, 33, 49].iter().position(|&own| own == length).unwrap();
        assert_eq!(done(&engine, format!("BU01{flag}{key};001%00")), kcv);
    }
}

/// The published values of a key that a simulator's test had fixed to CD…CD: both forms are of one
/// and the same key, as A8 and BU see it, and an answer has their layout.
#[test]
fn published_forms_of_a_generated_key() {
    let engine = development();
    let zmk = "U4C94ED3CBF0597C848000A85A55C2E54";
    let (under_lmk, under_zmk) =
        ("U37C214786596A294ED92DBA27208C13B", "X6A4BF2BD845FCBD66A4BF2BD845FCBD6");
    assert_eq!(done(&engine, format!("A8001{zmk}{under_lmk}X%00")), format!("{under_zmk}18EC38"));
    assert_eq!(done(&engine, format!("A6001{zmk}{under_zmk}U%00")), format!("{under_lmk}18EC38"));
    assert_eq!(done(&engine, format!("BU011{under_lmk};001%00")), "18EC38");
    for other in tampered(under_lmk, 1..33) {
        assert_ne!(ask(&engine, format!("BU011{other};001%00")), "BV0018EC38");
    }
    let answer = done(&engine, format!("A01001U{zmk}X%00"));
    assert_eq!(answer.len(), 33 + 33 + 6);
    let (key, rest) = take_key(&answer);
    let (copy, kcv) = take_key(rest);
    assert_eq!(done(&engine, format!("A6001{zmk}{copy}U%00")), format!("{key}{kcv}"));
}

#[test]
fn a_key_of_a_variant_lmk_may_leave_as_a_block() {
    let engine = development();
    let answer = done(&engine, format!("A01001U{ZMK}R%00&P0B00E00!B"));
    let (key, rest) = take_key(&answer);
    let (copy, _) = take_key(rest);
    assert!(key.starts_with('U') && copy.starts_with("RB0080P0TB00E0000"));
    assert_eq!(ask(&engine, format!("A01001U{ZMK}R%00&K0B00E00")), "A1A6");
    assert_eq!(ask(&engine, format!("A01001U{ZMK}R%00")), "A1A6");
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let zpk = made(&engine, "P0T2B00E00").0;
    let decrypt_only = made(&engine, "K0T2D00E00").0;
    for (fields, error) in [
        // Derivation comes with DUKPT.
        ("AFFFS0".to_owned(), "68"),
        ("BFFFS0".to_owned(), "68"),
        ("2FFFS".to_owned(), "15"),
        ("0FFFS".to_owned(), "15"),
        ("0001S#P0T2B00E00".to_owned(), "28"),
        ("0FFFU%00".to_owned(), "28"),
        ("0ZZZU%00".to_owned(), "28"),
        ("00EEU%00".to_owned(), "28"),
        ("0001S%00".to_owned(), "26"),
        ("0001U%00#P0T2B00E00".to_owned(), "15"),
        ("0FFFS%05#P0T2B00E00".to_owned(), "13"),
        ("0FFFU#P0T2B00E00".to_owned(), "26"),
        ("0FFFR#P0T2B00E00".to_owned(), "26"),
        ("0FFFV#P0T2B00E00".to_owned(), "26"),
        ("0FFFS#P0D1B00E00".to_owned(), "A7"),
        ("0FFFS#P0A4B00E00".to_owned(), "A7"),
        ("0FFFS#V1A3C00E00".to_owned(), "A7"),
        ("0FFFS#Q9T2B00E00".to_owned(), "A6"),
        ("0FFFS#P0T2G00E00".to_owned(), "A8"),
        ("0FFFS#C0T2B00E00".to_owned(), "A8"),
        ("0FFFS#P0T2B--E00".to_owned(), "A9"),
        ("0FFFS#P0T2B00Q00".to_owned(), "AA"),
        ("0FFFS#P0T2B00E01".to_owned(), "15"),
        ("0FFFS%01#K0A3B00E00".to_owned(), "48"),
        (format!("1FFFS{zmk}R#P0A1B00E00"), "48"),
        (format!("1FFFS{zmk}R#P0T3B00E00"), "48"),
        (format!("1FFFS{zmk}R#P0T2B00N00"), "AA"),
        (format!("1FFFS{zmk}R#P0T2B00E00&S"), "AA"),
        (format!("1FFFS{zmk}X#P0T2B00E00"), "AA"),
        (format!("1FFFS{zmk}R#P0T2B00E00!D"), "26"),
        (format!("1FFFS{zmk}R#P0T2B00E00!A"), "26"),
        (format!("1FFFS{zmk}R#P0T2B00E00&P0B00E00"), "AA"),
        (format!("1FFFS{zpk}R#P0T2B00E00"), "A6"),
        (format!("1FFFS{decrypt_only}R#P0T2B00E00"), "A8"),
    ] {
        assert_eq!(ask(&engine, format!("A0{fields}")), format!("A1{error}"), "{fields}");
    }
    for other in tampered(&zmk, 1..zmk.len()) {
        let answer = ask(&engine, format!("A01FFFS{other}R#P0T2B00E00"));
        assert_ne!(&answer[..4], "A100", "{other}");
    }
}

#[test]
fn production_has_key_blocks_alone_and_one_code_for_a_bad_key() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production(profile);
        let zmk = made(&engine, "K0T2B00E00").0;
        let zpk = made(&engine, "P0T2B00E00").0;
        assert_eq!(ask(&engine, format!("A01FFFS{zmk}X#P0T2B00S00")), "A126");
        assert_eq!(ask(&engine, format!("A01FFFS{zmk}U#P0T2B00S00")), "A126");
        assert_eq!(ask(&engine, format!("A01FFFS{zpk}R#P0T2B00E00")), "A1A4");
        assert_eq!(ask(&engine, "A00FFFU#P0T2B00S00"), "A126");
        let tampered = zmk.replace("K0TB", "K0TE");
        assert_eq!(ask(&engine, format!("A01FFFS{tampered}R#P0T2B00E00")), "A1A4");
    }
}

#[test]
fn compact() {
    let engine = development();
    let mut request = GenerateKey {
        key_type: KeyType::KEY_BLOCK,
        scheme: KeyScheme::Thales,
        attributes: Some(KeyAttributes {
            usage: *b"K0",
            algorithm: Some(*b"A3"),
            mode_of_use: b'B',
            version: *b"00",
            exportability: Exportability::Trusted,
            optional_blocks: Vec::new(),
        }),
        export: None,
    };
    let (error, reply) = call(&engine, None, &request);
    let reply = reply.unwrap();
    assert_eq!((error.as_str(), reply.copy, reply.check_value.0.len()), ("00", None, 3));
    request.attributes = None;
    assert_eq!(call(&engine, None, &request).0, "15");
}
