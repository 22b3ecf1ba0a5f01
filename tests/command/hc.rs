use crate::support::keys::{AES_LMK, ZMK, done, made, take_key, unwrapped};
use crate::support::{ask, development, production};
use payhsm::settings::Profile;

#[test]
fn the_new_key_is_what_the_current_one_is() {
    for engine in [development(), production(Profile::Acquirer)] {
        for (attributes, new) in [
            ("51T2B00E00", "S1009651TB00E0002"),
            ("K0T2N03N00", "S10096K0TN03E0002"),
            ("51A3B00E00", "S1012851AB00E0002"),
        ] {
            let current = made(&engine, attributes).0;
            let answer = done(&engine, format!("HC{current}"));
            let (under_current, under_lmk) = take_key(&answer);
            assert!(under_lmk.starts_with(new), "{under_lmk}");
            let clear = unwrapped(AES_LMK, &current);
            assert_eq!(unwrapped(&clear, under_current), unwrapped(AES_LMK, under_lmk));
            // And it serves as one.
            done(&engine, format!("HC{under_lmk};R00"));
        }
    }
}

#[test]
fn under_a_variant_lmk() {
    let engine = development();
    let current = done(&engine, "A00002U%00");
    let current = take_key(&current).0;
    assert_eq!(done(&engine, format!("HC{current}%00")).len(), 32);
    let answer = done(&engine, format!("HC{current};UU0%00"));
    let (under_current, under_lmk) = take_key(&answer);
    assert_eq!((&under_current[..1], &under_lmk[..1]), ("U", "U"));
    assert_eq!(done(&engine, format!("A8002;1{current}{under_lmk}U%00"))[..33], *under_current);
}

#[test]
fn only_a_tmk_protects_keys() {
    let engine = development();
    let (tpk, pvk) = (made(&engine, "71T2B00E00").0, made(&engine, "V1T2C00E00").0);
    let (zmk, tmk) = (made(&engine, "52T2B00E00").0, made(&engine, "51T2B00E00").0);
    for (fields, error) in [
        (tpk, "A6"),
        (pvk, "A6"),
        (zmk, "A6"),
        (format!("{tmk};RS1"), "15"),
        (format!("{tmk};XS0"), "AA"),
        (format!("{tmk};RU0"), "26"),
        (ZMK.to_owned(), "26"),
        (format!("{ZMK}%00"), "10"),
    ] {
        assert_eq!(ask(&engine, format!("HC{fields}")), format!("HD{error}"), "{fields}");
    }
    let production = production(Profile::Issuer);
    let tpk = made(&production, "71T2B00E00").0;
    assert_eq!(ask(&production, format!("HC{tpk}")), "HDA4");
}
