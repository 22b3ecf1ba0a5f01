use crate::support::keys::{AES_LMK, ZMK, check_value, done, made, take_key, unwrapped};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;

#[test]
fn a_new_tak_under_both_keys() {
    for engine in [development(), production(Profile::Acquirer)] {
        let tmk = made(&engine, "51T2B00E00").0;
        for (tail, start) in [("", "RB0080M3TC00E0000"), (";SS0", "S00072M3TC00E00FF")] {
            let answer = done(&engine, format!("HA{tmk}{tail}"));
            let (under_tmk, under_lmk) = take_key(&answer);
            assert!(under_tmk.starts_with(start), "{under_tmk}");
            assert!(under_lmk.starts_with("S10096M3TC00E0002"), "{under_lmk}");
            let clear = unwrapped(AES_LMK, &tmk);
            assert_eq!(unwrapped(&clear, under_tmk), unwrapped(AES_LMK, under_lmk));
            // It is a MAC key.
            done(&engine, format!("M601031FFF{under_lmk}00020A"));
        }
        assert_ne!(ask(&engine, format!("HA{tmk}")), ask(&engine, format!("HA{tmk}")));
    }
}

#[test]
fn under_a_variant_lmk() {
    let engine = development();
    // 002 is the type of a TMK while it is shared.
    let tmk = done(&engine, "A00002U%00");
    let tmk = take_key(&tmk).0;
    assert_eq!(done(&engine, format!("HA{tmk}%00")).len(), 32);
    let answer = done(&engine, format!("HA{tmk};XU0%00"));
    let (under_tmk, under_lmk) = take_key(&answer);
    assert_eq!((&under_tmk[..1], &under_lmk[..1], under_lmk.len()), ("X", "U", 33));
    assert_eq!(done(&engine, format!("BU031{under_lmk};001%00")).len(), 6);
    // The same value under the TMK as A8 gives.
    assert_eq!(done(&engine, format!("A8003;1{tmk}{under_lmk}X%00"))[..33], *under_tmk);
    for other in tampered(tmk, 1..33) {
        let answer = ask(&engine, format!("HA{other};XU0%00"));
        // One wrong digit in a cryptogram of two parts leaves one part whole; parity may be right.
        assert!(answer.starts_with("HB10") || answer.starts_with("HB00"), "{answer}");
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let tmk = made(&engine, "51T2B00E00").0;
    let zmk = made(&engine, "52T2B00E00").0;
    let decrypt_only = made(&engine, "51T2D00E00").0;
    assert_eq!(check_value(&engine, &tmk).len(), 6);
    for (fields, error) in [
        (zmk, "A6"),
        (decrypt_only, "A8"),
        (format!("{tmk};RS1"), "15"),
        (format!("{tmk};R"), "15"),
        (format!("{tmk};XS0"), "AA"),
        (format!("{tmk};RU0"), "26"),
        (ZMK.to_owned(), "26"),
        (format!("{ZMK}%00"), "10"),
    ] {
        assert_eq!(ask(&engine, format!("HA{fields}")), format!("HB{error}"), "{fields}");
    }
    let production = production(Profile::Acquirer);
    let zmk = made(&production, "52T2B00E00").0;
    assert_eq!(ask(&production, format!("HA{zmk}")), "HBA4");
    for other in tampered(&zmk, 17..zmk.len()) {
        assert_eq!(ask(&production, format!("HA{other}")), "HBA4");
    }
}
