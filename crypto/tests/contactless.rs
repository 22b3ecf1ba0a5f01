//! What contactless cards compute, against published values.

#![cfg(test)]

mod common;

use common::next_digit;
use payhsm_crypto::card::{CardCode, CardKey, CardKeyOption, CvvError};
use serde_json::Value;

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/issuing.json", env!("CARGO_MANIFEST_DIR"));
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[name].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("no {name} in {vector}"))
}

fn bytes(vector: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(vector, name)).unwrap()
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap()
}

fn digits(code: &CardCode) -> String {
    String::from_utf8(code.digits().to_vec()).unwrap()
}

/// Holds a value to being another one for most changes of what it is made of: one in 10^digits is the same by chance.
struct Others {
    same: u32,
    all: u32,
}

impl Others {
    const NONE: Self = Self { same: 0, all: 0 };

    fn count(&mut self, code: &CardCode, published: &str) {
        self.all += 1;
        self.same += u32::from(digits(code) == published);
    }

    fn differ(self) {
        assert!(self.all > 0 && self.same * 100 <= self.all + 99, "{} of {}", self.same, self.all);
    }
}

/// Every key that differs in a bit that counts; the lowest bit of a byte is parity.
fn other_keys(key: &[u8]) -> Vec<Vec<u8>> {
    let bits = (0..8 * key.len()).filter(|bit| bit % 8 != 0);
    let with = |bit: usize| {
        let mut other = key.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        other
    };
    bits.map(with).collect()
}

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
