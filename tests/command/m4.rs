use crate::support::keys::{made, sealed};
use crate::support::{ask, development, production};
use payhsm::settings::Profile;

/// Two published DEKs under the 3DES key-block test LMK.
const FROM: &str = "S00072D0TN00E0001BD79343066F46B9C1279E2DE4382E56E6DD5BDCE0F850C7E444799D9";
const TO: &str = "S00072D0TN00E00010EA718005998326E187E742CF400E5698F5E55E2A0A25A5FD9C5EDDE";
const AES_KEY: &str = "2B7E151628AED2A6ABF7158809CF4F3C";
const IV: &str = "000102030405060708090A0B0C0D0E0F";
const SHORT_IV: &str = "0011223344556677";

#[test]
fn a_published_request_between_published_keys() {
    let engine = development();
    let answer = ask(&engine, format!("M4000011FFF{FROM}FFF{TO}00086DD932DE48520285%01"));
    let direct = ask(&engine, format!("M00011FFF{TO}0010ABCDEF1234567890%01"));
    assert_eq!(answer[2..], direct[2..]);
    assert!(answer.starts_with("M5000010"));
    let other = ask(&engine, format!("M4000011FFF{FROM}FFF{TO}00086DD932DE48520286%01"));
    assert_ne!(answer, other);
}

#[test]
fn from_any_mode_to_any_other() {
    let engine = development();
    let aes = sealed("D0AB00N00", AES_KEY);
    let tdes = made(&engine, "D0T2B00E00").0;
    let text = "6BC1BEE22E409F96E93D7E117393172A";
    for source in ["00", "01", "02", "03"] {
        for destination in ["00", "01", "02", "03"] {
            let source_iv = if source == "00" { "" } else { IV };
            let destination_iv = if destination == "00" { "" } else { SHORT_IV };
            let encrypted = ask(&engine, format!("M0{source}11FFF{aes}{source_iv}0020{text}"));
            let wanted =
                ask(&engine, format!("M0{destination}11FFF{tdes}{destination_iv}0020{text}"));
            let (next, encrypted) = encrypted[4..].split_at(source_iv.len());
            let message = format!(
                "M4{source}{destination}11FFF{aes}FFF{tdes}{source_iv}{destination_iv}{encrypted}"
            );
            assert_eq!(ask(&engine, message), format!("M500{next}{}", &wanted[4..]));
        }
    }
}

#[test]
fn each_refusal() {
    let engine = development();
    let (from, to) = (made(&engine, "D0A1D00E00").0, made(&engine, "D0A1E00E00").0);
    let zpk = made(&engine, "P0T2B00E00").0;
    for (fields, error) in [
        (format!("040011FFF{from}FFF{to}{IV}0020{IV}"), "02"),
        (format!("000411FFF{from}FFF{to}{IV}0020{IV}"), "07"),
        (format!("000021FFF{from}FFF{to}0020{IV}"), "03"),
        (format!("000012FFF{from}FFF{to}0020{IV}"), "04"),
        (format!("000011001{from}FFF{to}0020{IV}"), "05"),
        (format!("000011FFF{from}001{to}0020{IV}"), "08"),
        (format!("000011FFF{from}FFF{to}0010{}", &IV[..16]), "06"),
        (format!("000011FFF{from}FFF{to}0000"), "06"),
        (format!("000011FFF{from}FFF{to}0040{IV}"), "80"),
        (format!("010011FFF{from}FFF{to}0020{IV}"), "06"),
        (format!("000011FFF{to}FFF{from}0020{IV}"), "A8"),
        (format!("000011FFF{from}FFF{from}0020{IV}"), "A8"),
        (format!("000011FFF{from}FFF{zpk}0020{IV}"), "A6"),
        (format!("000011FFF{zpk}FFF{to}0020{IV}"), "A6"),
    ] {
        assert_eq!(ask(&engine, format!("M4{fields}")), format!("M5{error}"), "{fields}");
    }
    let engine = production(Profile::Issuer);
    assert_eq!(ask(&engine, format!("M4000011FFF{to}FFF{to}0020{IV}")), "M5A4");
    assert!(ask(&engine, format!("M4000011FFF{from}FFF{to}0020{IV}")).starts_with("M500"));
}
