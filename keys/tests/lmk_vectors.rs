//! Published keys under the public test LMKs. Each vector names its source in tests/vectors.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::{AnyKey, Binding, KeyRefused, KeyRules};
use payhsm_protocol::field::{CheckValue, KeyField, KeyScheme, KeyType};

fn key_type(text: &str) -> KeyType {
    KeyType(text.as_bytes().try_into().unwrap())
}

#[test]
fn check_values_of_the_test_lmks() {
    let value = |text: &str| CheckValue(unhex(text));
    assert_eq!(variant_lmk().check_value(), value("2686040000000000"));
    assert_eq!(tdes_lmk().check_value(), value("1651260000000000"));
    assert_eq!(aes_lmk().check_value(), value("9D04A00000000000"));
    assert!(variant_lmk().is_test() && tdes_lmk().is_test() && aes_lmk().is_test());
}

#[test]
fn keys_under_the_variant_lmk() {
    let (lmk, mut opened, mut tampered, mut passed) = (variant_lmk(), 0, 0, 0);
    for case in cases("lmk_variant_keys") {
        let inputs = &case["inputs"];
        // One case names a bare pair of the LMK, which no key type stands for.
        if inputs["op"] != "decrypt_under_lmk" || inputs["key_type"].is_null() {
            continue;
        }
        let (text, of_type) = (text(inputs, "cryptogram"), key_type(text(inputs, "key_type")));
        let field = field(text);
        let key = AnyKey::open(&lmk, &field, Some(of_type), &KeyRules::LEGACY)
            .unwrap_or_else(|refused| panic!("{text}: {refused}"));
        let kcv = case["expected"]["kcv"].as_str().unwrap();
        assert_eq!(key.check_value().unwrap(), CheckValue(unhex(kcv)), "{text}");
        assert_eq!(key.binding(), &Binding::Variant(of_type));

        let letter = text.as_bytes()[0];
        let scheme = KeyScheme::from_letter(letter).filter(|_| letter.is_ascii_alphabetic());
        if text.len() != 32 {
            let scheme = scheme.filter(|_| text.len() != 16).unwrap_or(KeyScheme::Z);
            assert_eq!(key.seal_under(&lmk, scheme, &mut random()).unwrap(), field, "{text}");
        }

        let strict = AnyKey::open(&lmk, &field, Some(of_type), &KeyRules::PRODUCTION);
        assert_eq!(strict.unwrap_err(), KeyRefused::Scheme);
        let untyped = AnyKey::open(&lmk, &field, None, &KeyRules::LEGACY);
        assert_eq!(untyped.unwrap_err(), KeyRefused::KeyType);
        for bit in (0..body_bits(&field)).step_by(7) {
            tampered += 1;
            // No MAC: parity is all there is, and passes one part in 256 and more.
            match AnyKey::open(&lmk, &with_body_bit(&field, bit), Some(of_type), &KeyRules::LEGACY)
            {
                Ok(other) => {
                    passed += 1;
                    assert_ne!(other.check_value().unwrap(), key.check_value().unwrap());
                }
                Err(refused) => assert_eq!(refused, KeyRefused::Parity),
            }
        }
        opened += 1;
    }
    assert_eq!(opened, 50);
    assert!(passed * 100 < tampered, "{passed} of {tampered}");
}

#[test]
fn whole_check_values_of_keys_under_the_variant_lmk() {
    let mut seen = 0;
    for case in cases("kcv") {
        let inputs = &case["inputs"];
        if inputs["op"] != "kcv_of_lmk_cryptogram" {
            continue;
        }
        let of_type = Some(key_type(text(inputs, "key_type")));
        let field = field(text(inputs, "cryptogram"));
        let key = AnyKey::open(&variant_lmk(), &field, of_type, &KeyRules::LEGACY);
        // Two of the four hold 090B3F8D6615B106, whose bytes 09 and 06 are even: error 10 of a real unit.
        if case["notes"] == "clear key 090B3F8D6615B106" {
            assert_eq!(key.unwrap_err(), KeyRefused::Parity);
            continue;
        }
        let kcv = text(&case["expected"], "kcv");
        assert_eq!(key.unwrap().whole_check_value().unwrap(), CheckValue(unhex(kcv)));
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn thales_blocks_under_the_key_block_lmks() {
    let mut opened = 0;
    for case in cases("thales_key_block") {
        let inputs = &case["inputs"];
        if inputs["op"] != "thales_keyblock_unwrap" {
            continue;
        }
        let lmk = match text(inputs, "wrapping_key") {
            AES_LMK => aes_lmk(),
            TDES_LMK => tdes_lmk(),
            _ => continue,
        };
        let text_of_block = text(inputs, "key_block");
        let field = field(text_of_block);
        let rules = KeyRules::PRODUCTION;
        let key = AnyKey::open(&lmk, &field, None, &rules).unwrap();
        let expected = &case["expected"];
        let kcv = expected["kcv"].as_str().or(expected["kcv_aes_cmac"].as_str()).unwrap();
        assert_eq!(key.check_value().unwrap(), CheckValue(unhex(kcv)));
        let header = &expected["header"];
        let Binding::Block(said) = key.binding() else { panic!() };
        assert_eq!(said.usage, text(header, "key_usage").as_bytes());
        assert_eq!([said.mode_of_use], text(header, "mode_of_use").as_bytes());
        assert_eq!(said.version, text(header, "key_version").as_bytes());
        assert_eq!([said.exportability.letter()], text(header, "exportability").as_bytes());
        assert_eq!(hex::encode_upper(clear(&key)), text(expected, "key"));

        for bit in 0..body_bits(&field) {
            let refused = AnyKey::open(&lmk, &with_body_bit(&field, bit), None, &rules);
            assert_eq!(refused.unwrap_err(), KeyRefused::Authentication);
        }
        for bit in 0..128 {
            let refused = AnyKey::open(&lmk, &with_header_bit(&field, bit), None, &rules);
            assert_eq!(refused.unwrap_err(), KeyRefused::Authentication);
        }
        // Sealed again under the same LMK and opened once more, it is the same key.
        let again = key.seal_under(&lmk, KeyScheme::Thales, &mut random()).unwrap();
        let KeyField::Block(sealed) = &again else { panic!() };
        assert_eq!(sealed.header[..14], text_of_block.as_bytes()[1..15]);
        assert_eq!(sealed.header[14..], lmk.id().digits());
        let again = AnyKey::open(&lmk, &again, None, &rules).unwrap();
        assert_eq!(clear(&again), clear(&key));
        opened += 1;
    }
    assert_eq!(opened, 31);
}

#[test]
fn blocks_of_one_lmk_are_nothing_under_another() {
    let block = known(Says(*b"P0", b'T', b'B', b'E'), &unhex(TDES_KEY));
    let rules = KeyRules::LEGACY;
    let open = |lmk| AnyKey::open(&lmk, &block, None, &rules).unwrap_err();
    assert_eq!(open(tdes_lmk()), KeyRefused::Authentication);
    assert_eq!(open(variant_lmk()), KeyRefused::Scheme);
    let other = payhsm_keys::Lmk::generate_aes(payhsm_protocol::field::LmkId(9), &mut random());
    assert_eq!(open(other.unwrap()), KeyRefused::Authentication);
    let cryptogram = field("U61F612B4FD859AA204D0D2414F18C29F");
    let under_aes = AnyKey::open(&aes_lmk(), &cryptogram, Some(key_type("001")), &rules);
    assert_eq!(under_aes.unwrap_err(), KeyRefused::Scheme);
}
