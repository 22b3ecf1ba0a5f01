//! Values of another implementation, every bit that may not be another, and who may derive them.

use super::*;
use crate::random::RandomFailed;
use payhsm_protocol::field::LmkId;
use std::collections::HashSet;

/// The bytes A0, A1, …
struct Counted;

impl Random for Counted {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), RandomFailed> {
        (0xA0..).zip(bytes).for_each(|(value, byte)| *byte = value);
        Ok(())
    }
}

struct Broken;

impl Random for Broken {
    fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomFailed> {
        Err(RandomFailed)
    }
}

fn keys_of(secret: &[u8]) -> StateKeys {
    StateKeys::take(arena().unwrap().copy_of(secret).unwrap()).unwrap()
}

fn secret() -> Vec<u8> {
    (0..64).collect()
}

const KIND: u8 = 3;
const PARTS: [&[u8]; 2] = [b"4111111111111111", b"998"];
const ROW: &[u8] = b"a row of state";

/// Under the keys 00 01 … 3F, by another implementation.
const ID: &str = "63a5d126dfd80f4ad11399ac562af50b";
const SEALED: &str =
    "a0a1a2a3a4a5a6a7a8a9aaabe14b0aa650a711c2f3589b3ca6899ff2f57d316bef5c3760c5f83e3a246b";
/// Of the same parts, with the keys of the AES test LMK.
const ID_OF_TEST_LMK: &str = "8486aca29ccc5d0b6dd4b682612f1091";

fn id() -> [u8; 16] {
    hex::decode(ID).unwrap().try_into().unwrap()
}

#[test]
fn ids_and_rows_that_others_compute_too() {
    let keys = keys_of(&secret());
    assert_eq!(keys.row_id(KIND, &PARTS).unwrap(), id());
    let sealed = keys.seal(KIND, &id(), ROW, &mut Counted).unwrap();
    assert_eq!(hex::encode(&sealed), SEALED);
    assert_eq!(sealed.len(), ROW.len() + StateKeys::OVERHEAD);
    assert_eq!(*keys.open(KIND, &id(), &sealed).unwrap(), ROW);
}

#[test]
fn a_changed_bit_opens_nothing() {
    let keys = keys_of(&secret());
    let sealed = hex::decode(SEALED).unwrap();
    let refused = |keys: &StateKeys, kind, id: &[u8; 16], sealed: &[u8]| {
        assert_eq!(keys.open(kind, id, sealed).unwrap_err(), KeyRefused::Authentication);
    };
    for bit in 0..8 * sealed.len() {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        refused(&keys, KIND, &id(), &changed);
    }
    for bit in 0..128 {
        let mut other = id();
        other[bit / 8] ^= 1 << (bit % 8);
        refused(&keys, KIND, &other, &sealed);
    }
    for bit in 0..8 {
        refused(&keys, KIND ^ (1 << bit), &id(), &sealed);
    }
    for length in 0..sealed.len() {
        refused(&keys, KIND, &id(), &sealed[..length]);
    }
    for bit in 256..512 {
        let mut other = secret();
        other[bit / 8] ^= 1 << (bit % 8);
        refused(&keys_of(&other), KIND, &id(), &sealed);
    }
}

#[test]
fn an_id_is_of_every_bit_of_what_it_names_and_of_the_key() {
    let keys = keys_of(&secret());
    let mut seen = HashSet::from([id()]);
    for kind in (0..=255).filter(|kind| *kind != KIND) {
        assert!(seen.insert(keys.row_id(kind, &PARTS).unwrap()));
    }
    for bit in 0..8 * 16 {
        let mut pan = PARTS[0].to_vec();
        pan[bit / 8] ^= 1 << (bit % 8);
        assert!(seen.insert(keys.row_id(KIND, &[&pan, PARTS[1]]).unwrap()));
    }
    for bit in 0..256 {
        let mut other = secret();
        other[bit / 8] ^= 1 << (bit % 8);
        assert!(seen.insert(keys_of(&other).row_id(KIND, &PARTS).unwrap()));
    }
    // Where a part ends counts, and so does a part of nothing.
    for parts in [
        &[b"41111111111111119".as_slice(), b"98"] as &[&[u8]],
        &[b"4111111111111111998"],
        &[b"4111111111111111", b"998", b""],
        &[],
    ] {
        assert!(seen.insert(keys.row_id(KIND, parts).unwrap()));
    }
}

#[test]
fn every_row_is_sealed_with_a_nonce_of_its_own() {
    let (keys, random) = (keys_of(&secret()), &mut crate::SystemRandom::new());
    let seal = |random: &mut crate::SystemRandom| keys.seal(KIND, &id(), b"", random).unwrap();
    let (first, second) = (seal(random), seal(random));
    assert_ne!(first, second);
    assert!(keys.open(KIND, &id(), &first).unwrap().is_empty());
    assert!(keys.open(KIND, &id(), &second).unwrap().is_empty());
}

#[test]
fn without_randomness_nothing_is_made_or_sealed() {
    assert_eq!(StateKeys::generate(&mut Broken).unwrap_err(), KeyRefused::Internal);
    let keys = keys_of(&secret());
    assert_eq!(keys.seal(KIND, &id(), ROW, &mut Broken).unwrap_err(), KeyRefused::Internal);
}

#[test]
fn a_record_holds_them_and_an_unknown_version_does_not() {
    let text = keys_of(&secret()).to_text().unwrap();
    assert_eq!(*text, [&[1], secret().as_slice()].concat());
    assert_eq!(StateKeys::from_text(&text).unwrap().row_id(KIND, &PARTS).unwrap(), id());
    let of = |bytes: &[u8]| StateKeys::from_text(&arena().unwrap().copy_of(bytes).unwrap());
    let mut other = text.to_vec();
    other[0] = 2;
    assert_eq!(of(&other).unwrap_err(), KeyRefused::VersionNumber);
    assert_eq!(of(&text[..64]).unwrap_err(), KeyRefused::Length);
}

#[test]
fn test_lmks_alone_have_derived_ones() {
    let at = LmkId(0);
    let id = |lmk: &Lmk| StateKeys::of_test_lmk(lmk).unwrap().row_id(KIND, &PARTS).unwrap();
    let aes = Lmk::public_test_aes_key_block(at).unwrap();
    assert_eq!(hex::encode(id(&aes)), ID_OF_TEST_LMK);
    // The id of an LMK is not a part of it.
    assert_eq!(id(&Lmk::public_test_aes_key_block(LmkId(9)).unwrap()), id(&aes));
    let tdes = Lmk::public_test_tdes_key_block(at).unwrap();
    let variant = Lmk::public_test_variant(at).unwrap();
    assert_eq!(HashSet::from([id(&aes), id(&tdes), id(&variant)]).len(), 3);
    let live = Lmk::generate_aes(at, &mut Counted).unwrap();
    assert_eq!(StateKeys::of_test_lmk(&live).unwrap_err(), KeyRefused::Scheme);
}

#[test]
fn they_say_nothing_of_themselves() {
    assert_eq!(format!("{:?}", keys_of(&secret())), "StateKeys(…)");
}
