use crate::support::keys::{AES_LMK, ZMK, done, made, take_key, unwrapped};
use crate::support::{ask, development, production};
use payhsm::settings::Profile;

#[test]
fn a_new_zpk_under_both_keys() {
    for engine in [development(), production(Profile::Acquirer)] {
        let zmk = made(&engine, "K0T2B00E00").0;
        for (tail, start) in
            [("", "RB0080P0TB00E0000"), (";001", "RB0080"), (";SS1", "S00072P0TB00E00FF")]
        {
            let answer = done(&engine, format!("IA{zmk}{tail}"));
            let (under_zmk, rest) = take_key(&answer);
            let (under_lmk, kcv) = take_key(rest);
            assert!(under_zmk.starts_with(start), "{under_zmk}");
            assert!(under_lmk.starts_with("S10096P0TB00E0002"), "{under_lmk}");
            let clear = unwrapped(AES_LMK, &zmk);
            assert_eq!(unwrapped(&clear, under_zmk), unwrapped(AES_LMK, under_lmk));
            assert_eq!(done(&engine, format!("FA{zmk}{under_zmk}"))[97..], *kcv);
        }
    }
}

#[test]
fn under_a_variant_lmk() {
    let engine = development();
    // The old form: single length, and all of the check value.
    assert_eq!(done(&engine, format!("IA{ZMK}%00")).len(), 16 + 16 + 16);
    let answer = done(&engine, format!("IA{ZMK};XU1%00"));
    let (under_zmk, rest) = take_key(&answer);
    let (under_lmk, kcv) = take_key(rest);
    assert_eq!((&under_zmk[..1], &under_lmk[..1], kcv.len()), ("X", "U", 6));
    let imported = done(&engine, format!("FA{ZMK}{under_zmk};0U1%00"));
    assert_eq!(imported, format!("{under_lmk}{kcv}"));
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let tmk = made(&engine, "51T2B00E00").0;
    for (fields, error) in [
        (tmk, "A6"),
        (format!("{zmk};X01"), "AA"),
        (format!("{zmk};0U1"), "26"),
        (format!("{zmk};000"), "17"),
        (format!("{zmk};00"), "15"),
        // A triple-length key is stronger than this ZMK.
        (format!("{ZMK};YT1%00"), "48"),
        ("U1457FF6ADF6250C66C368416B4C9D382%00".to_owned(), "10"),
    ] {
        assert_eq!(ask(&engine, format!("IA{fields}")), format!("IB{error}"), "{fields}");
    }
    let production = production(Profile::Issuer);
    let zmk = made(&production, "K0T2B00E00").0;
    assert_eq!(ask(&production, format!("IA{zmk};X01")), "IB26");
    let tmk = made(&production, "51T2B00E00").0;
    assert_eq!(ask(&production, format!("IA{tmk}")), "IBA4");
}
