use crate::support::keys::{made, sealed};
use crate::support::{ask, ask_bytes, call, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::m0_encrypt_data::EncryptData;
use payhsm_protocol::field::{
    BlockScheme, Bytes, CipherMode, DataFormat, InitialVector, KeyBlock, KeyField, KeyType,
};

/// A published DEK under the 3DES key-block test LMK.
const DEK: &str = "S00072D0TN00E0001BD79343066F46B9C1279E2DE4382E56E6DD5BDCE0F850C7E444799D9";

/// NIST SP 800-38A, appendix F: the key, the IV and the first block of the text.
const AES_KEY: &str = "2B7E151628AED2A6ABF7158809CF4F3C";
const IV: &str = "000102030405060708090A0B0C0D0E0F";
const TEXT: &str = "6BC1BEE22E409F96E93D7E117393172A";

#[test]
fn a_published_encryption() {
    let engine = development();
    // Client codecs count hex in characters or in bytes; the answer counts characters.
    for length in ["0008", "0010"] {
        let message = format!("M00011FFF{DEK}{length}ABCDEF1234567890");
        assert_eq!(ask(&engine, format!("{message}%01")), "M10000106DD932DE48520285");
    }
    let message = format!("M00011FFF{DEK}0010ABCDEF1234567890");
    for other in tampered(&message, 87..message.len()) {
        assert_ne!(ask(&engine, format!("{other}%01")), "M10000106DD932DE48520285");
    }
    let head = format!("M00000FFF{DEK}0008");
    let message = [head.as_bytes(), b"\xab\xcd\xef\x12\x34\x56\x78\x90%01"].concat();
    let answer = ask_bytes(&engine, None, &message);
    assert_eq!(answer, b"M1000008\x6d\xd9\x32\xde\x48\x52\x02\x85");
}

#[test]
fn every_mode_under_aes() {
    let engine = development();
    let key = sealed("D0AB00N00", AES_KEY);
    for (mode, iv, ciphertext, next) in [
        ("00", "", "3AD77BB40D7A3660A89ECAF32466EF97", ""),
        ("01", IV, "7649ABAC8119B246CEE98E9B12E9197D", "7649ABAC8119B246CEE98E9B12E9197D"),
        ("02", IV, "3B79424C9C0DD436BACE9E0ED4586A4F", "3B79424C9C0DD436BACE9E0ED4586A4F"),
        ("03", IV, "3B3FD92EB72DAD20333449F8E83CFB4A", "3B3FD92EB72DAD20333449F8E83CFB4A"),
    ] {
        let answer = ask(&engine, format!("M0{mode}11FFF{key}{iv}0020{TEXT}"));
        assert_eq!(answer, format!("M100{next}0020{ciphertext}"));
        let text = hex::decode(TEXT).unwrap();
        let message = [format!("M0{mode}01FFF{key}{iv}0010").as_bytes(), &text].concat();
        let answer = ask_bytes(&engine, None, &message);
        assert_eq!(String::from_utf8(answer).unwrap(), format!("M100{next}0020{ciphertext}"));
    }
    // A stream needs no whole blocks.
    assert_eq!(ask(&engine, format!("M00211FFF{key}{IV}0002{}", &TEXT[..2])).len(), 4 + 32 + 4 + 2);
    assert_eq!(ask(&engine, format!("M00221FFF{key}{IV}0003abc")).len(), 4 + 32 + 4 + 6);
}

#[test]
fn a_long_text_in_parts() {
    let engine = development();
    let (key, _) = made(&engine, "D0T2B00E00");
    let (first, second) = ("0011223344556677", "8899AABBCCDDEEFF");
    let whole = ask(&engine, format!("M00111FFF{key}01020304050607080020{first}{second}"));
    let part = ask(&engine, format!("M00111FFF{key}01020304050607080010{first}"));
    let iv = &part[4..20];
    let rest = ask(&engine, format!("M00111FFF{key}{iv}0010{second}"));
    assert_eq!(whole[24..], *format!("{}{}", &part[24..], &rest[24..]));
    assert_eq!(whole[4..20], rest[4..20]);
}

#[test]
fn each_refusal() {
    let engine = development();
    let key = sealed("D0AB00N00", AES_KEY);
    let decrypt_only = sealed("D0AD00N00", AES_KEY);
    let zek = made(&engine, "22T2B00E00").0;
    let zpk = made(&engine, "P0T2B00E00").0;
    let block = "00112233445566778899AABBCCDDEEFF";
    for (fields, error) in [
        (format!("0411FFF{key}{IV}0020{block}"), "02"),
        (format!("0031FFF{key}0020{block}"), "03"),
        (format!("0012FFF{key}0020{block}"), "04"),
        (format!("0011001{key}0020{block}"), "05"),
        (format!("0011609{key}0020{block}"), "05"),
        (format!("0011FFF{key}0010{}", &block[..16]), "06"),
        (format!("0011FFF{key}0000"), "06"),
        (format!("0011FFF{key}0021{block}"), "06"),
        (format!("0011FFF{key}00x0{block}"), "06"),
        (format!("0011FFF{key}0040{block}"), "80"),
        (format!("0011FFF{key}001E{block}"), "15"),
        (format!("0011FFF{key}0020{}G", &block[..31]), "15"),
        // Without an IV, what follows is taken for it, and then for a length.
        (format!("0111FFF{key}0020{block}"), "06"),
        (format!("0011FFF{decrypt_only}0020{block}"), "A8"),
        (format!("0011FFF{zpk}0020{block}"), "A6"),
        (format!("001100B{zek}0020{block}"), "A6"),
        (format!("0011FFF{key}0020{block}%01"), "A4"),
        (format!("0011FFFU1457FF6ADF6250C66C368416B4C9D3830010{}%00", &block[..16]), "28"),
    ] {
        assert_eq!(ask(&engine, format!("M0{fields}")), format!("M1{error}"), "{fields}");
    }
    assert!(ask(&engine, format!("M0001100A{zek}0010{}", &block[..16])).starts_with("M100"));
}

#[test]
fn every_profile_has_it_and_one_code_for_a_bad_key() {
    for profile in Profile::ALL {
        let engine = production(profile);
        let key = made(&engine, "D0A3B00N00").0;
        assert!(ask(&engine, format!("M00011FFF{key}0020{TEXT}")).starts_with("M1000020"));
        if profile != Profile::Development {
            let zpk = made(&engine, "P0T2B00E00").0;
            assert_eq!(ask(&engine, format!("M00011FFF{zpk}0020{TEXT}")), "M1A4");
            for other in tampered(&key, 17..key.len()) {
                assert_eq!(ask(&engine, format!("M00011FFF{other}0020{TEXT}")), "M1A4");
            }
        }
    }
}

#[test]
fn compact() {
    let engine = development();
    let text = sealed("D0AB00N00", AES_KEY);
    let (header, body) = text[1..].split_at(16);
    let block = KeyBlock {
        scheme: BlockScheme::Thales,
        header: header.into(),
        body: hex::decode(body).unwrap(),
    };
    let iv = hex::decode(IV).unwrap();
    let mut request = EncryptData {
        mode: CipherMode::Cbc(InitialVector::from_slice(&iv).unwrap()),
        output: DataFormat::Binary,
        key_type: KeyType::KEY_BLOCK,
        key: KeyField::Block(block),
        data: Bytes(hex::decode(TEXT).unwrap()),
    };
    let (error, reply) = call(&engine, None, &request);
    let reply = reply.unwrap();
    assert_eq!(error, "00");
    assert_eq!(hex::encode_upper(&reply.data.0), "7649ABAC8119B246CEE98E9B12E9197D");
    assert_eq!(reply.iv.unwrap().as_slice(), reply.data.0);
    // An IV of the wrong size can be said in this dialect alone.
    request.mode = CipherMode::Cbc(InitialVector::Tdes([0; 8]));
    assert_eq!(call(&engine, None, &request).0, "06");
}
