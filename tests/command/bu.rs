use crate::support::keys::{KEK, ZMK, ZPK, check_value, done, made};
use crate::support::{ask, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::bu_check_key::CheckKey;
use payhsm_protocol::field::{
    CheckValueType, Cryptogram, CryptogramScheme, KeyField, KeyLengthFlag, KeyType,
};

/// Published under the variant test LMK.
const PUBLISHED: [(&str, &str); 3] = [
    ("BU000ACE9B8A0BE50C09B", "BV004BD5E2482582C2C4"),
    ("BU001U93CB819F8FEE4F78BF9C4CDD84750DB1", "BV00B70AD25C94548822"),
    ("BU0200406FBB23A5214DF", "BV000035BBE340A4B763"),
];

#[test]
fn published_check_values() {
    let engine = development();
    for (message, answer) in PUBLISHED {
        assert_eq!(ask(&engine, format!("{message}%00")), answer);
        assert_eq!(ask(&engine, format!("{message};000%00")), answer);
        assert_eq!(ask(&engine, format!("{message};001%00")), answer[..10]);
        for other in tampered(message, 5..message.len()) {
            assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
        }
    }
    // Recorded with the key of A6 and A8, under the 3DES key-block test LMK.
    assert_eq!(ask(&engine, format!("BUFFF{ZPK}%01")), "BV004FE9FD");
}

#[test]
fn every_way_to_name_the_type_and_the_length() {
    let engine = development();
    let kcv = done(&engine, format!("BU001{ZMK};001%00"));
    for message in [format!("BUFF1{ZMK};000;001%00"), format!("BUFF1{ZMK};000;001%00\x19trailer")] {
        let answer = ask(&engine, message);
        assert_eq!(answer.trim_end_matches("\x19trailer"), format!("BV00{kcv}"));
    }
    let (aes, kcv) = made(&engine, "K0A3B00E00");
    for message in [
        format!("BUFFF{aes}"),
        format!("BUFF1{aes}"),
        format!("BUFFF{aes};001"),
        format!("BUFFF{aes};FFF"),
        format!("BUFFF{aes};FFF;001"),
        format!("BU00F{aes}"),
    ] {
        assert_eq!(ask(&engine, &message), format!("BV00{kcv}"), "{message}");
    }
}

/// A key that a unit has logged together with its check value: CMAC over a block of zeros.
#[test]
fn an_aes_check_value_as_logged() {
    let engine = development();
    let ik = "S10096B1AN00S00018BC6CA181E56E287AE228AF30042EB02AB833889479FEF72ABCAF2D7DCFF9155D754D5500335436B";
    assert_eq!(check_value(&engine, ik), "DD3ABE");
}

#[test]
fn each_refusal() {
    let engine = development();
    let aes = made(&engine, "K0A3B00E00").0;
    for (fields, error) in [
        (format!("000{ZMK}%00"), "05"),
        (format!("002{ZMK}%00"), "05"),
        (format!("00F{ZMK}%00"), "05"),
        (format!("009{ZMK}%00"), "05"),
        (format!("0C1{ZMK}%00"), "04"),
        (format!("A01{ZMK}%00"), "04"),
        (format!("FF1{ZMK}%00"), "04"),
        (format!("FF1{ZMK};FFF%00"), "28"),
        (format!("FF1{ZMK};00E%00"), "28"),
        // The ZMK as what it is not: garbage, and its parity says so.
        (format!("011{ZMK}%00"), "10"),
        (format!("001{ZMK};002%00"), "15"),
        (format!("001{ZMK};101%00"), "15"),
        (format!("001{ZMK}"), "26"),
        (format!("FFF{aes};000"), "17"),
        (format!("01F{aes}"), "28"),
        (format!("FFF{KEK}%02"), "A4"),
        (format!("FFF{KEK}%08"), "13"),
        ("FFFK001".to_owned(), "12"),
        (format!("FFF{aes}x"), "15"),
    ] {
        assert_eq!(ask(&engine, format!("BU{fields}")), format!("BV{error}"), "{fields}");
    }
}

#[test]
fn production_says_no_more_than_three_bytes_of_a_good_key() {
    let engine = production(Profile::Acquirer);
    let (key, kcv) = made(&engine, "P0T2B00E00");
    assert_eq!(ask(&engine, format!("BUFFF{key}")), format!("BV00{kcv}"));
    assert_eq!(ask(&engine, format!("BUFFF{key};000")), "BV17");
    for other in tampered(&key, 17..key.len()) {
        assert_eq!(ask(&engine, format!("BUFFF{other}")), "BVA4");
    }
    assert_eq!(ask(&engine, format!("BU001{ZMK}")), "BVA4");
}

#[test]
fn compact() {
    let engine = development();
    let bytes = hex::decode(&ZMK[1..]).unwrap();
    let request = CheckKey {
        key_type: KeyType(*b"000"),
        length: KeyLengthFlag::Double,
        key: KeyField::Cryptogram(Cryptogram { scheme: CryptogramScheme::U, bytes }),
        check_value: Some(CheckValueType::Short),
    };
    let (error, reply) = call(&engine, Some(0), &request);
    let kcv = hex::encode_upper(reply.unwrap().check_value.0);
    assert_eq!((error.as_str(), kcv), ("00", done(&engine, format!("BU001{ZMK};001%00"))));
}
