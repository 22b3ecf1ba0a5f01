use crate::support::keys::{AES_LMK, ZMK, done, made, take_key, unwrapped};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;

#[test]
fn published_imports() {
    let engine = development();
    let message = format!("FA{ZMK}2B930A07119F93A8");
    let answer = "FB00BAB32D775A38E4AB73936E441E46819D";
    assert_eq!(ask(&engine, format!("{message}%00")), answer);
    assert_eq!(ask(&engine, format!("{message};XZ1%00")), "FB00BAB32D775A38E4AB73936E");
    assert_eq!(ask(&engine, format!("{message};0Z1%00")), "FB00BAB32D775A38E4AB73936E");
    assert_eq!(ask(&engine, format!("{message};001%00")), "FB00BAB32D775A38E4AB73936E");
    assert_eq!(ask(&engine, format!("{message};0Z0%00")), answer);
    for other in tampered(&message, 3..message.len()) {
        assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
    }
}

#[test]
fn a_block_comes_in() {
    for engine in [development(), production(Profile::Acquirer)] {
        let zmk = made(&engine, "K0T2B00E00").0;
        for usage in ["P0", "72"] {
            let answer = done(&engine, format!("A01FFFS{zmk}R#{usage}T2B00E00&N"));
            let (key, rest) = take_key(&answer);
            let (copy, kcv) = take_key(rest);
            for tail in ["", ";001", ";RS1"] {
                let imported = done(&engine, format!("FA{zmk}{copy}{tail}"));
                let (imported, imported_kcv) = take_key(&imported);
                assert!(imported.starts_with(&format!("S10096{usage}TB00N0002")));
                assert_eq!(imported_kcv, kcv);
                assert_eq!(unwrapped(AES_LMK, imported), unwrapped(AES_LMK, key));
            }
        }
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let tmk = made(&engine, "51T2B00E00").0;
    let copy = |attributes: &str| {
        let answer = done(&engine, format!("A01FFFS{zmk}R#{attributes}"));
        take_key(take_key(&answer).1).0.to_owned()
    };
    let (zpk, tpk, data) = (copy("P0T2B00E00"), copy("71T2B00E00"), copy("D0T2B00E00"));
    for (fields, error) in [
        (format!("{zmk}{tpk}"), "A6"),
        (format!("{zmk}{data}"), "A6"),
        (format!("{tmk}{zpk}"), "A6"),
        (format!("{zmk}{zpk};000"), "17"),
        (format!("{zmk}{zpk};0U1"), "26"),
        (format!("{zmk}{zpk};0S2"), "15"),
        (format!("{zmk}{zpk}1"), "15"),
        (format!("{zmk}2B930A07119F93A8"), "A6"),
        (format!("{ZMK}{zpk}%00"), "A4"),
        (format!("{ZMK}2B930A07119F93A8;0U1%00"), "27"),
        (format!("{ZMK}2B930A07119F93A8;0S1%00"), "26"),
        ("U1457FF6ADF6250C66C368416B4C9D3822B930A07119F93A8%00".to_owned(), "10"),
    ] {
        assert_eq!(ask(&engine, format!("FA{fields}")), format!("FB{error}"), "{fields}");
    }
    let production = production(Profile::Issuer);
    assert_eq!(ask(&production, format!("FA{zmk}{tpk}")), "FBA4");
    assert_eq!(ask(&production, format!("FA{zmk}2B930A07119F93A8")), "FBA4");
}
