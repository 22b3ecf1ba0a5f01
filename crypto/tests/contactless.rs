//! What contactless cards compute, against published values.

#![cfg(test)]

mod common;
mod issuing_values;

use common::next_digit;
use issuing_values::{Others, array, bytes, digits, other_keys, text, vectors};
use payhsm_crypto::card::{CardKey, CardKeyOption, CvvError};
use serde_json::Value;

fn option(vector: &Value, name: &str) -> CardKeyOption {
    match text(vector, name) {
        "A" => CardKeyOption::A,
        "B" => CardKeyOption::B,
        other => panic!("{other}"),
    }
}

/// Those of issuing.json, and those that card_verification.json publishes besides.
fn contactless(name: &str, op: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/card_verification.json", env!("CARGO_MANIFEST_DIR"));
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let published = all.as_array().unwrap().iter().filter(|case| case["inputs"]["op"] == op);
    let published = published.map(|case| {
        let mut vector = case["inputs"].clone();
        for (name, value) in case["expected"].as_object().unwrap() {
            vector[name] = value.clone();
        }
        vector["option"] = vector["mk_option"].clone();
        vector
    });
    vectors(name).into_iter().chain(published).collect()
}

#[test]
fn contactless_values_of_visa() {
    let all = contactless("visa_contactless_dcvv", "generate_dcvv");
    assert_eq!(all.len(), 9);
    let mut others = Others::NONE;
    for vector in &all {
        let code = |master: &[u8], pan: &str, counter: [u8; 2]| {
            let option = option(vector, "option");
            let key = CardKey::derive(master, option, pan.as_bytes(), b"00").unwrap();
            let expiry = array(text(vector, "expiry").as_bytes());
            let service_code = array(text(vector, "service_code").as_bytes());
            key.dcvv(pan.as_bytes(), &expiry, &service_code, counter).unwrap()
        };
        let (master, pan) = (bytes(vector, "imk"), text(vector, "pan"));
        let counter: [u8; 2] = array(&bytes(vector, "atc"));
        let published = text(vector, "dcvv");
        assert_eq!(digits(&code(&master, pan, counter)), published, "{vector}");
        for place in 0..pan.len() {
            // The first digits make the key alone, and with option A not even that.
            others.count(&code(&master, &next_digit(pan, place), counter), published);
        }
        for bit in 0..16 {
            let other = (u16::from_be_bytes(counter) ^ (1 << bit)).to_be_bytes();
            others.count(&code(&master, pan, other), published);
        }
        for master in other_keys(&master) {
            others.count(&code(&master, pan, counter), published);
        }
    }
    others.differ();
}

#[test]
fn cvc3s_of_mastercard() {
    let all = contactless("mastercard_cvc3", "generate_cvc3");
    assert_eq!(all.len(), 5);
    let mut others = Others::NONE;
    for vector in &all {
        let (pan, sequence) = (text(vector, "pan"), array(text(vector, "psn").as_bytes()));
        let given = |names: [&str; 2]| {
            let name = names.into_iter().find(|name| vector.get(name).is_some());
            name.map(|name| bytes(vector, name))
        };
        let key = |master: &[u8], pan: &str| {
            CardKey::derive(master, option(vector, "option"), pan.as_bytes(), &sequence).unwrap()
        };
        let code = |key: &CardKey, unpredictable: [u8; 4], counter: [u8; 2]| {
            let iv = match given(["track2", "track_data"]) {
                Some(track) => key.iv_cvc3(&track).unwrap(),
                None => array(&bytes(vector, "ivcvc3")),
            };
            key.cvc3(iv, unpredictable, counter, 5).unwrap()
        };
        let unpredictable = array(&given(["un", "unpredictable_number"]).unwrap());
        let counter = array(&bytes(vector, "atc"));
        let published = vector.get("cvc3_5").or_else(|| vector.get("cvc3")).unwrap();
        let published = published.as_str().unwrap();
        let master = bytes(vector, "imk");
        let five = digits(&code(&key(&master, pan), unpredictable, counter));
        assert!(five.ends_with(published), "{vector}");
        let other = key(&master, &next_digit(pan, 15));
        others.count(&code(&other, unpredictable, counter), &five);
        for bit in 0..32 {
            let other = (u32::from_be_bytes(unpredictable) ^ (1 << bit)).to_be_bytes();
            others.count(&code(&key(&master, pan), other, counter), &five);
        }
        for bit in 0..16 {
            let other = (u16::from_be_bytes(counter) ^ (1 << bit)).to_be_bytes();
            others.count(&code(&key(&master, pan), unpredictable, other), &five);
        }
        for master in other_keys(&master) {
            others.count(&code(&key(&master, pan), unpredictable, counter), &five);
        }
        if let Some(mut track) = given(["track2", "track_data"]) {
            let key = key(&master, pan);
            let iv = key.iv_cvc3(&track).unwrap();
            for bit in 0..8 * track.len() {
                track[bit / 8] ^= 1 << (bit % 8);
                assert_ne!(key.iv_cvc3(&track).unwrap(), iv);
                track[bit / 8] ^= 1 << (bit % 8);
            }
        }
        let made = key(&master, pan);
        for wrong in [2, 6] {
            assert!(made.cvc3([0; 2], unpredictable, counter, wrong).is_err());
        }
        let three = made.cvc3([0; 2], unpredictable, counter, 3).unwrap();
        let whole = made.cvc3([0; 2], unpredictable, counter, 5).unwrap();
        assert!(whole.digits().ends_with(three.digits()) && three.digits().len() == 3);
    }
    others.differ();
}

#[test]
fn keys_of_cards_that_cannot_be_derived() {
    let derive = |master: &[u8], pan: &[u8], sequence| {
        CardKey::derive(master, CardKeyOption::B, pan, sequence).map(|_| ())
    };
    let (master, pan) = (&[1; 16][..], &b"4111111111111111"[..]);
    assert_eq!(derive(master, pan, b"00"), Ok(()));
    for length in [0, 8, 15, 24, 32] {
        assert_eq!(derive(&vec![1; length], pan, b"00"), Err(CvvError));
    }
    assert_eq!(derive(master, b"41111111111", b"00"), Err(CvvError));
    assert_eq!(derive(master, b"411111111111111A", b"00"), Err(CvvError));
    assert_eq!(derive(master, pan, b"0A"), Err(CvvError));
    let key = CardKey::derive(master, CardKeyOption::A, pan, b"00").unwrap();
    assert_eq!(format!("{key:?}"), "CardKey(..)");
}
