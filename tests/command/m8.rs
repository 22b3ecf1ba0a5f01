use crate::support::keys::made;
use crate::support::{ask, ask_bytes, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::m8_verify_mac::VerifyMac;
use payhsm_protocol::field::{
    Bytes, Cryptogram, CryptogramScheme, KeyField, KeyType, Mac, MacMethod, MacPadding, VerifyPart,
};

/// Published under the variant test LMK.
const TAK: &str = "U19D25F349FD03CC3556BB05F65283CA1";
const DATA: &str = "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2";

#[test]
fn a_published_mac_and_no_other() {
    let engine = development();
    let message = format!("M801032003{TAK}0040{DATA}5F1448EE");
    assert_eq!(ask(&engine, format!("{message}%00")), "M900");
    for other in tampered(&message, 47..message.len()) {
        assert_eq!(ask(&engine, format!("{other}%00")), "M901", "{other}");
    }
    for other in tampered(&message, 11..43) {
        assert_ne!(ask(&engine, format!("{other}%00")), "M900", "{other}");
    }
}

/// A request of a client codec's test, under the 3DES key-block test LMK.
#[test]
fn a_published_request_by_key_block() {
    let engine = development();
    let key = "S00072M1TN00E0001FFE01E95CF21BDD0D74B6BEB70E3D90842C137DCA39C1B162C6238D5";
    assert_eq!(ask(&engine, format!("M801011FFF{key}0008ABCDEF12F9369211%01")), "M900");
    assert_eq!(ask(&engine, format!("M801011FFF{key}0008ABCDEF12F9369212%01")), "M901");
    assert_eq!(ask(&engine, format!("M801011FFF{key}0008ABCDEF13F9369211%01")), "M901");
}

#[test]
fn what_m6_makes_m8_takes() {
    let engine = development();
    for (attributes, fields) in
        [("M3T2C00N00", "31"), ("M1T2C00N00", "12"), ("M6A1C00N00", "63"), ("M5T3C00N00", "50")]
    {
        let key = made(&engine, attributes).0;
        for (size, data) in [(0, "message"), (1, "a longer message, which is not whole blocks")] {
            let length = data.len();
            let message = format!("2{size}{fields}FFF{key}{length:04X}{data}");
            let mac = ask(&engine, format!("M60{message}")).split_off(4);
            assert_eq!(ask(&engine, format!("M80{message}{mac}")), "M900");
            let binary = format!("M800{size}{fields}FFF{key}{length:04X}{data}{mac}");
            assert_eq!(ask_bytes(&engine, None, binary.as_bytes()), b"M900");
            for other in tampered(&mac, 0..mac.len()) {
                assert_eq!(ask(&engine, format!("M80{message}{other}")), "M901");
            }
        }
    }
}

#[test]
fn a_message_in_parts() {
    let engine = development();
    let key = made(&engine, "M3T2C00N00").0;
    let (first, middle, last) = ("0011223344556677", "8899AABBCCDDEEFF", "AB");
    let mac = ask(&engine, format!("M601132FFF{key}0022{first}{middle}{last}")).split_off(4);
    let chained = ask(&engine, format!("M811132FFF{key}0010{first}")).split_off(4);
    let chained = ask(&engine, format!("M821132FFF{key}{chained}0010{middle}")).split_off(4);
    assert_eq!(chained.len(), 16);
    assert_eq!(ask(&engine, format!("M831132FFF{key}{chained}0002{last}{mac}")), "M900");
    assert_eq!(ask(&engine, format!("M831132FFF{key}{chained}0002AC{mac}")), "M901");
    // What a part gives is the MAC of a message that ends there: no key that only verifies gives it.
    let verify_only = made(&engine, "M3T2V00N00").0;
    assert_eq!(ask(&engine, format!("M811132FFF{verify_only}0010{first}")), "M9A8");
    assert_eq!(ask(&engine, format!("M821132FFF{verify_only}{first}0010{first}")), "M9A8");
    assert_eq!(ask(&engine, format!("M801132FFF{verify_only}0010{first}{mac}")), "M901");
}

#[test]
fn each_refusal() {
    let engine = development();
    let key = made(&engine, "M3T2C00N00").0;
    let generate_only = made(&engine, "M3T2G00N00").0;
    let zpk = made(&engine, "P0T2B00N00").0;
    let block = "0011223344556677";
    for (fields, error) in [
        (format!("41031FFF{key}0010{block}12345678"), "02"),
        (format!("03031FFF{key}0010{block}12345678"), "03"),
        (format!("01041FFF{key}0010{block}12345678"), "04"),
        (format!("01231FFF{key}0010{block}12345678"), "04"),
        (format!("0103100A{key}0010{block}12345678"), "05"),
        (format!("01031FFF{key}0011{block}12345678"), "06"),
        (format!("01030FFF{key}0004001112345678"), "06"),
        (format!("01033FFF{key}0010{block}12345678"), "09"),
        (format!("01031FFF{key}0030{block}12345678"), "80"),
        (format!("01031FFF{key}0010{block}1234567"), "15"),
        (format!("01031FFF{key}0010{block}123456789"), "15"),
        (format!("01131FFF{key}0010{block}12345678"), "15"),
        (format!("11031FFF{key}0010{block}12345678"), "15"),
        (format!("01031FFF{generate_only}0010{block}12345678"), "A8"),
        (format!("01031FFF{zpk}0010{block}12345678"), "A6"),
        (format!("01011FFF{key}0010{block}12345678"), "29"),
    ] {
        assert_eq!(ask(&engine, format!("M8{fields}")), format!("M9{error}"), "{fields}");
    }
    let engine = production(Profile::Issuer);
    assert_eq!(ask(&engine, format!("M801031FFF{zpk}0010{block}12345678")), "M9A4");
    assert_eq!(ask(&engine, format!("M801031FFF{key}0010{block}12345678")), "M901");
}

#[test]
fn compact() {
    let engine = development();
    let bytes = hex::decode(&TAK[1..]).unwrap();
    let mut request = VerifyMac {
        part: VerifyPart::Only(Mac(vec![0x5f, 0x14, 0x48, 0xee])),
        method: MacMethod::RetailMac(MacPadding::OneAndZeros),
        key_type: KeyType(*b"003"),
        key: KeyField::Cryptogram(Cryptogram { scheme: CryptogramScheme::U, bytes }),
        data: Bytes(hex::decode(DATA).unwrap()),
    };
    let (error, reply) = call(&engine, Some(0), &request);
    assert_eq!((error.as_str(), reply.unwrap().chaining), ("00", None));
    // A MAC so short that it could be guessed can be said in this dialect alone.
    for length in [0, 1, 3, 5] {
        let mac = [0x5f, 0x14, 0x48, 0xee, 0];
        request.part = VerifyPart::Only(Mac(mac[..length].to_vec()));
        assert_eq!(call(&engine, Some(0), &request).0, "15");
    }
}
