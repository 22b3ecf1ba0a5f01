//! Published values, and what is refused. Whether ring takes a signature is looked at in `keys/tests/audit_keys.rs`.

use super::*;
use crate::random::{RandomFailed, SystemRandom};
use payhsm_protocol::field::LmkId;

/// RFC 8032, 7.1, test 1: the signature is over the empty message.
const SEED_1: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const PUBLIC_1: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const SIGNATURE_1: &str = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9\
                           b46bd25bf5f0595bbe24655141438e7a100b";

/// HMAC-SHA-256 by another implementation, under the key 20 21 … 3F over the purpose and these digits.
const ACCOUNT: &[u8; 12] = b"123456789012";
const FINGERPRINT_1: &str = "9039eca7c25c57eb9a2573ab521a31f5";

fn bytes() -> Vec<u8> {
    let mut bytes = hex::decode(SEED_1).unwrap();
    bytes.extend(32..64);
    bytes
}

fn keys(bytes: &[u8]) -> AuditKeys {
    AuditKeys::take(arena().unwrap().copy_of(bytes).unwrap()).unwrap()
}

fn lmk() -> Lmk {
    Lmk::public_test_aes_key_block(LmkId(2)).unwrap()
}

#[test]
fn published_values_of_the_signing_key() {
    let keys = keys(&bytes());
    assert_eq!(hex::encode(keys.public_key()), PUBLIC_1);
    assert_eq!(hex::encode(keys.sign(b"").unwrap()), SIGNATURE_1);
    assert_ne!(hex::encode(keys.sign(b"\0").unwrap()), SIGNATURE_1);
}

#[test]
fn the_fingerprint_that_others_compute_too() {
    assert_eq!(hex::encode(keys(&bytes()).fingerprint(ACCOUNT)), FINGERPRINT_1);
    assert_ne!(hex::encode(keys(&bytes()).fingerprint(b"123456789013")), FINGERPRINT_1);
}

/// HMAC-SHA-256 by another implementation, as above, over what was drawn and a record.
const RECORD: &str = "00000007084012221126434100003030";
const RECORD_MAC: &str = "1e13f9fb67df7a8b";

#[test]
fn the_mac_of_a_record_that_others_compute_too() {
    let keys = keys(&bytes());
    let record: [u8; 16] = hex::decode(RECORD).unwrap().try_into().unwrap();
    let drawn = 0x0102_0304_0506_0708_090A_0B0C_0D0E_0F10_u128.to_be_bytes();
    let mac = keys.record_mac(&drawn, &record);
    assert_eq!(hex::encode(mac), RECORD_MAC);
    assert!(keys.is_record_mac(&drawn, &record, &mac));
    for bit in 0..128 {
        let flipped = |mut bytes: [u8; 16]| {
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        assert!(!keys.is_record_mac(&flipped(drawn), &record, &mac), "bit {bit}");
        assert!(!keys.is_record_mac(&drawn, &flipped(record), &mac), "bit {bit}");
        if bit < 64 {
            let mut wrong = mac;
            wrong[bit / 8] ^= 1 << (bit % 8);
            assert!(!keys.is_record_mac(&drawn, &record, &wrong), "bit {bit}");
        }
    }
    // The key counts: another signing key leaves it, another appliance has its own.
    let random = &mut SystemRandom::new();
    let rotated = keys.with_new_signing_key(random).unwrap();
    assert!(rotated.is_record_mac(&drawn, &record, &mac));
    assert!(!AuditKeys::generate(random).unwrap().is_record_mac(&drawn, &record, &mac));
}

#[test]
fn every_bit_of_the_secret_counts_for_its_own_key_alone() {
    for bit in 0..8 * SECRET {
        let mut changed = bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        let keys = keys(&changed);
        let of_seed = bit < 8 * SEED;
        assert_eq!(hex::encode(keys.public_key()) != PUBLIC_1, of_seed, "bit {bit}");
        let fingerprint = hex::encode(keys.fingerprint(ACCOUNT));
        assert_eq!(fingerprint == FINGERPRINT_1, of_seed, "bit {bit}");
    }
}

#[test]
fn sealed_keys_open_under_their_lmk_and_with_a_changed_bit_under_none() {
    let random = &mut SystemRandom::new();
    let sealed = keys(&bytes()).seal(&lmk(), random).unwrap();
    assert_eq!(sealed.len(), 1 + NONCE + SECRET + TAG);
    assert!(bytes().windows(8).all(|part| !sealed.windows(8).any(|other| other == part)));
    let opened = AuditKeys::open(&lmk(), &sealed).unwrap();
    assert_eq!(*opened.secret, *bytes());
    assert_ne!(keys(&bytes()).seal(&lmk(), random).unwrap(), sealed, "a nonce twice");
    let refused = |lmk: &Lmk, sealed: &[u8]| AuditKeys::open(lmk, sealed).unwrap_err();
    for bit in 0..8 * sealed.len() {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(refused(&lmk(), &changed), KeyRefused::Authentication, "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert_eq!(refused(&lmk(), &sealed[..length]), KeyRefused::Authentication);
    }
    let longer = [sealed.as_slice(), &[0]].concat();
    assert_eq!(refused(&lmk(), &longer), KeyRefused::Authentication);
    let other = Lmk::generate_aes(LmkId(2), random).unwrap();
    assert_eq!(refused(&other, &sealed), KeyRefused::Authentication);
    for lmk in [Lmk::public_test_variant, Lmk::public_test_tdes_key_block] {
        assert_eq!(refused(&lmk(LmkId(2)).unwrap(), &sealed), KeyRefused::Scheme);
    }
}

#[test]
fn the_text_of_a_record_is_its_version_and_64_bytes() {
    let text = keys(&bytes()).to_text().unwrap();
    assert_eq!(*text, *[&[1], &*bytes()].concat());
    assert_eq!(*AuditKeys::from_text(&text).unwrap().secret, *bytes());
    for (wrong, refused) in [
        ([&[2], &*bytes()].concat(), KeyRefused::VersionNumber),
        ([&[1], &*bytes(), &[0]].concat(), KeyRefused::Length),
        (vec![1; 64], KeyRefused::Length),
        (Vec::new(), KeyRefused::VersionNumber),
    ] {
        let wrong = arena().unwrap().copy_of(&wrong).unwrap();
        assert_eq!(AuditKeys::from_text(&wrong).unwrap_err(), refused);
    }
}

#[test]
fn without_randomness_there_are_no_keys() {
    struct None;
    impl Random for None {
        fn fill(&mut self, _: &mut [u8]) -> Result<(), RandomFailed> {
            Err(RandomFailed)
        }
    }
    let keys = keys(&bytes());
    assert_eq!(AuditKeys::generate(&mut None).unwrap_err(), KeyRefused::Internal);
    assert_eq!(keys.with_new_signing_key(&mut None).unwrap_err(), KeyRefused::Internal);
    assert_eq!(keys.seal(&lmk(), &mut None).unwrap_err(), KeyRefused::Internal);
}

#[test]
fn they_print_nothing() {
    assert_eq!(format!("{:?}", keys(&bytes())), "AuditKeys(…)");
}
