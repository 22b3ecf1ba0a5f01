use crate::support::keys::{AES_LMK, ZMK, done, made, take_key, unwrapped};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;

#[test]
fn published_imports() {
    let engine = development();
    for (message, answer) in [
        (format!("FC{ZMK}55FF9012A3854818"), "FD000406FBB23A5214DF0035BBE340A4B763"),
        (
            format!("FC{ZMK}XF7D53991678347EFB3026882F724E6EE;XU1"),
            "FD00U8463435FC4B4DAA0C49025272C29B12C070753",
        ),
    ] {
        assert_eq!(ask(&engine, format!("{message}%00")), answer);
        for other in tampered(&message, 3..51) {
            assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
        }
    }
}

#[test]
fn blocks_of_terminal_keys_come_in_and_no_others() {
    for engine in [development(), production(Profile::Acquirer)] {
        let refused = if ask(&engine, "BA").starts_with("BB68") { "FDA4" } else { "FDA6" };
        let zmk = made(&engine, "K0T2B00E00").0;
        for (attributes, comes_in) in [
            ("51T2B00E00", true),
            ("71T2B00E00", true),
            ("P0T2B00E00", true),
            ("V1T2C00E00", true),
            ("V2T2C00E00", true),
            ("52T2B00E00", false),
            ("72T2B00E00", false),
            ("C0T2C00E00", false),
            ("D0T2B00E00", false),
        ] {
            let answer = done(&engine, format!("A01FFFS{zmk}R#{attributes}"));
            let (key, rest) = take_key(&answer);
            let (copy, kcv) = take_key(rest);
            let message = format!("FC{zmk}{copy};0S1");
            if comes_in {
                let imported = done(&engine, message);
                let (imported, imported_kcv) = take_key(&imported);
                assert_eq!(imported[6..13], key[6..13]);
                assert_eq!(imported_kcv, kcv);
                assert_eq!(unwrapped(AES_LMK, imported), unwrapped(AES_LMK, key));
            } else {
                assert_eq!(ask(&engine, message), refused, "{attributes}");
            }
        }
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    for (fields, error) in [
        (format!("{ZMK}55FF9012A3854818;0U1%00"), "27"),
        (format!("{ZMK}55FF9012A3854818;0S1%00"), "26"),
        (format!("{ZMK}55FF9012A3854818;0Z3%00"), "15"),
        (format!("{ZMK}55FF9012A3854818%02"), "26"),
        (format!("{ZMK}55FF9012A385481%00"), "15"),
        (ZMK.to_owned(), "15"),
    ] {
        assert_eq!(ask(&engine, format!("FC{fields}")), format!("FD{error}"), "{fields}");
    }
    // Wrong parity is put right, and said.
    let answer = ask(&engine, format!("FC{ZMK}55FF9012A3854819%00"));
    assert!(answer.starts_with("FD01"), "{answer}");
}
