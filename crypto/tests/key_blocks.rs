//! Key blocks and keys under variant LMKs against published values.

#![cfg(test)]

mod common;

use std::collections::HashMap;
use std::ops::Range;

use common::{Case, Tally, cases, flip, upper};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::key_block::header::Header;
use payhsm_crypto::key_block::thales::{AesWrappingKey, TdesWrappingKey};
use payhsm_crypto::key_block::{KeyBlockError, x9143};
use payhsm_crypto::pin::DecimalisationTable;
use payhsm_crypto::variant::{Scheme, WrappingKey};
use payhsm_crypto::{dtab, kcv, parity};

/// A block taken apart, its body in binary.
fn open(
    block: &str,
    unwrap: impl Fn(&[u8], &mut [u8]) -> Result<Range<usize>, KeyBlockError>,
) -> Result<String, KeyBlockError> {
    let (header, body) = Header::parse(block.as_bytes())?;
    let mut body = hex::decode(body).map_err(|_| KeyBlockError::Form)?;
    unwrap(header.text, &mut body).map(|key| upper(&body[key]))
}

fn check_header(case: &Case, block: &str) {
    let (header, _) = Header::parse(block.as_bytes()).unwrap();
    let expected = &case.expected_value()["header"];
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let attributes = header.attributes;
    assert_eq!(text(&[attributes.version]), expected["version"]);
    assert_eq!(header.length, expected["length"]);
    assert_eq!(text(&attributes.usage), expected["key_usage"]);
    assert_eq!(text(&[attributes.algorithm]), expected["algorithm"]);
    assert_eq!(text(&[attributes.mode]), expected["mode_of_use"]);
    assert_eq!(text(&attributes.version_number), expected["key_version"]);
    assert_eq!(text(&[attributes.exportability]), expected["exportability"]);
    assert_eq!(header.optional_count, expected["optional_block_count"]);
    for name in ["reserved", "lmk_id"] {
        assert!(expected.get(name).is_none_or(|value| *value == text(&attributes.reserved)));
    }
    let blocks: Vec<_> = header.optional_blocks().collect();
    assert_eq!(blocks.len(), header.optional_count);
    if let Some(expected) = expected.get("optional_blocks").and_then(|blocks| blocks.as_array()) {
        assert_eq!(blocks.len(), expected.len());
        for (block, expected) in blocks.iter().zip(expected) {
            assert_eq!(text(&block.id), expected["id"]);
            assert_eq!(text(block.data), expected["data"]);
        }
    }
    // Every header that is not padded by its maker's taste is made again, character for character.
    if blocks.iter().all(|block| block.id != *b"PB") {
        let body_len = (header.length - header.text.len()) / 2;
        assert_eq!(attributes.to_header(&blocks, body_len).unwrap(), header.text);
    }
}

fn check_kcv(case: &Case) {
    let key = hex::decode(case.expected("key").unwrap()).unwrap();
    let expected = case.expected_value();
    if let Some(value) = expected.get("kcv_aes_cmac") {
        assert_eq!(*value, upper(&kcv::aes(&BlockKey::aes(&key).unwrap()).unwrap()[..3]));
    }
}

/// Every character of the block changed in its lowest bit, one after the other.
fn tampered(block: &str) -> impl Iterator<Item = String> + '_ {
    (0..block.len()).filter_map(|place| {
        let changed = String::from_utf8(flip(block.as_bytes(), place, 1)).unwrap();
        (!changed.eq_ignore_ascii_case(block)).then_some(changed)
    })
}

#[test]
fn x9143_vectors() {
    let mut tally = Tally::default();
    for case in cases("tr31") {
        assert_eq!(case.op(), "tr31_unwrap");
        let block = case.text("key_block");
        let kbpk = case.bytes("kbpk");
        let unwrap =
            |block: &str| open(block, |header, body| x9143::unwrap_in_place(&kbpk, header, body));
        case.check("key", unwrap(block));
        if case.expected("key").is_none() {
            tally.count("refused");
            continue;
        }
        tally.count(&format!("opened {}", block.chars().next().unwrap()));
        check_header(&case, block);
        check_kcv(&case);
        for changed in tampered(block) {
            assert!(unwrap(&changed).is_err(), "{changed}");
        }
        rewrap(block, &kbpk, &case);
    }
    tally.assert(&[
        ("opened A", 8),
        ("opened B", 8),
        ("opened C", 6),
        ("opened D", 15),
        ("refused", 24),
    ]);
}

/// Versions that are made: the block made again opens, and is the same if the padding is.
fn rewrap(block: &str, kbpk: &[u8], case: &Case) {
    let (header, body) = Header::parse(block.as_bytes()).unwrap();
    let mut text = hex::decode(body).unwrap();
    let version = x9143::Version::of(header.text).unwrap();
    let protection = x9143::ProtectionKey::new(version, kbpk).unwrap();
    let original = text.clone();
    let place = protection.unwrap_in_place(header.text, &mut text).unwrap();
    let mac_len = match version {
        x9143::Version::A | x9143::Version::C => 4,
        x9143::Version::B => 8,
        x9143::Version::D => 16,
    };
    let held = text.len() - mac_len;
    let key = text[place.clone()].to_vec();
    assert_eq!(upper(&key), case.expected("key").unwrap());
    let made = protection.wrap(header.text, &key, &text[place.end..held], Some(held - 2));
    match version {
        x9143::Version::A | x9143::Version::C => assert_eq!(made, Err(KeyBlockError::Form)),
        x9143::Version::B | x9143::Version::D => assert_eq!(made.unwrap(), original),
    }
}

#[test]
fn thales_vectors() {
    let mut tally = Tally::default();
    for case in cases("thales_key_block") {
        tally.count(case.op());
        if case.op() == "encrypt_decimalisation_table_keyblock_lmk" {
            check_table(&case);
            continue;
        }
        let block = case.text("key_block").strip_prefix('S').unwrap();
        let lmk = case.bytes("wrapping_key");
        let unwrap = |block: &str| {
            open(block, |header, body| match header[0] {
                b'0' => TdesWrappingKey::new(&lmk)?.unwrap_in_place(header, body),
                _ => AesWrappingKey::new(&lmk)?.unwrap_in_place(header, body),
            })
        };
        case.check("key", unwrap(block));
        check_header(&case, block);
        check_kcv(&case);
        if let Some(value) = case.expected_value().get("kcv") {
            let key = hex::decode(case.expected("key").unwrap()).unwrap();
            assert_eq!(*value, upper(&kcv::tdes(&BlockKey::tdes(&key).unwrap()).unwrap()[..3]));
        }
        for changed in tampered(block) {
            assert!(unwrap(&changed).is_err(), "{changed}");
        }
    }
    tally.assert(&[
        ("encrypt_decimalisation_table_keyblock_lmk", 1),
        ("thales_keyblock_unwrap", 35),
    ]);
}

fn check_table(case: &Case) {
    let lmk: [u8; 24] = case.bytes("lmk").try_into().unwrap();
    let key = dtab::tdes_table_key(&lmk).unwrap();
    let encrypt = |digits: &str| {
        let table = DecimalisationTable::from_digits(digits.as_bytes()).unwrap();
        dtab::encrypt_tdes(&key, &table).map(|text| upper(&text))
    };
    case.check("encrypted", encrypt(case.text("table")));
    case.check_differs("encrypted", encrypt(&common::next_digit(case.text("table"), 3)));
    let text: [u8; 8] =
        hex::decode(case.expected("encrypted").unwrap()).unwrap().try_into().unwrap();
    let table = dtab::decrypt_tdes(&key, &text).unwrap();
    assert_eq!(upper(&table.packed()), case.text("table"));
    // A second one, from host-command transcripts.
    assert_eq!(encrypt("0123456789012345").unwrap(), "709F26B22464E96A");
}

/// The public test LMK set, by pair, from the vectors themselves.
fn lmk_set() -> HashMap<String, [u8; 16]> {
    let pairs = cases("lmk_variant_keys").into_iter().filter(|case| case.op() == "lmk_pair_value");
    pairs
        .map(|case| {
            let clear = hex::decode(case.expected("clear").unwrap()).unwrap();
            (case.text("pair").to_owned(), clear.try_into().unwrap())
        })
        .collect()
}

fn scheme_and_text(field: &str) -> (Scheme, Vec<u8>) {
    let scheme = if field.starts_with(['U', 'T']) { Scheme::PerPart } else { Scheme::Plain };
    (scheme, hex::decode(field.trim_start_matches(['U', 'T', 'X', 'Y', 'Z'])).unwrap())
}

#[test]
fn variant_lmk_vectors() {
    let set = lmk_set();
    let mut tally = Tally::default();
    for case in cases("lmk_variant_keys") {
        tally.count(case.op());
        match case.op() {
            "decrypt_under_lmk" => {
                let variant = u8::try_from(case.number("variant")).unwrap();
                let lmk = WrappingKey::lmk_pair(&set[case.text("lmk_pair")], variant).unwrap();
                let (scheme, text) = scheme_and_text(case.text("cryptogram"));
                let decrypt =
                    |mut text: Vec<u8>| lmk.decrypt(scheme, &mut text).map(|()| upper(&text));
                case.check("clear_key", decrypt(text.clone()));
                case.check_differs("clear_key", decrypt(flip(&text, 7, 1)));
                let clear = hex::decode(case.expected("clear_key").unwrap()).unwrap();
                let value = kcv::tdes(&BlockKey::tdes(&clear).unwrap()).unwrap();
                assert_eq!(upper(&value[..3]), case.expected("kcv").unwrap());
                let mut again = clear;
                lmk.encrypt(scheme, &mut again).unwrap();
                assert_eq!(again, text);
            }
            "combine_key_components" => {
                // Adding components is the ceremony's work; here only that parity changes no check value.
                let mut key =
                    case.list("components").iter().fold(vec![0; 16], |sum: Vec<u8>, component| {
                        sum.iter().zip(component).map(|(a, b)| a ^ b).collect()
                    });
                assert_eq!(upper(&key), case.expected("key").unwrap());
                for _ in 0..2 {
                    let value = kcv::tdes(&BlockKey::tdes(&key).unwrap()).unwrap();
                    assert_eq!(upper(&value[..3]), case.expected("kcv").unwrap());
                    parity::make_odd(&mut key);
                    assert!(parity::is_odd(&key));
                }
            }
            // A mask shows in what a key enciphers to: it must be what the masked key does by hand.
            "lmk_variant_mask" => {
                let mask = hex::decode(case.expected("xor_byte0").unwrap()).unwrap()[0];
                let pair = set["04-05"];
                let variant = u8::try_from(case.number("variant")).unwrap();
                let masked: [u8; 16] = flip(&pair, 0, mask).try_into().unwrap();
                assert_eq!(
                    encrypted(&pair, variant, Scheme::Plain, 16),
                    encrypted(&masked, 0, Scheme::Plain, 16)
                );
                let other: [u8; 16] = flip(&pair, 0, mask ^ 2).try_into().unwrap();
                assert_ne!(
                    encrypted(&pair, variant, Scheme::Plain, 16),
                    encrypted(&other, 0, Scheme::Plain, 16)
                );
            }
            "scheme_variant_mask" => {
                let masks = case.expected_value()["xor_byte8_per_part"].as_array().unwrap();
                let pair = set["04-05"];
                let whole = encrypted(&pair, 0, Scheme::PerPart, masks.len() * 8);
                for (mask, part) in masks.iter().zip(whole.chunks(8)) {
                    let mask = hex::decode(mask.as_str().unwrap()).unwrap()[0];
                    let masked: [u8; 16] = flip(&pair, 8, mask).try_into().unwrap();
                    assert_eq!(encrypted(&masked, 0, Scheme::Plain, 8), part);
                    let other: [u8; 16] = flip(&pair, 8, mask ^ 2).try_into().unwrap();
                    assert_ne!(encrypted(&other, 0, Scheme::Plain, 8), part);
                }
            }
            // These make the LMK set itself.
            "lmk_pair_value" => {}
            op => panic!("{op}"),
        }
    }
    tally.assert(&[
        ("combine_key_components", 2),
        ("decrypt_under_lmk", 51),
        ("lmk_pair_value", 20),
        ("lmk_variant_mask", 9),
        ("scheme_variant_mask", 2),
    ]);
}

fn encrypted(pair: &[u8; 16], variant: u8, scheme: Scheme, len: usize) -> Vec<u8> {
    let mut key = vec![0x5A; len];
    WrappingKey::lmk_pair(pair, variant).unwrap().encrypt(scheme, &mut key).unwrap();
    key
}

#[test]
fn check_values_of_keys_under_the_variant_lmk() {
    let set = lmk_set();
    let mut tally = Tally::default();
    for case in cases("kcv").into_iter().filter(|case| case.op() == "kcv_of_lmk_cryptogram") {
        tally.count(case.op());
        let (pair, variant) = match case.text("key_type") {
            "000" => ("04-05", 0),
            "001" => ("06-07", 0),
            "002" => ("14-15", 0),
            "402" => ("14-15", 4),
            key_type => panic!("{key_type}"),
        };
        let lmk = WrappingKey::lmk_pair(&set[pair], variant).unwrap();
        let (scheme, text) = scheme_and_text(case.text("cryptogram"));
        let value = |mut text: Vec<u8>| {
            lmk.decrypt(scheme, &mut text).unwrap();
            let value = kcv::tdes(&BlockKey::tdes(&text).unwrap()).unwrap();
            Ok::<_, ()>(upper(&value[..case.expected("kcv").unwrap().len() / 2]))
        };
        case.check("kcv", value(text.clone()));
        case.check_differs("kcv", value(flip(&text, 0, 1)));
    }
    tally.assert(&[("kcv_of_lmk_cryptogram", 4)]);
}

#[test]
fn atalla_variants_mask_every_part() {
    let zmk = [0x11; 16];
    let by_hand = flip(&flip(&zmk, 0, 0x28), 8, 0x28);
    let encrypt = |zmk: &[u8], variant| {
        let mut key = vec![0x5A; 16];
        WrappingKey::zmk(zmk, variant).unwrap().encrypt(Scheme::Plain, &mut key).unwrap();
        key
    };
    assert_eq!(encrypt(&zmk, 5), encrypt(&by_hand, 0));
    assert!(WrappingKey::zmk(&zmk, 32).is_err());
    assert!(WrappingKey::lmk_pair(&zmk, 10).is_err());
    let single = WrappingKey::zmk(&[0x11; 8], 0).unwrap();
    assert!(single.encrypt(Scheme::PerPart, &mut [0; 16]).is_err());
    assert!(single.encrypt(Scheme::PerPart, &mut [0; 8]).is_err());
    assert!(single.encrypt(Scheme::Plain, &mut [0; 12]).is_err());
}

#[test]
fn a_refused_block_leaves_nothing_behind() {
    let key = AesWrappingKey::new(&[7; 32]).unwrap();
    let header = b"10096P0AN00E0000";
    let body = key.wrap(header, &[0xAA; 16], &[0x55; 14], None).unwrap();
    assert_eq!(key.wrap(header, &[0xAA; 16], &[0x55; 13], None), Err(KeyBlockError::Form));
    assert_eq!(key.wrap(header, &[0xAA; 8192], &[0x55; 64], None), Err(KeyBlockError::Form));
    assert_eq!(key.wrap(header, &[0xAA; 16], &[], Some(usize::MAX)), Err(KeyBlockError::Form));
    let mut changed = flip(&body, 3, 1);
    assert_eq!(key.unwrap_in_place(header, &mut changed), Err(KeyBlockError::Refused));
    assert!(changed.iter().all(|byte| *byte == 0));
    assert_eq!(format!("{key:?}"), "AesWrappingKey(..)");
}

#[test]
fn extended_optional_blocks() {
    use payhsm_crypto::key_block::header::{Attributes, OptionalBlock};
    let attributes = Attributes {
        version: b'D',
        usage: *b"K0",
        algorithm: b'A',
        mode: b'D',
        version_number: *b"00",
        exportability: b'E',
        reserved: *b"00",
    };
    let data = vec![b'x'; 300];
    let long = OptionalBlock { id: *b"CT", data: &data };
    let short = OptionalBlock { id: *b"KS", data: b"1234" };
    let mut block = attributes.to_header(&[long, short], 48).unwrap();
    assert!(block.len().is_multiple_of(16));
    block.extend_from_slice(&[b'0'; 96]);
    let (header, body) = Header::parse(&block).unwrap();
    assert_eq!(body.len(), 96);
    assert_eq!(header.optional_count, 3);
    let blocks: Vec<_> = header.optional_blocks().collect();
    assert_eq!(blocks[..2], [long, short]);
    assert_eq!(blocks[2].id, *b"PB");
    assert!(attributes.to_header(&[OptionalBlock { id: *b"PB", data: b"" }], 48).is_err());
    assert!(attributes.to_header(&[], 5000).is_err());
}
