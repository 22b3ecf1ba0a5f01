use crate::support::keys::{AES_LMK, ZMK, done, made, take_key, unwrapped};
use crate::support::{appliance, ask, development, host_settings, production, tampered};
use payhsm::settings::{Profile, Settings};
use payhsm_protocol::host;

#[test]
fn published_exports() {
    let single = host::Settings { single_length_zmk: true, ..host_settings() };
    let engine = appliance(Settings::development(), single);
    let message = "FE4ED06495741C280C0406FBB23A5214DF";
    let answer = "FF0035ED0C0EA7F7D0FA0035BBE340A4B763";
    assert_eq!(ask(&engine, format!("{message}%00")), answer);
    assert_eq!(ask(&engine, format!("{message};ZZ1%00")), "FF0035ED0C0EA7F7D0FA0035BB");
    for other in tampered(message, 2..message.len()) {
        assert_ne!(ask(&engine, format!("{other}%00")), answer, "{other}");
    }
}

#[test]
fn terminal_keys_leave_as_blocks_and_no_others() {
    for engine in [development(), production(Profile::Issuer)] {
        let refused = if ask(&engine, "B0").starts_with("B168") { "FFA4" } else { "FFA6" };
        let zmk = made(&engine, "52T2B00E00").0;
        for (attributes, leaves) in [
            ("51T2B00E00", true),
            ("71T2B00E00", true),
            ("V0T2C00E00", true),
            ("52T2B00E00", false),
            ("72T2B00E00", false),
            ("M3T2C00E00", false),
        ] {
            let (key, kcv) = made(&engine, attributes);
            for (tail, start) in [("", "RB0080"), (";001", "RB0080"), (";S01", "S00072")] {
                let message = format!("FE{zmk}{key}{tail}");
                if leaves {
                    let answer = done(&engine, message);
                    let (exported, exported_kcv) = take_key(&answer);
                    assert!(exported.starts_with(start), "{exported}");
                    assert_eq!(exported_kcv, kcv);
                    let clear = unwrapped(AES_LMK, &zmk);
                    assert_eq!(unwrapped(&clear, exported), unwrapped(AES_LMK, &key));
                } else {
                    assert_eq!(ask(&engine, message), refused, "{attributes}");
                }
            }
        }
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let zmk = made(&engine, "K0T2B00E00").0;
    let kept = made(&engine, "71T2B00N00").0;
    let tpk = made(&engine, "71T2B00E00").0;
    for (fields, error) in [
        (format!("{zmk}{kept}"), "AA"),
        (format!("{zmk}{tpk};X01"), "AA"),
        (format!("{zmk}{tpk};R00"), "17"),
        (format!("{tpk}{tpk}"), "A6"),
        (format!("{zmk}{tpk}%01"), "A4"),
        (format!("{ZMK}0406FBB23A5214DF;U01%00"), "27"),
        (format!("{ZMK}0406FBB23A5214DE%00"), "11"),
        (format!("{ZMK}0406FBB23A5214DF;S01%00"), "A6"),
    ] {
        assert_eq!(ask(&engine, format!("FE{fields}")), format!("FF{error}"), "{fields}");
    }
    let production = production(Profile::Acquirer);
    let (zmk, tpk) = (made(&production, "K0T2B00E00").0, made(&production, "71T2B00S00").0);
    assert_eq!(ask(&production, format!("FE{zmk}{tpk};X01")), "FF26");
}
