//! Published keys under ZMKs: X9.143 and Thales blocks, X9.17. Each vector names its source in tests/vectors.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::exchange::{Export, ExportForm, Import};
use payhsm_keys::{AnyKey, Binding, KeyRefused, KeyRules};
use payhsm_protocol::field::{
    BlockScheme, Exportability, KeyAttributes, KeyField, KeyScheme, KeyType,
};

const AS_IT_IS: Import<'_> = Import::Block { usage: None, exportability: None };

#[test]
fn x9143_blocks_under_their_protection_keys() {
    let (mut opened, mut not_ours, mut bad) = (0, 0, 0);
    for case in cases("tr31") {
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        let (block_text, kbpk) = (text(inputs, "key_block"), text(inputs, "kbpk"));
        let algorithm = if block_text.starts_with('D') { b'A' } else { b'T' };
        // The vectors of broken wrapping keys cannot even be loaded as a ZMK.
        let zmk = matches!(kbpk.len(), 32 | 48 | 64).then(|| known_zmk(algorithm, kbpk));
        let field = block(BlockScheme::X9143, block_text);
        if !expected["error"].is_null() {
            let opened =
                zmk.zip(field).map(|(zmk, field)| zmk.import(&field, &AS_IT_IS, &KeyRules::LEGACY));
            assert!(opened.is_none_or(|opened| opened.is_err()), "{block_text}");
            bad += 1;
            continue;
        }
        let (zmk, field) = (zmk.unwrap(), field.unwrap());
        let key = match zmk.import(&field, &AS_IT_IS, &KeyRules::LEGACY) {
            Ok(imported) => imported.key,
            // HMAC keys, keys in modes that their usage does not have, one key stronger than its KBPK.
            Err(refused) => {
                let reasons = [KeyRefused::Usage, KeyRefused::Algorithm, KeyRefused::ModeOfUse];
                assert!(reasons.contains(&refused), "{block_text}: {refused}");
                not_ours += 1;
                continue;
            }
        };
        let header = &expected["header"];
        let Binding::Block(said) = key.binding() else { panic!() };
        assert_eq!(said.usage, text(header, "key_usage").as_bytes());
        assert_eq!([said.mode_of_use], text(header, "mode_of_use").as_bytes());
        assert_eq!([said.exportability.letter()], text(header, "exportability").as_bytes());
        if said.exportability != Exportability::None {
            let found = clear(&key);
            assert_eq!(hex::encode_upper(found), text(expected, "key"), "{block_text}");
        }
        let strict = zmk.import(&field, &AS_IT_IS, &KeyRules::PRODUCTION).map(|_| ());
        match block_text.as_bytes()[0] {
            b'A' | b'C' => assert_eq!(strict.unwrap_err(), KeyRefused::Scheme),
            _ if key.length() == 8 => assert_eq!(strict.unwrap_err(), KeyRefused::Length),
            _ => strict.unwrap(),
        }
        for bit in (0..body_bits(&field)).step_by(3) {
            let refused = zmk.import(&with_body_bit(&field, bit), &AS_IT_IS, &KeyRules::LEGACY);
            assert_eq!(refused.unwrap_err(), KeyRefused::Authentication);
        }
        opened += 1;
    }
    assert_eq!(opened + not_ours + bad, 61);
    assert!(opened >= 25, "{opened} opened, {not_ours} not ours, {bad} bad");
}

#[test]
fn thales_blocks_under_their_zmks() {
    let mut opened = 0;
    for case in cases("thales_key_block") {
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        if inputs["op"] != "thales_keyblock_unwrap" {
            continue;
        }
        let secret = text(inputs, "wrapping_key");
        if [AES_LMK, TDES_LMK].contains(&secret) {
            continue;
        }
        let zmk = known_zmk(b'T', secret);
        let field = field(text(inputs, "key_block"));
        let imported = zmk.import(&field, &AS_IT_IS, &KeyRules::PRODUCTION).unwrap();
        assert!(!imported.parity_adjusted);
        let found = clear(&imported.key);
        assert_eq!(hex::encode_upper(found), text(expected, "key"));
        for bit in 0..body_bits(&field) {
            let refused = zmk.import(&with_body_bit(&field, bit), &AS_IT_IS, &KeyRules::PRODUCTION);
            assert_eq!(refused.unwrap_err(), KeyRefused::Authentication);
        }
        opened += 1;
    }
    assert_eq!(opened, 4);
}

#[test]
fn a_key_under_a_zmk_in_x917_form() {
    let mut seen = 0;
    for case in cases("kcv") {
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        if inputs["op"] != "encrypt_key_under_zmk" {
            continue;
        }
        let zmk = known_zmk(b'T', text(inputs, "zmk"));
        let key = known(Says(*b"P0", b'T', b'B', b'S'), &unhex(text(inputs, "key")));
        let rules = KeyRules::LEGACY;
        let key = AnyKey::open(&aes_lmk(), &key, None, &rules).unwrap();
        let form = ExportForm::from_scheme(KeyScheme::X, None);
        let export = Export { form, exportability: None, attributes: None };
        let exported = zmk.export(&key, &export, &mut random(), &rules).unwrap();
        assert_eq!(exported, field(&format!("X{}", text(expected, "cryptogram"))));
        let strict = zmk.export(&key, &export, &mut random(), &KeyRules::PRODUCTION);
        assert_eq!(strict.unwrap_err(), KeyRefused::Scheme);
        seen += 1;
    }
    assert_eq!(seen, 1);
}

/// Commands A6 and A8 as the simulator of nickntg answers them: host_commands.json, variant test LMK.
#[test]
fn import_and_export_between_variant_lmk_and_zmk() {
    let (lmk, rules) = (variant_lmk(), KeyRules::LEGACY);
    let zmk = |text: &str| {
        let purpose = payhsm_keys::Purpose::EncryptAndDecrypt;
        payhsm_keys::Key::open(&lmk, &field(text), purpose, &rules).unwrap()
    };
    let import = |under: &str, key: &str, of: &[u8; 3], scheme| {
        let import = Import::KeyType(KeyType(*of));
        let imported = zmk(under).import(&field(key), &import, &rules).unwrap();
        (imported.key.seal_under(&lmk, scheme, &mut random()).unwrap(), imported.parity_adjusted)
    };
    // A6001U1457...X...: the parity of the first two is right.
    let under = "U1457FF6ADF6250C66C368416B4C9D383";
    assert_eq!(
        import(under, "2B930A07119F93A8", b"001", KeyScheme::Z),
        (field("BAB32D775A38E4AB"), false)
    );
    assert_eq!(
        import("4ED06495741C280C", "35ED0C0EA7F7D0FA", b"002", KeyScheme::Z).0,
        field("0406FBB23A5214DF")
    );
    assert_eq!(
        import(under, "XF7D53991678347EFB3026882F724E6EE", b"002", KeyScheme::U).0,
        field("U8463435FC4B4DAA0C49025272C29B12C")
    );
    // A6001U7197...X8E80...U1: under variant 1 of the ZMK, and the same key under the ZMK itself.
    let under_variant = |key: &str, variant| {
        let import = Import::KeyType(KeyType(*b"001"));
        let zmk = zmk("U71979DEB8587E2734F1E99D5DCAEF9AC");
        let imported = zmk.import_under_variant(&field(key), variant, &import, &rules).unwrap();
        imported.key.seal_under(&lmk, KeyScheme::U, &mut random()).unwrap()
    };
    let expected = field("U1EF828AA8F6B80EB83E19FBC373F3A85");
    assert_eq!(under_variant("X8E80C547F2A1324B84763B0EE32B73AD", 1), expected);
    assert_eq!(under_variant("XC8E3118AFA853807EB7E92294663A5BA", 0), expected);
    let export = |under: &str, key: &str, of: &[u8; 3], scheme| {
        let key = AnyKey::open(&lmk, &field(key), Some(KeyType(*of)), &rules).unwrap();
        let form = ExportForm::from_scheme(scheme, None);
        let export = Export { form, exportability: None, attributes: None };
        zmk(under).export(&key, &export, &mut random(), &rules)
    };
    assert_eq!(
        export(under, "7BB126F2BE631486", b"002", KeyScheme::Z).unwrap(),
        field("16224FDAA779AFB3")
    );
    // A double-length key under a single-length ZMK is what a simulator does; here the strength forbids it.
    assert_eq!(
        export("4ED06495741C280C", "U9564EC9D49DE4E59BE82FE34B5CB1786", b"008", KeyScheme::U),
        Err(KeyRefused::WeakerWrappingKey)
    );
    // ZMK, ZEK and DEK leave in blocks only.
    assert_eq!(
        export(under, "UAAD5E90B44EE630E3D76D6CEC1F4AA72", b"00B", KeyScheme::U),
        Err(KeyRefused::NotExportable)
    );
}

#[test]
fn wrong_parity_is_put_right_and_told() {
    let zmk = known_zmk(b'T', TDES_KEY);
    let even = unhex("98519E45CBB9291E49EFAD4AFEFDDC78");
    let wrapping = payhsm_crypto::variant::WrappingKey::zmk(&unhex(TDES_KEY), 0).unwrap();
    let mut bytes = even;
    wrapping.encrypt(payhsm_crypto::variant::Scheme::Plain, &mut bytes).unwrap();
    let field = field(&format!("X{}", hex::encode_upper(bytes)));
    let attributes = KeyAttributes {
        usage: *b"72",
        algorithm: None,
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::Sensitive,
        optional_blocks: Vec::new(),
    };
    let import = Import::Attributes(&attributes);
    let imported = zmk.import(&field, &import, &KeyRules::LEGACY).unwrap();
    assert!(imported.parity_adjusted);
    assert_eq!(clear(&imported.key), unhex("98519E45CBB9291F49EFAD4AFEFDDC79"));
    assert_eq!(zmk.import(&field, &import, &KeyRules::PRODUCTION).unwrap_err(), KeyRefused::Scheme);
}

/// The length and the optional blocks of an authentic header account for every character: a boundary moved between
/// header and body leaves the MAC right where that runs over both as one text.
#[test]
fn the_boundary_of_the_header_cannot_be_moved() {
    use payhsm_crypto::key_block::header::{Attributes, OptionalBlock};
    use payhsm_crypto::key_block::thales::AesWrappingKey;
    let attributes = Attributes {
        version: b'1',
        usage: *b"P0",
        algorithm: b'T',
        mode: b'B',
        version_number: *b"00",
        exportability: b'E',
        reserved: *b"00",
    };
    let wrapping = AesWrappingKey::new(&unhex(AES_LMK)).unwrap();
    let optional = OptionalBlock { id: *b"LB", data: b"a label...12" };
    let header = attributes.to_header(&[optional], wrapping.body_len(16, None)).unwrap();
    assert_eq!(header.len(), 32);
    let body = wrapping.wrap(&header, &unhex(TDES_KEY), &[7; 32], None).unwrap();
    let mut field = KeyField::Block(payhsm_protocol::field::KeyBlock {
        scheme: BlockScheme::Thales,
        header,
        body,
    });
    AnyKey::open(&aes_lmk(), &field, None, &KeyRules::PRODUCTION).unwrap();
    let KeyField::Block(moved) = &mut field else { panic!() };
    let mut body = moved.header.split_off(16);
    body.extend_from_slice(&moved.body);
    moved.body = body;
    let refused = AnyKey::open(&aes_lmk(), &field, None, &KeyRules::PRODUCTION);
    assert_eq!(refused.unwrap_err(), KeyRefused::Authentication);
}
