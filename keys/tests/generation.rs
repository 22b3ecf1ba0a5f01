//! New keys, and that none of them can be seen.

#![cfg(test)]

mod common;

use common::*;
use payhsm_keys::exchange::Import;
use payhsm_keys::usage::Zpk;
use payhsm_keys::{
    AnyKey, Key, KeyRefused, KeyRules, Lmk, LmkSet, NewKey, Pin, Random, RandomFailed, SystemRandom,
};
use payhsm_protocol::field::{Exportability, KeyAttributes, KeyScheme, KeyType, LmkId};

fn attributes(usage: &[u8; 2], algorithm: &[u8; 2], mode_of_use: u8) -> KeyAttributes {
    KeyAttributes {
        usage: *usage,
        algorithm: Some(*algorithm),
        mode_of_use,
        version: *b"00",
        exportability: Exportability::Trusted,
        optional_blocks: Vec::new(),
    }
}

/// Gives what it was told to, piece by piece.
struct Scripted(Vec<Vec<u8>>);

impl Random for Scripted {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        if self.0.is_empty() {
            return Err(RandomFailed);
        }
        bytes.copy_from_slice(&self.0.remove(0));
        Ok(())
    }
}

#[test]
fn a_new_tdes_key_has_odd_parity_and_no_weak_or_equal_parts() {
    let weak = unhex("000000000000000049EFAD4AFEFDDC79");
    let equal = unhex("98519E45CBB9291F99509F44CAB8281E");
    let even = unhex("98519E45CBB9291E49EFAD4AFEFDDC78");
    let mut random = Scripted(vec![weak, equal, even]);
    let wanted = attributes(b"P0", b"T2", b'B');
    let key = AnyKey::generate(NewKey::Block(&wanted), &mut random, &KeyRules::PRODUCTION).unwrap();
    assert_eq!(clear(&key), unhex(TDES_KEY));
    let none = AnyKey::generate(NewKey::Block(&wanted), &mut random, &KeyRules::PRODUCTION);
    assert_eq!(none.unwrap_err(), KeyRefused::Internal);
    let stuck = AnyKey::generate(
        NewKey::Block(&wanted),
        &mut Scripted(vec![vec![0; 16]; 99]),
        &KeyRules::PRODUCTION,
    );
    assert_eq!(stuck.unwrap_err(), KeyRefused::Internal);
}

#[test]
fn attributes_have_to_go_together() {
    let make = |usage, algorithm, mode| {
        let wanted = attributes(usage, algorithm, mode);
        AnyKey::generate(NewKey::Block(&wanted), &mut random(), &KeyRules::PRODUCTION)
            .map(|key| key.length())
    };
    assert_eq!(make(b"P0", b"T3", b'B'), Ok(24));
    assert_eq!(make(b"M6", b"A3", b'C'), Ok(32));
    assert_eq!(make(b"B0", b"A1", b'N'), Ok(16));
    assert_eq!(make(b"P0", b"D1", b'B'), Err(KeyRefused::Length));
    assert_eq!(make(b"P0", b"T4", b'B'), Err(KeyRefused::Algorithm));
    assert_eq!(make(b"V1", b"A1", b'C'), Err(KeyRefused::Algorithm));
    assert_eq!(make(b"P0", b"T2", b'G'), Err(KeyRefused::ModeOfUse));
    assert_eq!(make(b"M3", b"T2", b'B'), Err(KeyRefused::ModeOfUse));
    assert_eq!(make(b"ZZ", b"T2", b'N'), Err(KeyRefused::Usage));
    let variant = NewKey::Variant(KeyType(*b"001"), KeyScheme::U);
    let strict = AnyKey::generate(variant, &mut random(), &KeyRules::PRODUCTION);
    assert_eq!(strict.unwrap_err(), KeyRefused::Scheme);
    let unknown = NewKey::Variant(KeyType(*b"999"), KeyScheme::U);
    let unknown = AnyKey::generate(unknown, &mut random(), &KeyRules::LEGACY);
    assert_eq!(unknown.unwrap_err(), KeyRefused::KeyType);
}

#[test]
fn keys_migrate_from_the_variant_lmk_into_blocks() {
    let field = field("U61F612B4FD859AA204D0D2414F18C29F");
    let rules = KeyRules::LEGACY;
    let key = || AnyKey::open(&variant_lmk(), &field, Some(KeyType(*b"001")), &rules).unwrap();
    assert_eq!(key().bind(&attributes(b"D0", b"T2", b'B'), &rules).unwrap_err(), KeyRefused::Usage);
    let bound = key().bind(&attributes(b"72", b"T2", b'B'), &rules).unwrap();
    let block = bound.seal_under(&aes_lmk(), KeyScheme::Thales, &mut random()).unwrap();
    let purpose = payhsm_keys::Purpose::EncryptAndDecrypt;
    Key::<Zpk>::open(&aes_lmk(), &block, purpose, &KeyRules::PRODUCTION).unwrap();
    let again = bound.bind(&attributes(b"72", b"T2", b'B'), &rules);
    assert_eq!(again.unwrap_err(), KeyRefused::Widened);
    assert_eq!(
        key().seal_under(&aes_lmk(), KeyScheme::Thales, &mut random()).unwrap_err(),
        KeyRefused::Scheme
    );
}

#[test]
fn the_system_gives_different_bytes() {
    let (mut one, mut two) = ([0; 32], [0; 32]);
    let mut random = SystemRandom::new();
    random.fill(&mut one).unwrap();
    random.fill(&mut two).unwrap();
    assert_ne!(one, two);
}

#[test]
fn lmks_are_found_by_id() {
    let mut set = LmkSet::new(aes_lmk());
    set.insert(tdes_lmk());
    assert_eq!(set.select(None).unwrap().id(), LmkId(0));
    assert_eq!(set.select(Some(LmkId(1))).unwrap().id(), LmkId(1));
    assert_eq!(set.select(Some(LmkId(7))).unwrap_err(), KeyRefused::LmkId);
    set.insert(Lmk::generate_aes(LmkId(0), &mut random()).unwrap());
    assert!(!set.default_lmk().is_test());
    assert_eq!(set.iter().count(), 2);
    assert_eq!(Lmk::aes_from_bytes(LmkId(0), &[0x11; 32]).unwrap_err(), KeyRefused::Weak);
}

#[test]
fn nothing_secret_is_printed() {
    let secret = unhex(TDES_KEY);
    let block = known(Says(*b"P0", b'T', b'B', b'S'), &secret);
    let key = || AnyKey::open(&aes_lmk(), &block, None, &KeyRules::PRODUCTION).unwrap();
    let zpk: Key<Zpk> = known_key(Says(*b"P0", b'T', b'B', b'N'), TDES_KEY);
    let zmk = known_zmk(b'A', AES_KEY);
    let under = "X".to_owned() + "C9A62E96ADFB52A7815BE8D7E730B24E";
    let import = Import::KeyType(KeyType(*b"001"));
    let tdes_zmk = known_zmk(b'T', "B308CBAD0D2ABA0BEC1901C20207D32C");
    let imported = tdes_zmk.import(&field(&under), &import, &KeyRules::LEGACY).unwrap();
    let lmk = Lmk::aes_from_bytes(LmkId(3), unhex(AES_KEY).as_slice().try_into().unwrap()).unwrap();
    let printed = [
        format!("{:?} {:#?}", key(), key()),
        format!("{zpk:?} {zpk:#?}"),
        format!("{zmk:?}"),
        format!("{imported:?}"),
        format!("{lmk:?} {:?}", LmkSet::new(aes_lmk())),
        format!("{:?} {:?}", variant_lmk(), tdes_lmk()),
        format!("{:?}", Pin::from_digits(b"7391").unwrap()),
    ];
    let secrets = [
        TDES_KEY,
        AES_KEY,
        AES_LMK,
        TDES_LMK,
        "ADD3B5C7B576D3AE38B90B7C0EB67A7C",
        "37333931",
        "2020202020202020",
    ];
    for line in printed {
        let digits: String = line.chars().filter(char::is_ascii_hexdigit).collect();
        for secret in secrets {
            let bytes = unhex(secret);
            for piece in bytes.windows(3) {
                assert!(
                    !line.contains(&format!("{}, {}, {}", piece[0], piece[1], piece[2])),
                    "{line}"
                );
                let hex = hex::encode(piece);
                assert!(!digits.to_lowercase().contains(&hex), "{line}");
            }
        }
        assert!(!line.contains("7391") && line.len() < 400, "{line}");
    }
}
