use crate::support::keys::{AES_LMK, ZMK, done, made, take_key, unwrapped};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;

#[test]
fn published_exports() {
    let engine = development();
    let message = format!("GC{ZMK}BAB32D775A38E4AB");
    let answer = "GD002B930A07119F93A873936E441E46819D";
    assert_eq!(ask(&engine, format!("{message}%00")), answer);
    assert_eq!(ask(&engine, format!("{message};ZZ1%00")), "GD002B930A07119F93A873936E");
    assert_eq!(ask(&engine, format!("{message};Z01%00")), "GD002B930A07119F93A873936E");
    for other in tampered(&message, 3..message.len()) {
        assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
    }
}

#[test]
fn what_gc_sends_fa_takes() {
    for engine in [development(), production(Profile::Acquirer)] {
        let zmk = made(&engine, "K0A1B00E00").0;
        for attributes in ["P0T2B00E00", "72T2B00E00", "P0A1B00S00"] {
            let (zpk, kcv) = made(&engine, attributes);
            let answer = done(&engine, format!("GC{zmk}{zpk}"));
            let (exported, exported_kcv) = take_key(&answer);
            assert_eq!((&exported[..2], exported_kcv), ("RD", &kcv[..]));
            let answer = done(&engine, format!("FA{zmk}{exported}"));
            let (imported, imported_kcv) = take_key(&answer);
            assert_eq!(imported_kcv, kcv);
            assert_eq!(unwrapped(AES_LMK, imported), unwrapped(AES_LMK, &zpk));
        }
    }
    let engine = development();
    let zpk = done(&engine, "A00001U%00");
    let zpk = take_key(&zpk).0;
    let answer = done(&engine, format!("GC{ZMK}{zpk};001%00"));
    let (exported, kcv) = take_key(&answer);
    assert!(exported.starts_with('X'));
    assert_eq!(done(&engine, format!("FA{ZMK}{exported};001%00")), format!("{zpk}{kcv}"));
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let zpk = made(&engine, "P0T2B00E00").0;
    let tpk = made(&engine, "71T2B00E00").0;
    let aes = made(&engine, "P0A1B00E00").0;
    for (fields, error) in [
        (format!("{zmk}{tpk}"), "A6"),
        (format!("{zpk}{zpk}"), "A6"),
        (format!("{zmk}{aes}"), "48"),
        (format!("{zmk}{zpk};X01"), "AA"),
        (format!("{zmk}{zpk};R00"), "17"),
        (format!("{zmk}{zpk};RS"), "15"),
        (format!("{ZMK}BAB32D775A38E4AA%00"), "11"),
        ("U1457FF6ADF6250C66C368416B4C9D382BAB32D775A38E4AB%00".to_owned(), "10"),
    ] {
        assert_eq!(ask(&engine, format!("GC{fields}")), format!("GD{error}"), "{fields}");
    }
    assert_eq!(ask(&production(Profile::Issuer), format!("GC{zmk}{tpk}")), "GDA4");
}
