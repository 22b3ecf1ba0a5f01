use crate::support::keys::{ZMK, done, made};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;

#[test]
fn a_key_of_a_variant_lmk_changes_its_scheme_and_back() {
    let engine = development();
    let kcv = done(&engine, format!("BU001{ZMK}%00"));
    let x = done(&engine, format!("B0000{ZMK}X%00"));
    assert_eq!((x.len(), &x[..1]), (33, "X"));
    assert_eq!(done(&engine, format!("BU001{x}%00")), kcv);
    assert_eq!(done(&engine, format!("B0000{x}U%00")), ZMK);
    // Without a letter it is the same as under X.
    assert_eq!(done(&engine, format!("B0000{}U%00", &x[1..])), ZMK);
    let triple = done(&engine, "A00001T%00");
    let y = done(&engine, format!("B0001{}Y%00", &triple[..49]));
    assert_eq!(done(&engine, format!("B0001{y}T%00")), triple[..49]);
    for other in tampered(ZMK, 1..33) {
        assert_ne!(ask(&engine, format!("B0000{other}X%00")), format!("B100{x}"));
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let zpk = made(&engine, "P0T2B00E00").0;
    for (fields, error) in [
        (format!("000{ZMK}T%00"), "27"),
        (format!("000{ZMK}Z%00"), "27"),
        (format!("000{ZMK}S%00"), "26"),
        (format!("000{ZMK}R%00"), "26"),
        (format!("000{ZMK}?%00"), "26"),
        (format!("FFF{ZMK}X%00"), "28"),
        (format!("001{ZMK}X%00"), "10"),
        (format!("000{ZMK}X%02"), "26"),
        (format!("FFF{zpk}S"), "26"),
        (format!("000{ZMK}X%07"), "13"),
        (format!("000{ZMK}"), "15"),
    ] {
        assert_eq!(ask(&engine, format!("B0{fields}")), format!("B1{error}"), "{fields}");
    }
    for profile in [Profile::Issuer, Profile::Acquirer] {
        assert_eq!(ask(&production(profile), format!("B0000{ZMK}X")), "B168");
    }
}
