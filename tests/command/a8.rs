use crate::support::keys::{
    AES_LMK, TDES_LMK, ZMK, ZPK, ZPK_CLEAR, done, made, take_key, unwrapped,
};
use crate::support::{appliance, ask, development, host_settings, production, tampered};
use payhsm::settings::{Profile, Settings};
use payhsm_protocol::host;

#[test]
fn published_exports() {
    let engine = development();
    let message = "A8002U1457FF6ADF6250C66C368416B4C9D3837BB126F2BE631486Z";
    let answer = "A90016224FDAA779AFB31FFD3C";
    assert_eq!(ask(&engine, format!("{message}%00")), answer);
    for other in tampered(message, 5..message.len() - 1) {
        assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
    }
    let single = host::Settings { single_length_zmk: true, ..host_settings() };
    let engine = appliance(Settings::development(), single);
    let message = "A80024ED06495741C280C0406FBB23A5214DFZ%00";
    assert_eq!(ask(&engine, message), "A90035ED0C0EA7F7D0FA0035BB");
}

/// A recorded exchange under the 3DES key-block test LMK. The answer holds random fill, so what is
/// in it is compared.
#[test]
fn a_recorded_export_as_thales_block() {
    let engine = development();
    let kek = "S00072K0TB00E0001DB045F29C053EEFF7B9425B3A88C7258EB7EA7E40E2C47878647072A";
    let recorded = "S00072P0TB00N00FFE1D89671C973C7F0DAF91CB2EBF37949D811004295CF66B6AF9CF6A8";
    let clear = unwrapped(TDES_LMK, kek);
    let answer = done(&engine, format!("A8FFF{kek}{ZPK}S%01&N"));
    let (key, kcv) = take_key(&answer);
    assert_eq!((&key[..17], kcv), (&recorded[..17], "4FE9FD"));
    assert_eq!(unwrapped(&clear, key), ZPK_CLEAR);
    assert_eq!(unwrapped(&clear, recorded), ZPK_CLEAR);
    for other in tampered(ZPK, 1..ZPK.len()) {
        let answer = ask(&engine, format!("A8FFF{kek}{other}S%01&N"));
        // The LMK id in a header is for people: it is authenticated, and no other LMK is taken.
        assert_ne!(&answer[..4], "A900", "{other}");
    }
}

#[test]
fn every_form_holds_the_same_key() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let strong_zmk = made(&engine, "52A3B00E00").0;
    let tmk = made(&engine, "51T2B00E00").0;
    let (key, kcv) = made(&engine, "P0T2B00S00");
    for (flag, wrapping, tail, start) in [
        ("", &zmk, "R", "RB0080P0TB00S0000"),
        (";0", &zmk, "R&E", "RB0080P0TB00E0000"),
        ("", &zmk, "R&N!B", "RB0080P0TB00N0000"),
        ("", &zmk, "S&N", "S00072P0TB00N00FF"),
        ("", &strong_zmk, "R", "RD0112P0TB00S0000"),
        ("", &strong_zmk, "R!D", "RD0112P0TB00S0000"),
        ("", &strong_zmk, "S", "S10096P0TB00S00FF"),
        (";1", &tmk, "R", "RB0080P0TB00S0000"),
    ] {
        let answer = done(&engine, format!("A8FFF{flag}{wrapping}{key}{tail}"));
        let (exported, exported_kcv) = take_key(&answer);
        assert!(exported.starts_with(start), "{exported}");
        assert_eq!(exported_kcv, kcv);
        let clear = unwrapped(AES_LMK, wrapping);
        assert_eq!(unwrapped(&clear, exported), unwrapped(AES_LMK, &key), "{tail}");
    }
    for (scheme, length) in [("X", 33), ("U", 33)] {
        let answer = done(&engine, format!("A8FFF{zmk}{key}{scheme}"));
        assert_eq!((answer.len(), &answer[length..]), (length + 6, &kcv[..]));
        let back = done(&engine, format!("A6FFF{zmk}{}S#P0B00S00", &answer[..length]));
        let (back, back_kcv) = take_key(&back);
        assert_eq!((unwrapped(AES_LMK, back), back_kcv), (unwrapped(AES_LMK, &key), &kcv[..]));
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let decrypt_only = made(&engine, "K0T2D00E00").0;
    let tmk = made(&engine, "51T2B00E00").0;
    let zpk = made(&engine, "P0T2B00E00").0;
    let kept = made(&engine, "P0T2B00N00").0;
    let triple = made(&engine, "P0T3B00S00").0;
    let aes = made(&engine, "P0A1B00S00").0;
    let data = made(&engine, "D0T2B00S00").0;
    for (fields, error) in [
        (format!("001{zmk}{zpk}R"), "28"),
        (format!("FFF;2{zmk}{zpk}R"), "15"),
        (format!("FFF;1{zmk}{zpk}R!E"), "26"),
        (format!("FFF{tmk}{zpk}R"), "A6"),
        (format!("FFF{zpk}{zpk}R"), "A6"),
        (format!("FFF{decrypt_only}{zpk}R"), "A8"),
        (format!("FFF{zmk}{kept}R"), "AA"),
        (format!("FFF{zmk}{kept}R&N"), "AA"),
        (format!("FFF{zmk}{zpk}R&S"), "AA"),
        (format!("FFF{zmk}{zpk}R&P0B00E00"), "AA"),
        (format!("FFF{zmk}{zpk}X"), "AA"),
        (format!("FFF{zmk}{data}X"), "AA"),
        (format!("FFF{zmk}{triple}R"), "48"),
        (format!("FFF{zmk}{aes}R"), "48"),
        (format!("FFF{zmk}{zpk}R!D"), "26"),
        (format!("FFF{zmk}{zpk}R!A"), "26"),
        (format!("FFF{zmk}{zpk}V"), "26"),
        (format!("FFF{zmk}{zpk}R1"), "15"),
        (format!("FFF{ZMK}{zpk}R"), "26"),
        (format!("001{ZMK}BAB32D775A38E4ABU%00"), "27"),
        (format!("000{ZMK}{ZMK}X%00"), "AA"),
        (format!("FFF{ZMK}BAB32D775A38E4ABZ%00"), "28"),
        (format!("001{ZMK}BAB32D775A38E4AAZ%00"), "11"),
        ("001U1457FF6ADF6250C66C368416B4C9D382BAB32D775A38E4ABZ%00".to_owned(), "10"),
    ] {
        assert_eq!(ask(&engine, format!("A8{fields}")), format!("A9{error}"), "{fields}");
    }
}

#[test]
fn production_has_no_form_that_is_not_a_block() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production(profile);
        let zmk = made(&engine, "K0T2B00E00").0;
        let zpk = made(&engine, "P0T2B00S00").0;
        for scheme in ["X", "U", "Z", "T", "Y"] {
            assert_eq!(ask(&engine, format!("A8FFF{zmk}{zpk}{scheme}")), "A926");
        }
        assert!(ask(&engine, format!("A8FFF{zmk}{zpk}R")).starts_with("A900RB0080P0TB00S0000"));
        assert_eq!(ask(&engine, format!("A8FFF{zpk}{zpk}R")), "A9A4");
        assert_eq!(ask(&engine, format!("A8FFF{zmk}{zpk}R%01")), "A9A4");
    }
}
