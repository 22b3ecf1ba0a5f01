use crate::support::keys::{made, sealed};
use crate::support::{ask, ask_bytes, development, production, tampered};
use payhsm::settings::Profile;

const DEK: &str = "S00072D0TN00E0001BD79343066F46B9C1279E2DE4382E56E6DD5BDCE0F850C7E444799D9";
const AES_KEY: &str = "2B7E151628AED2A6ABF7158809CF4F3C";
const IV: &str = "000102030405060708090A0B0C0D0E0F";

#[test]
fn a_published_decryption() {
    let engine = development();
    let message = format!("M20011FFF{DEK}00086DD932DE48520285%01");
    assert_eq!(ask(&engine, &message), "M3000010ABCDEF1234567890");
    for other in tampered(&message, 86..message.len() - 3) {
        assert_ne!(ask(&engine, &other), "M3000010ABCDEF1234567890", "{other}");
    }
}

#[test]
fn every_mode_under_aes() {
    let engine = development();
    let key = sealed("D0AB00N00", AES_KEY);
    for (mode, iv, ciphertext) in [
        ("00", "", "3AD77BB40D7A3660A89ECAF32466EF97"),
        ("01", IV, "7649ABAC8119B246CEE98E9B12E9197D"),
        ("02", IV, "3B79424C9C0DD436BACE9E0ED4586A4F"),
        ("03", IV, "3B3FD92EB72DAD20333449F8E83CFB4A"),
    ] {
        let answer = ask(&engine, format!("M2{mode}11FFF{key}{iv}0020{ciphertext}"));
        assert!(answer.ends_with("00206BC1BEE22E409F96E93D7E117393172A"), "{answer}");
        // The next part goes on from the ciphertext.
        let next = if mode == "00" { "" } else { ciphertext };
        assert_eq!(answer[..4 + next.len()], format!("M300{next}"));
    }
}

#[test]
fn text_comes_back_as_it_was() {
    let engine = development();
    let key = made(&engine, "D0A2B00E00").0;
    let encrypted = ask(&engine, format!("M00021FFF{key}0010Text of 16 bytes"));
    let encrypted = &encrypted[8..];
    assert_eq!(ask(&engine, format!("M20012FFF{key}0020{encrypted}")), "M3000010Text of 16 bytes");
    let bytes = hex::decode(encrypted).unwrap();
    let message = [format!("M20002FFF{key}0010").as_bytes(), &bytes, b"\x19end"].concat();
    assert_eq!(ask_bytes(&engine, None, &message), b"M3000010Text of 16 bytes\x19end");
}

#[test]
fn each_refusal() {
    let engine = development();
    let key = sealed("D0AB00N00", AES_KEY);
    let encrypt_only = sealed("D0AE00N00", AES_KEY);
    let mac = made(&engine, "M6A1C00E00").0;
    for (fields, error) in [
        (format!("1311FFF{key}0020{IV}"), "02"),
        (format!("0021FFF{key}0020{IV}"), "03"),
        (format!("0013FFF{key}0020{IV}"), "04"),
        (format!("0011003{key}0020{IV}"), "05"),
        (format!("0011FFF{key}0010{}", &IV[..16]), "06"),
        (format!("0011FFF{key}0000"), "06"),
        (format!("0011FFF{key}0080{IV}"), "80"),
        (format!("0011FFF{key}0020{IV}0"), "15"),
        (format!("0011FFF{encrypt_only}0020{IV}"), "A8"),
        (format!("0011FFF{mac}0020{IV}"), "A6"),
        (format!("001130B{key}"), "06"),
    ] {
        assert_eq!(ask(&engine, format!("M2{fields}")), format!("M3{error}"), "{fields}");
    }
    let engine = production(Profile::Acquirer);
    assert_eq!(ask(&engine, format!("M20011FFF{encrypt_only}0020{IV}")), "M3A4");
}
