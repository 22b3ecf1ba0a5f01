//! CVVs of more digits and dynamic CVV2s against the values of an independent reference.

#![cfg(test)]
#![expect(clippy::string_slice, reason = "digits are ASCII")]

mod common;
mod issuing_values;

use common::next_digit;
use issuing_values::{Others, array, bytes, digits, other_keys, text, vectors};
use payhsm_crypto::card::dcvv2::{HIGHEST_N, cvv7, hmac, time_n};
use payhsm_crypto::card::{CvvError, CvvInput, CvvKey};
use payhsm_crypto::mac::HmacSha256Key;

#[test]
fn cvvs_of_three_to_five_digits() {
    let all = vectors("cvv");
    assert_eq!(all.len(), 16);
    let mut others = Others::NONE;
    for vector in &all {
        let input = |pan: &str| {
            let expiry = array(text(vector, "expiry_yymm").as_bytes());
            let service_code = array(text(vector, "service_code").as_bytes());
            CvvInput::new(pan.as_bytes(), &expiry, &service_code).unwrap()
        };
        let (key, pan) = (bytes(vector, "cvk"), text(vector, "pan"));
        let code = |key: &[u8], pan: &str, digits| {
            CvvKey::new(key).unwrap().code(&input(pan), digits).unwrap()
        };
        let five = text(vector, "digits5");
        assert_eq!(digits(&code(&key, pan, 3)), text(vector, "digits3"));
        for length in 1..=5 {
            assert_eq!(digits(&code(&key, pan, length)), five[..length]);
        }
        for place in 0..pan.len() {
            others.count(&code(&key, &next_digit(pan, place), 5), five);
        }
        for key in other_keys(&key) {
            others.count(&code(&key, pan, 5), five);
        }
        let key = CvvKey::new(&key).unwrap();
        assert!(key.code(&input(pan), 0).is_err() && key.code(&input(pan), 6).is_err());
    }
    others.differ();
}

#[test]
fn a_code_is_itself_alone() {
    let input = CvvInput::new(b"4111111111111111", b"2912", b"101").unwrap();
    let key = CvvKey::new(&hex::decode("0123456789ABCDEFFEDCBA9876543210").unwrap()).unwrap();
    let code = key.code(&input, 3).unwrap();
    assert!(code.is(b"216"));
    for other in [&b"215"[..], b"226", b"316", b"21", b"2167", b"", b"0216"] {
        assert!(!code.is(other));
    }
    assert_eq!(format!("{code:?}"), "CardCode(..)");
}

#[test]
fn dynamic_values_by_the_algorithm_of_the_cvv() {
    let all = vectors("dcvv2_cvv7");
    assert_eq!(all.len(), 27);
    let mut others = Others::NONE;
    for vector in &all {
        let (key, pan) = (bytes(vector, "dcvk"), text(vector, "pan"));
        let n = u32::try_from(vector["n"].as_u64().unwrap()).unwrap();
        let code = |key: &[u8], pan: &str, n, digits| {
            cvv7(&CvvKey::new(key).unwrap(), pan.as_bytes(), n, digits).unwrap()
        };
        let four = text(vector, "digits4");
        assert_eq!(digits(&code(&key, pan, n, 3)), text(vector, "digits3"));
        assert_eq!(digits(&code(&key, pan, n, 4)), four);
        for place in 0..pan.len() {
            others.count(&code(&key, &next_digit(pan, place), n, 4), four);
        }
        for step in 1..50 {
            others.count(&code(&key, pan, (n + step) % HIGHEST_N, 4), four);
        }
        for key in other_keys(&key) {
            others.count(&code(&key, pan, n, 4), four);
        }
    }
    others.differ();
}

#[test]
fn what_is_no_input_of_a_dynamic_value() {
    let key = CvvKey::new(&[1; 16]).unwrap();
    let refused = |pan: &str, n, digits| {
        assert_eq!(cvv7(&key, pan.as_bytes(), n, digits).unwrap_err(), CvvError);
    };
    refused("4111111111111111", HIGHEST_N + 1, 3);
    refused("4111111111111111", u32::MAX, 3);
    refused("4111111111111111", 1, 2);
    refused("4111111111111111", 1, 5);
    refused("41111111111", 1, 3);
    refused("411111111111111A", 1, 3);
    let key = HmacSha256Key::new(&[1; 32]);
    let refused = |pan: &str, expiry: &str, sequence: &str, digits| {
        let (expiry, sequence) = (array(expiry.as_bytes()), array(sequence.as_bytes()));
        let made = hmac(&key, pan.as_bytes(), &expiry, &sequence, 1, digits);
        assert_eq!(made.unwrap_err(), CvvError);
    };
    refused("4111111111111111", "2912", "01", 2);
    refused("4111111111111111", "2912", "01", 5);
    refused("41111111111111112222", "2912", "01", 3);
    refused("4111111111111111", "29A2", "01", 3);
    refused("4111111111111111", "2912", "0 ", 3);
}

#[test]
fn the_number_of_a_time() {
    let time = 1_767_225_600;
    assert_eq!(time_n(time, 60), Some(3_156_480));
    assert_eq!(time_n(time + 59, 60), Some(3_156_480));
    assert_eq!(time_n(time + 60, 60), Some(3_156_481));
    assert_eq!(time_n(time - 1, 60), Some(3_156_479));
    assert_eq!(time_n(time, 3_600), Some(52_608));
    assert_eq!(time_n(1_577_836_800, 64_800), Some(0));
    assert_eq!(time_n(1_577_836_800 + 60 * 10_000_000, 60), Some(0));
    assert_eq!(time_n(1_577_836_800 + 60 * 10_000_000 - 1, 60), Some(HIGHEST_N));
    assert_eq!(time_n(1_577_836_799, 60), None);
    for step in [0, 59, 64_801] {
        assert_eq!(time_n(time, step), None);
    }
}

#[test]
fn dynamic_values_by_hmac() {
    let all = vectors("dcvv2_hmac");
    assert_eq!(all.len(), 4);
    let mut others = Others::NONE;
    for vector in &all {
        let expiry = array(text(vector, "expiry_yymm").as_bytes());
        let sequence = array(text(vector, "psn").as_bytes());
        let (key, pan) = (bytes(vector, "key"), text(vector, "pan"));
        let counter = vector["counter"].as_u64().unwrap();
        let code = |key: &[u8], pan: &str, counter, digits| {
            let key = HmacSha256Key::new(key);
            hmac(&key, pan.as_bytes(), &expiry, &sequence, counter, digits).unwrap()
        };
        let four = text(vector, "digits4");
        assert_eq!(digits(&code(&key, pan, counter, 3)), text(vector, "digits3"));
        assert_eq!(digits(&code(&key, pan, counter, 4)), four);
        for place in 0..pan.len() {
            others.count(&code(&key, &next_digit(pan, place), counter, 4), four);
        }
        for bit in 0..64 {
            others.count(&code(&key, pan, counter ^ (1 << bit), 4), four);
        }
        for key in other_keys(&key) {
            others.count(&code(&key, pan, counter, 4), four);
        }
        let hmac_key = HmacSha256Key::new(&key);
        let other = hmac(&hmac_key, pan.as_bytes(), b"2913", &sequence, counter, 4).unwrap();
        others.count(&other, four);
        let other = hmac(&hmac_key, pan.as_bytes(), &expiry, b"02", counter, 4).unwrap();
        others.count(&other, four);
    }
    others.differ();
}
