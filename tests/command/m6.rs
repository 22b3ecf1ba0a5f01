use crate::support::keys::{made, sealed};
use crate::support::{ask, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::m6_generate_mac::{GenerateMac, MacResult};
use payhsm_protocol::field::{
    Bytes, Cryptogram, CryptogramScheme, KeyField, KeyType, Mac, MacMethod, MacPadding, MacPart,
    MacSize,
};

/// Published under the variant test LMK; its source writes a length in front of the MAC.
const TAK: &str = "U19D25F349FD03CC3556BB05F65283CA1";
const DATA: &str = "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2";

#[test]
fn a_published_mac() {
    let engine = development();
    let message = format!("M601032003{TAK}0040{DATA}");
    assert_eq!(ask(&engine, format!("{message}%00")), "M7005F1448EE");
    assert!(ask(&engine, format!("M601132003{TAK}0040{DATA}%00")).starts_with("M7005F1448EE"));
    for other in tampered(&message, 47..message.len()) {
        assert_ne!(ask(&engine, format!("{other}%00")), "M7005F1448EE", "{other}");
    }
}

/// A MAC that a client codec's test verifies, under the 3DES key-block test LMK.
#[test]
fn a_published_mac_by_key_block() {
    let engine = development();
    let key = "S00072M1TN00E0001FFE01E95CF21BDD0D74B6BEB70E3D90842C137DCA39C1B162C6238D5";
    assert_eq!(ask(&engine, format!("M601011FFF{key}0008ABCDEF12%01")), "M700F9369211");
}

/// ISO/IEC 9797-1 and NIST SP 800-38B values; usage, key, data, fields, MAC.
#[test]
fn standard_values_of_every_algorithm() {
    let engine = development();
    let tdes = "8AA83BF8CBDA10620BC1BF19FBB6CD58BC313D4A371CA8B5";
    let aes = "2B7E151628AED2A6ABF7158809CF4F3C";
    let hello = "48656C6C6F2C20776F726C6421";
    for (attributes, key, data, fields, mac) in [
        ("M1TG00N00", "0123456789ABCDEFFEDCBA9876543210", hello, "112", "09D0D7B78B4447DC"),
        ("M6TC00N00", tdes, "6BC1BEE22E409F96", "150", "8E8F293136283797"),
        (
            "M6TG00N00",
            tdes,
            "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51",
            "163",
            "33E6B1092400EAE5",
        ),
        ("M6AG00N00", aes, "6BC1BEE22E409F96E93D7E117393172A", "053", "070A16B4"),
        ("M6AC00N00", aes, "6BC1BEE22E409F96E93D7E117393172A", "163", "070A16B46B4D4144"),
    ] {
        let key = sealed(attributes, key);
        let answer = ask(&engine, format!("M601{fields}FFF{key}{:04X}{data}", data.len()));
        assert_eq!(answer, format!("M700{mac}"), "{attributes} {fields}");
    }
}

#[test]
fn a_message_in_parts_has_the_mac_of_the_whole() {
    let engine = development();
    let (first, middle, last) =
        ("00112233445566778899AABBCCDDEEFF", "FFEEDDCCBBAA99887766554433221100", "AB");
    let whole = format!("{first}{middle}{last}");
    for (attributes, fields) in [
        ("M3T2G00N00", "131"),
        ("M3T2C00N00", "132"),
        ("M1T2G00N00", "112"),
        ("M6T3G00N00", "153"),
        ("M6A3G00N00", "163"),
    ] {
        let key = made(&engine, attributes).0;
        let length = whole.len();
        let all = ask(&engine, format!("M601{fields}FFF{key}{length:04X}{whole}"));
        let chained = ask(&engine, format!("M611{fields}FFF{key}0020{first}"));
        let chained = ask(&engine, format!("M621{fields}FFF{key}{}0020{middle}", &chained[4..]));
        let mac = ask(&engine, format!("M631{fields}FFF{key}{}0002{last}", &chained[4..]));
        assert_eq!(mac, all, "{attributes}");
        assert_eq!(
            (chained.len() - 4, mac.len()),
            (if attributes.contains('A') { 32 } else { 16 }, 20)
        );
    }
}

#[test]
fn binary_text_and_hex_are_the_same_data() {
    let engine = development();
    let key = made(&engine, "M3T2G00N00").0;
    let hex = ask(&engine, format!("M601031FFF{key}000641420A"));
    assert_eq!(ask(&engine, format!("M600031FFF{key}0003AB\n")), hex);
    assert_eq!(ask(&engine, format!("M602031FFF{key}0003AB\n")), hex);
}

#[test]
fn each_refusal() {
    let engine = development();
    let key = made(&engine, "M3T2G00N00").0;
    let verify_only = made(&engine, "M3T2V00N00").0;
    let triple = made(&engine, "M3T3G00N00").0;
    let cmac = made(&engine, "M6A1G00N00").0;
    let zpk = made(&engine, "P0T2B00N00").0;
    let block = "0011223344556677";
    for (fields, error) in [
        (format!("41031FFF{key}0010{block}"), "02"),
        (format!("03031FFF{key}0010{block}"), "03"),
        (format!("01231FFF{key}0010{block}"), "04"),
        (format!("01021FFF{key}0010{block}"), "04"),
        (format!("01031001{key}0010{block}"), "05"),
        (format!("01031FFF{key}0011{block}"), "06"),
        (format!("01031FFF{key}00G0{block}"), "06"),
        (format!("01030FFF{key}0004{}", &block[..4]), "06"),
        (format!("11031FFF{key}0004{}", &block[..4]), "06"),
        (format!("11031FFF{key}0000"), "06"),
        (format!("01033FFF{key}0010{block}"), "09"),
        (format!("01039FFF{key}0010{block}"), "09"),
        (format!("01031FFF{key}0012{block}"), "80"),
        (format!("01031FFF{key}000E{block}"), "15"),
        (format!("21031FFF{key}0010{block}"), "06"),
        // The block binds its key to an algorithm.
        (format!("01011FFF{key}0010{block}"), "29"),
        (format!("01050FFF{key}0010{block}"), "29"),
        (format!("01031FFF{cmac}0010{block}"), "29"),
        (format!("01031FFF{triple}0010{block}"), "27"),
        (format!("01031FFF{verify_only}0010{block}"), "A8"),
        (format!("01031FFF{zpk}0010{block}"), "A6"),
        (format!("01031FFF{TAK}0010{block}%00"), "28"),
        (format!("01031008{TAK}0010{block}%00"), "10"),
    ] {
        assert_eq!(ask(&engine, format!("M6{fields}")), format!("M7{error}"), "{fields}");
    }
    let engine = production(Profile::Acquirer);
    assert_eq!(ask(&engine, format!("M601031FFF{zpk}0010{block}")), "M7A4");
    assert_eq!(ask(&engine, format!("M601031FFF{verify_only}0010{block}")), "M7A4");
    assert_eq!(ask(&engine, format!("M601031FFF{key}0010{block}")).len(), 12);
}

#[test]
fn compact() {
    let engine = development();
    let bytes = hex::decode(&TAK[1..]).unwrap();
    let request = GenerateMac {
        part: MacPart::Only,
        method: MacMethod::RetailMac(MacPadding::OneAndZeros),
        size: MacSize::Half,
        key_type: KeyType(*b"003"),
        key: KeyField::Cryptogram(Cryptogram { scheme: CryptogramScheme::U, bytes }),
        data: Bytes(hex::decode(DATA).unwrap()),
    };
    let (error, reply) = call(&engine, Some(0), &request);
    let mac = MacResult::Mac(Mac(vec![0x5f, 0x14, 0x48, 0xee]));
    assert_eq!((error.as_str(), reply.unwrap().result), ("00", mac));
}
