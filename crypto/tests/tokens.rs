//! Tokens and drawn card numbers against the values of an independent reference.

#![cfg(test)]
#![expect(
    clippy::string_slice,
    clippy::unwrap_in_result,
    reason = "tokens are ASCII, and a test stops where it fails"
)]

use payhsm_crypto::card::{CardRange, RangeError, check_digit, is_luhn};
use payhsm_crypto::fpe::Ff1Key;
use payhsm_crypto::token::{TokenError, TokenScheme};
use serde_json::Value;
use std::collections::HashSet;

fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/issuing.json", env!("CARGO_MANIFEST_DIR"));
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[name].as_array().unwrap().clone()
}

fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap()
}

fn key(vector: &Value) -> Ff1Key {
    Ff1Key::new(&hex::decode(text(vector, "key")).unwrap()).unwrap()
}

fn some_key() -> Ff1Key {
    Ff1Key::new(&[0x5A; 32]).unwrap()
}

type Made = Result<String, TokenError>;

fn encode(scheme: TokenScheme, key: &Ff1Key, domain: u16, pan: &str) -> Made {
    let mut made = pan.as_bytes().to_vec();
    let result = scheme.encode(key, domain, &mut made);
    let made = String::from_utf8(made).unwrap();
    assert!(result.is_ok() || made == pan, "changed and refused");
    result.map(|()| made)
}

fn decode(scheme: TokenScheme, key: &Ff1Key, domain: u16, token: &str) -> Made {
    let mut made = token.as_bytes().to_vec();
    let result = scheme.decode(key, domain, &mut made);
    let made = String::from_utf8(made).unwrap();
    assert!(result.is_ok() || made == token, "changed and refused");
    result.map(|()| made)
}

/// Every number of a scheme's length that differs in one digit and in the check digit.
fn neighbours(pan: &str) -> Vec<String> {
    let (digits, _) = pan.split_at(pan.len() - 1);
    let with = |place: usize| {
        let mut other = digits.as_bytes().to_vec();
        other[place] = b'0' + (other[place] - b'0' + 1) % 10;
        other.push(check_digit(&other));
        String::from_utf8(other).unwrap()
    };
    (0..digits.len()).map(with).collect()
}

fn check(scheme: TokenScheme, vector: &Value) {
    let domain = u16::try_from(vector["domain"].as_u64().unwrap()).unwrap();
    let (key, pan, token) = (key(vector), text(vector, "pan"), text(vector, "token"));
    assert_eq!(encode(scheme, &key, domain, pan).as_deref(), Ok(token));
    assert_eq!(decode(scheme, &key, domain, token).as_deref(), Ok(pan));
    // Nothing of it may be another.
    for bit in 0..256 {
        let mut other = hex::decode(text(vector, "key")).unwrap();
        other[bit / 8] ^= 1 << (bit % 8);
        let other = Ff1Key::new(&other).unwrap();
        assert_ne!(encode(scheme, &other, domain, pan).as_deref(), Ok(token));
        assert_ne!(decode(scheme, &other, domain, token).as_deref(), Ok(pan));
    }
    for bit in 0..16 {
        assert_ne!(encode(scheme, &key, domain ^ (1 << bit), pan).as_deref(), Ok(token));
        assert_ne!(decode(scheme, &key, domain ^ (1 << bit), token).as_deref(), Ok(pan));
    }
    for other in neighbours(pan) {
        assert_ne!(encode(scheme, &key, domain, &other).as_deref(), Ok(token));
    }
    for place in 0..token.len() {
        for step in 1..10 {
            let mut other = token.as_bytes().to_vec();
            // The next digit or letter.
            other[place] = match other[place] {
                digit @ b'0'..=b'9' => b'0' + (digit - b'0' + step) % 10,
                letter => b'A' + (letter - b'A' + step) % 26,
            };
            let other = String::from_utf8(other).unwrap();
            assert_ne!(decode(scheme, &key, domain, &other).as_deref(), Ok(pan));
        }
    }
}

#[test]
fn tokens_with_letters() {
    let all = vectors("pan_token_alnum");
    assert_eq!(all.len(), 13);
    for vector in &all {
        let scheme = match vector["keep_left"].as_u64() {
            Some(6) => TokenScheme::PtA6,
            Some(8) => TokenScheme::PtA8,
            other => panic!("{other:?}"),
        };
        check(scheme, vector);
    }
}

#[test]
fn tokens_of_digits() {
    let all = vectors("pan_token_num9");
    assert_eq!(all.len(), 12);
    all.iter().for_each(|vector| check(TokenScheme::Pt9, vector));
}

/// A number of that length, by its count.
fn pan(length: usize, count: u64) -> String {
    let mut digits = format!("4{:0width$}", count * 7_919, width = length - 2).into_bytes();
    digits.push(check_digit(&digits));
    String::from_utf8(digits).unwrap()
}

#[test]
fn there_and_back_for_every_length_and_no_two_alike() {
    let key = some_key();
    for scheme in [TokenScheme::PtA6, TokenScheme::PtA8, TokenScheme::Pt9] {
        for length in 13..=19 {
            let mut seen = HashSet::new();
            for count in 0..40 {
                let pan = pan(length, count);
                let token = encode(scheme, &key, 7, &pan);
                if !scheme.has_length(length) {
                    assert_eq!(token, Err(TokenError::Scheme), "{scheme:?} {length}");
                    assert_eq!(decode(scheme, &key, 7, &pan), Err(TokenError::Malformed));
                    continue;
                }
                let token = token.unwrap();
                assert_eq!(decode(scheme, &key, 7, &token).as_deref(), Ok(pan.as_str()));
                assert!(seen.insert(token.clone()) && token.len() == length);
                assert!(token.ends_with(&pan[length - 4..]));
                match scheme {
                    TokenScheme::PtA6 => assert!(token.starts_with(&pan[..6])),
                    TokenScheme::PtA8 => assert!(token.starts_with(&pan[..8])),
                    TokenScheme::Pt9 => assert!(token.starts_with('9')),
                }
                // It is told apart from a number.
                let digits = token.bytes().all(|byte| byte.is_ascii_digit());
                assert_eq!(digits, scheme == TokenScheme::Pt9);
            }
        }
    }
}

#[test]
fn numbers_that_are_none_have_no_token() {
    let key = some_key();
    for scheme in [TokenScheme::PtA6, TokenScheme::PtA8, TokenScheme::Pt9] {
        for bad in [
            "",
            "4111",
            "411111111111",
            "41111111111111111111",
            "4111111111111112",
            "411111111111111A",
            "411111111111111 ",
        ] {
            assert_eq!(encode(scheme, &key, 1, bad), Err(TokenError::Number), "{bad}");
        }
    }
}

#[test]
fn what_has_not_the_form_is_malformed() {
    let key = some_key();
    for (scheme, good) in [
        (TokenScheme::PtA6, "411111PJKSWE1111"),
        (TokenScheme::PtA8, "41111111OIPS1111"),
        (TokenScheme::Pt9, "9426967072581111"),
    ] {
        assert_ne!(decode(scheme, &key, 1, good), Err(TokenError::Malformed));
        let mut bad = vec![String::new(), good[1..].to_lowercase(), good.to_owned() + "0000"];
        for place in 0..good.len() {
            for character in [b'a', b' ', b'-', 0x80 & 0x7F] {
                let mut other = good.as_bytes().to_vec();
                other[place] = character;
                bad.push(String::from_utf8(other).unwrap());
            }
        }
        for bad in bad {
            assert_eq!(decode(scheme, &key, 1, &bad), Err(TokenError::Malformed), "{bad:?}");
        }
    }
    // A number is no token, and a token of one scheme none of the other.
    let pan = "4111111111111111";
    assert_eq!(decode(TokenScheme::PtA6, &key, 1, pan), Err(TokenError::Malformed));
    assert_eq!(decode(TokenScheme::Pt9, &key, 1, pan), Err(TokenError::Malformed));
    assert_eq!(decode(TokenScheme::Pt9, &key, 1, "411111PJKSWE1111"), Err(TokenError::Malformed));
    assert_eq!(decode(TokenScheme::PtA8, &key, 1, "411111PJ0SWE1111"), Err(TokenError::Malformed));
}

/// Of what somebody makes up, one in 15,700 is a token of a number: 10^6 of 26·36^5 stand for digits, and a tenth of those
/// has the right check digit.
#[test]
fn what_somebody_makes_up_is_refused() {
    let key = some_key();
    let mut state = 1u64;
    let mut accepted = 0;
    for _ in 0..30_000 {
        let mut token = *b"411111XXXXXX1111";
        for (place, count) in (6..12).zip([26u64, 36, 36, 36, 36, 36]) {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let value =
                u8::try_from((state >> 33) % count).unwrap() + if place == 6 { 10 } else { 0 };
            token[place] = if value < 10 { b'0' + value } else { b'A' + value - 10 };
        }
        let token = String::from_utf8(token.to_vec()).unwrap();
        match decode(TokenScheme::PtA6, &key, 1, &token) {
            Ok(pan) => {
                assert_eq!(encode(TokenScheme::PtA6, &key, 1, &pan).as_deref(), Ok(token.as_str()));
                accepted += 1;
            }
            Err(refused) => assert_eq!(refused, TokenError::Invalid),
        }
    }
    assert!(accepted < 12, "{accepted}");
}

fn drawn(range: &CardRange, key: &Ff1Key, counter: u64) -> Result<String, RangeError> {
    let mut made = vec![0; range.length()];
    range.card_number(key, counter, &mut made)?;
    Ok(String::from_utf8(made).unwrap())
}

#[test]
fn drawn_numbers() {
    let all = vectors("pan_issue");
    assert_eq!(all.len(), 12);
    for vector in &all {
        let (prefix, pan) = (text(vector, "bin").as_bytes(), text(vector, "pan"));
        let length = usize::try_from(vector["len"].as_u64().unwrap()).unwrap();
        let counter = vector["counter"].as_u64().unwrap();
        let range = CardRange::new(prefix, length).unwrap();
        assert_eq!(drawn(&range, &key(vector), counter).as_deref(), Ok(pan));
        assert!(is_luhn(pan.as_bytes()));
        for bit in 0..256 {
            let mut other = hex::decode(text(vector, "key")).unwrap();
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(drawn(&range, &Ff1Key::new(&other).unwrap(), counter).as_deref(), Ok(pan));
        }
        for bit in 0..16 {
            assert_ne!(drawn(&range, &key(vector), counter ^ (1 << bit)).as_deref(), Ok(pan));
        }
        // A longer prefix of the number is another range.
        let other = CardRange::new(&pan.as_bytes()[..prefix.len() + 1], length);
        if let Ok(other) = other {
            assert_ne!(drawn(&other, &key(vector), counter).as_deref(), Ok(pan));
        }
    }
}

#[test]
fn a_range_ends_and_no_two_of_it_are_alike() {
    let key = some_key();
    let range = CardRange::new(b"411111222", 16).unwrap();
    assert_eq!((range.capacity(), range.length()), (1_000_000, 16));
    let mut seen = HashSet::new();
    for counter in (0..1_000).chain(999_000..1_000_000) {
        let pan = drawn(&range, &key, counter).unwrap();
        assert!(pan.starts_with("411111222") && is_luhn(pan.as_bytes()));
        assert!(seen.insert(pan));
    }
    for counter in [1_000_000, u64::MAX] {
        assert_eq!(drawn(&range, &key, counter), Err(RangeError::Exhausted));
    }
    assert_eq!(range.card_number(&key, 0, &mut [0; 15]), Err(RangeError::Range));
    assert_eq!(CardRange::new(b"411111", 19).unwrap().capacity(), 1_000_000_000_000);
    for (prefix, length) in [
        ("411111", 12),
        ("411111", 20),
        ("41111", 16),
        ("4111111111", 16),
        ("41111A", 16),
        ("", 16),
        ("4111111111111", 19),
    ] {
        assert_eq!(CardRange::new(prefix.as_bytes(), length), Err(RangeError::Range), "{prefix}");
    }
}
