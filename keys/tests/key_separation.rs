//! A key serves what it was made for: every usage against every marker, every mode against every purpose.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::usage::*;
use payhsm_keys::{AnyKey, Key, KeyRefused, KeyRules, Lmk, Position, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{KeyField, KeyScheme, KeyType};

const USAGES: &str = "K0 51 52 53 P0 71 72 V0 V1 V2 C0 11 12 13 M0 M1 M2 M3 M4 M5 M6 M7 D0 D1 21 22 23 \
                      B0 B1 41 42 43 44 E0 E1 E2 E3 E4 E5 E6 90 91 92 93 94 95 96 97 S0 00 ZZ";

type Opened = fn(&Lmk, &KeyField, Purpose) -> Result<(), KeyRefused>;

fn open<U: Usage>(lmk: &Lmk, field: &KeyField, purpose: Purpose) -> Result<(), KeyRefused> {
    Key::<U>::open(lmk, field, purpose, &KeyRules::PRODUCTION).map(|_| ())
}

/// Name, constructor, and the usages that it takes; the second list is for AES keys.
const MARKERS: &[(&str, Opened, &str, &str)] = &[
    ("Zmk", open::<Zmk>, "K0 52", "K0 52"),
    ("Tmk", open::<Tmk>, "K0 51", "K0 51"),
    ("Tpk", open::<Tpk>, "P0 71", "P0 71"),
    ("Zpk", open::<Zpk>, "P0 72", "P0 72"),
    ("AnyPinKey", open::<AnyPinKey>, "P0 71 72", "P0 71 72"),
    ("PvkIbm", open::<PvkIbm>, "V0 V1", ""),
    ("PvkPvv", open::<PvkPvv>, "V0 V2", ""),
    ("Cvk", open::<Cvk>, "C0 11 12 13", ""),
    ("Tak", open::<Tak>, "M0 M1 M3 M5 M6", "M0 M1 M3 M5 M6"),
    ("Zak", open::<Zak>, "M0 M1 M3 M5 M6", "M0 M1 M3 M5 M6"),
    ("MacKey", open::<MacKey>, "M0 M1 M3 M5 M6", "M0 M1 M3 M5 M6"),
    ("Zek", open::<Zek>, "D0 22", "D0 22"),
    ("Dek", open::<Dek>, "D0 21", "D0 21"),
    ("Tek", open::<Tek>, "D0 23", "D0 23"),
    ("DataKey", open::<DataKey>, "D0 21 22 23", "D0 21 22 23"),
    ("Dcvk", open::<Dcvk>, "90", ""),
    ("DcvkHmac", open::<DcvkHmac>, "", "91"),
    ("TokenKey", open::<TokenKey>, "", "92"),
    ("IssueKey", open::<IssueKey>, "", "93"),
    ("FingerprintKey", open::<FingerprintKey>, "", "94"),
    ("Etk", open::<Etk>, "95", "95"),
    ("Ff1Key", open::<Ff1Key>, "", "96"),
    ("MkAc", open::<MkAc>, "E0", ""),
    ("MkCvc3", open::<MkCvc3>, "E6", ""),
];

#[test]
fn every_usage_against_every_marker() {
    let (lmk, purpose) = (aes_lmk(), Purpose::Generate);
    for usage in USAGES.split_whitespace() {
        let code = usage.as_bytes().try_into().unwrap();
        let tdes = known(Says(code, b'T', b'N', b'E'), &unhex(TDES_KEY));
        let aes = known(Says(code, b'A', b'N', b'E'), &unhex(AES_KEY));
        for (name, open, takes_tdes, takes_aes) in MARKERS {
            let takes = |list: &str| list.split_whitespace().any(|listed| listed == usage);
            // Of the usage, but not with this cipher: the one is told from the other.
            let expected = |list, other_cipher| match (takes(list), takes(other_cipher)) {
                (true, _) => Ok(()),
                (false, true) => Err(KeyRefused::Algorithm),
                (false, false) => Err(KeyRefused::Usage),
            };
            let (with_tdes, with_aes) = (open(&lmk, &tdes, purpose), open(&lmk, &aes, purpose));
            assert_eq!(with_tdes, expected(takes_tdes, takes_aes), "{usage} T as {name}");
            assert_eq!(with_aes, expected(takes_aes, takes_tdes), "{usage} A as {name}");
        }
    }
}

#[test]
fn every_mode_against_every_purpose() {
    let permitted = [
        (Purpose::Encrypt, "BEN"),
        (Purpose::Decrypt, "BDN"),
        (Purpose::EncryptAndDecrypt, "BN"),
        (Purpose::Generate, "CGN"),
        (Purpose::Verify, "CVN"),
        (Purpose::GenerateAndVerify, "CN"),
        (Purpose::Derive, "XN"),
    ];
    for mode in 0x21..0x7F {
        let block = known(Says(*b"P0", b'T', mode, b'E'), &unhex(TDES_KEY));
        for (purpose, modes) in permitted {
            let expected =
                if modes.contains(char::from(mode)) { Ok(()) } else { Err(KeyRefused::ModeOfUse) };
            assert_eq!(open::<Zpk>(&aes_lmk(), &block, purpose), expected, "{mode} {purpose:?}");
        }
    }
}

#[test]
fn lengths_weak_keys_and_equal_parts() {
    let part = "98519E45CBB9291F";
    let even = "99509F44CAB8281E";
    let other = "49EFAD4AFEFDDC79";
    let of = |parts: &[&str]| {
        let block = known(Says(*b"P0", b'T', b'B', b'E'), &unhex(&parts.concat()));
        open::<Zpk>(&aes_lmk(), &block, Purpose::Encrypt)
    };
    assert_eq!(of(&[part, other]), Ok(()));
    // Parity of an authenticated key is not looked at.
    assert_eq!(of(&[even, other]), Ok(()));
    assert_eq!(of(&[part]), Err(KeyRefused::Length));
    assert_eq!(of(&[part, even]), Err(KeyRefused::EqualParts));
    assert_eq!(of(&[part, other, even]), Err(KeyRefused::EqualParts));
    assert_eq!(of(&[part, "011F011F010E010E"]), Err(KeyRefused::Weak));
    assert_eq!(of(&["0000000000000000", other]), Err(KeyRefused::Weak));
    let cvk =
        known(Says(*b"C0", b'T', b'C', b'E'), &unhex(&[part, other, "5179BFD6894C8937"].concat()));
    assert_eq!(open::<Cvk>(&aes_lmk(), &cvk, Purpose::Generate), Err(KeyRefused::Length));
    let aes = known(Says(*b"P0", b'A', b'B', b'E'), &unhex(part));
    assert_eq!(open::<Zpk>(&aes_lmk(), &aes, Purpose::Encrypt), Err(KeyRefused::Length));
    let odd_algorithm = known(Says(*b"P0", b'R', b'B', b'E'), &unhex(TDES_KEY));
    assert_eq!(
        open::<Zpk>(&aes_lmk(), &odd_algorithm, Purpose::Encrypt),
        Err(KeyRefused::Algorithm)
    );
}

#[test]
fn the_key_type_of_the_request_narrows_the_usage() {
    let open = |code: &[u8; 3], usage| {
        let block = known(Says(usage, b'T', b'B', b'E'), &unhex(TDES_KEY));
        let (lmk, rules) = (aes_lmk(), KeyRules::PRODUCTION);
        Key::<AnyPinKey>::open_as(&lmk, KeyType(*code), &block, Purpose::Decrypt, &rules)
            .map(|_| ())
    };
    assert_eq!(open(b"FFF", *b"71"), Ok(()));
    assert_eq!(open(b"FFF", *b"72"), Ok(()));
    assert_eq!(open(b"001", *b"72"), Ok(()));
    assert_eq!(open(b"001", *b"P0"), Ok(()));
    assert_eq!(open(b"001", *b"71"), Err(KeyRefused::Usage));
    assert_eq!(open(b"70D", *b"71"), Ok(()));
    assert_eq!(open(b"70D", *b"72"), Err(KeyRefused::Usage));
    // 002 is the PVK's alone, unless the rules let it be shared.
    assert_eq!(open(b"002", *b"71"), Err(KeyRefused::KeyType));
    assert_eq!(open(b"003", *b"71"), Err(KeyRefused::KeyType));
}

#[test]
fn key_type_002_is_shared_only_by_rule() {
    let lmk = variant_lmk();
    let shared = KeyRules::LEGACY;
    let separate = KeyRules { separate_002: true, ..shared };
    let under_002 = field("U8463435FC4B4DAA0C49025272C29B12C");
    let open = |rules| Key::<Tpk>::open(&lmk, &under_002, Purpose::Decrypt, &rules).map(|_| ());
    assert_eq!(open(shared), Ok(()));
    assert_eq!(open(separate), Err(KeyRefused::Parity));
    let mut random = random();
    let wanted = payhsm_keys::NewKey::Variant(KeyType(*b"70D"), KeyScheme::U);
    let tpk = AnyKey::generate(wanted, &mut random, &separate).unwrap();
    let under_70d = tpk.seal_under(&lmk, KeyScheme::U, &mut random).unwrap();
    Key::<Tpk>::open(&lmk, &under_70d, Purpose::Decrypt, &separate).unwrap();
    let as_pvk = Key::<PvkPvv>::open(&lmk, &under_70d, Purpose::Verify, &separate);
    assert_eq!(as_pvk.unwrap_err(), KeyRefused::Parity);
}

#[test]
fn nothing_made_up_is_accepted() {
    let (lmk, mut random) = (aes_lmk(), random());
    let good = known(Says(*b"P0", b'T', b'B', b'E'), &unhex(TDES_KEY));
    let KeyField::Block(block) = &good else { panic!() };
    for _ in 0..100_000 {
        let mut made_up = block.clone();
        payhsm_keys::Random::fill(&mut random, &mut made_up.body).unwrap();
        let refused = open::<Zpk>(&lmk, &KeyField::Block(made_up), Purpose::Encrypt);
        assert_eq!(refused, Err(KeyRefused::Authentication));
    }
    let (header_bits, body_bits) = (128, body_bits(&good));
    for _ in 0..100_000 {
        let mut turned = good.clone();
        // One to three bits, in different bytes at least twice out of three times; never none at all.
        for _ in 0..=random.below(3) {
            let bit = random.below(header_bits + body_bits);
            turned = match bit.checked_sub(header_bits) {
                None => with_header_bit(&turned, bit),
                Some(bit) => with_body_bit(&turned, bit),
            };
        }
        if turned != good {
            let refused = open::<Zpk>(&lmk, &turned, Purpose::Encrypt);
            assert_eq!(refused, Err(KeyRefused::Authentication));
        }
    }
}

#[test]
fn every_refusal_of_a_key_is_one_code_unless_told_apart() {
    let of_a_key = [
        (KeyRefused::Scheme, "26"),
        (KeyRefused::Authentication, "A4"),
        (KeyRefused::Usage, "A6"),
        (KeyRefused::Algorithm, "A7"),
        (KeyRefused::ModeOfUse, "A8"),
        (KeyRefused::Length, "27"),
        (KeyRefused::Parity, "10"),
        (KeyRefused::Weak, "10"),
        (KeyRefused::EqualParts, "75"),
        (KeyRefused::KeyType, "28"),
    ];
    for (refused, code) in of_a_key {
        for position in [Position::Source, Position::Destination] {
            assert_eq!(refused.code(position, false), ErrorCode::KeyBlockAuthentication);
        }
        assert_eq!(refused.code(Position::Source, true).as_text(), code);
    }
    assert_eq!(KeyRefused::Parity.code(Position::Destination, true).as_text(), "11");
}
