//! FF1 against published values and another implementation.

#![cfg(test)]

use aes::{Aes128, Aes192, Aes256};
use fpe::ff1::{FF1, FlexibleNumeralString};
use payhsm_crypto::fpe::{Domain, Ff1Key, FpeError, LONGEST_TWEAK};
use proptest::prelude::*;
use serde_json::Value;

const NUMERALS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn read(file: &str) -> Value {
    let path = format!("{}/tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Encrypt,
    Decrypt,
}

fn ours(way: Way, key: &[u8], radix: u8, tweak: &[u8], text: &[u8]) -> Result<Vec<u8>, FpeError> {
    let (key, domain) = (Ff1Key::new(key)?, Domain::new(radix, text.len())?);
    let mut text = text.to_vec();
    match way {
        Way::Encrypt => key.encrypt(&domain, tweak, &mut text),
        Way::Decrypt => key.decrypt(&domain, tweak, &mut text),
    }?;
    Ok(text)
}

/// NIST's samples: both ways, and every bit of key and tweak and every numeral of the text changed.
#[test]
fn samples_of_nist() {
    let vectors = read("issuing")["ff1"].as_array().unwrap().clone();
    assert_eq!(vectors.len(), 9);
    for vector in vectors {
        let (key, tweak) = (bytes(&vector["key"]), bytes(&vector["tweak"]));
        let radix = u8::try_from(vector["radix"].as_u64().unwrap()).unwrap();
        let text = |name: &str| vector[name].as_str().unwrap().to_uppercase().into_bytes();
        let (clear, secret) = (text("pt"), text("ct"));
        assert_eq!(ours(Way::Encrypt, &key, radix, &tweak, &clear), Ok(secret.clone()));
        assert_eq!(ours(Way::Decrypt, &key, radix, &tweak, &secret), Ok(clear.clone()));
        let differs = |key: &[u8], tweak: &[u8], clear: &[u8]| {
            assert_ne!(ours(Way::Encrypt, key, radix, tweak, clear).unwrap(), secret);
        };
        for bit in 0..8 * key.len() {
            let mut other = key.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            differs(&other, &tweak, &clear);
        }
        for bit in 0..8 * tweak.len() {
            let mut other = tweak.clone();
            other[bit / 8] ^= 1 << (bit % 8);
            differs(&key, &other, &clear);
        }
        differs(&key, &[tweak.as_slice(), &[0]].concat(), &clear);
        for place in 0..clear.len() {
            let (mut other, mut garbled) = (clear.clone(), secret.clone());
            for text in [&mut other, &mut garbled] {
                text[place] = if text[place] == b'0' { b'1' } else { b'0' };
            }
            differs(&key, &tweak, &other);
            assert_ne!(ours(Way::Decrypt, &key, radix, &tweak, &garbled).unwrap(), clear);
        }
    }
}

/// What other implementations publish, in their alphabets: the numerals are what counts.
#[test]
fn values_of_others() {
    let (mut right, mut refused, mut outside) = (0, 0, 0);
    for vector in read("ff1").as_array().unwrap() {
        let inputs = &vector["inputs"];
        let radix = inputs["radix"].as_u64().unwrap();
        let Some(radix) = u8::try_from(radix).ok().filter(|radix| *radix <= 36) else { continue };
        let alphabet = inputs["alphabet"].as_str().unwrap().as_bytes();
        let numerals = |text: &Value| -> Vec<u8> {
            let place = |one: &u8| alphabet.iter().position(|other| other == one);
            let text = text.as_str().unwrap().bytes();
            text.map(|one| place(&one).map_or(b'?', |place| NUMERALS[place])).collect()
        };
        let (way, from, to) = if inputs["op"] == "ff1_encrypt" {
            (Way::Encrypt, "plaintext", "ciphertext")
        } else {
            (Way::Decrypt, "ciphertext", "plaintext")
        };
        let text = numerals(&inputs[from]);
        let got = ours(way, &bytes(&inputs["key"]), radix, &bytes(&inputs["tweak"]), &text);
        match got {
            Ok(got) => {
                assert_eq!(got, numerals(&vector["expected"][to]), "{vector}");
                right += 1;
            }
            Err(FpeError::Text | FpeError::Key) => {
                assert!(vector["expected"]["error"].is_string(), "{vector}");
                refused += 1;
            }
            Err(FpeError::TooShort | FpeError::TooLong) => outside += 1,
            Err(other) => panic!("{other} for {vector}"),
        }
    }
    assert_eq!((right, refused, outside), (128, 16, 10));
}

fn theirs(way: Way, key: &[u8], radix: u8, tweak: &[u8], text: &[u8]) -> Vec<u8> {
    let place = |one: &u8| NUMERALS.iter().position(|other| other == one).unwrap();
    let text = text.iter().map(|one| u16::try_from(place(one)).unwrap()).collect::<Vec<_>>();
    let text = FlexibleNumeralString::from(text);
    macro_rules! with {
        ($cipher:ty) => {{
            let ff1 = FF1::<$cipher>::new(key, radix.into()).unwrap();
            match way {
                Way::Encrypt => ff1.encrypt(tweak, &text),
                Way::Decrypt => ff1.decrypt(tweak, &text),
            }
        }};
    }
    let made = match key.len() {
        16 => with!(Aes128),
        24 => with!(Aes192),
        _ => with!(Aes256),
    };
    let made: Vec<u16> = made.unwrap().into();
    made.into_iter().map(|one| NUMERALS[usize::from(one)]).collect()
}

fn lengths(radix: u8) -> (usize, usize) {
    let fits = |length: &usize| Domain::new(radix, *length).is_ok();
    let shortest = (1..).find(fits).unwrap();
    (shortest, (shortest..).take_while(fits).last().unwrap())
}

fn check(key: &[u8], radix: u8, tweak: &[u8], text: &[u8]) {
    let secret = ours(Way::Encrypt, key, radix, tweak, text).unwrap();
    assert_eq!(secret, theirs(Way::Encrypt, key, radix, tweak, text));
    assert_eq!(ours(Way::Decrypt, key, radix, tweak, &secret).unwrap(), text);
    let other = ours(Way::Decrypt, key, radix, tweak, text).unwrap();
    assert_eq!(other, theirs(Way::Decrypt, key, radix, tweak, text));
}

/// Shortest and longest texts of every radix and one numeral more or less, which makes odd and even; lowest and highest
/// numerals; no tweak and the longest.
#[test]
fn edges_as_another_implementation_has_them() {
    for radix in 2..=36 {
        let (shortest, longest) = lengths(radix);
        let highest = NUMERALS[usize::from(radix) - 1];
        for length in [shortest, shortest + 1, longest - 1, longest] {
            for (tweak, key) in [(0, 16), (15, 24), (16, 32), (LONGEST_TWEAK, 32)] {
                let (tweak, key) = (vec![0xA5; tweak], vec![0x3C; key]);
                check(&key, radix, &tweak, &vec![b'0'; length]);
                check(&key, radix, &tweak, &vec![highest; length]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn as_another_implementation_has_it(
        radix in 2u8..=36,
        key_words in 2usize..=4,
        key in any::<[u8; 32]>(),
        tweak in prop::collection::vec(any::<u8>(), 0..=LONGEST_TWEAK),
        numerals in prop::collection::vec(any::<u8>(), 240),
        length in any::<prop::sample::Index>(),
    ) {
        let (shortest, longest) = lengths(radix);
        let length = shortest + length.index(longest - shortest + 1);
        let text = numerals.iter().take(length).map(|one| NUMERALS[usize::from(one % radix)]);
        check(&key[..8 * key_words], radix, &tweak, &text.collect::<Vec<_>>());
    }
}

#[test]
fn a_permutation_of_the_smallest_decimal_domain() {
    let (key, domain) = (Ff1Key::new(&[7; 16]).unwrap(), Domain::new(10, 6).unwrap());
    let mut seen = vec![false; 1_000_000];
    // One in 50 of them, spread; a full run is the same.
    for number in (0..1_000_000).step_by(50) {
        let mut text = format!("{number:06}").into_bytes();
        key.encrypt(&domain, b"", &mut text).unwrap();
        let made: usize = std::str::from_utf8(&text).unwrap().parse().unwrap();
        assert!(!std::mem::replace(&mut seen[made], true));
    }
}

#[test]
fn what_does_not_fit_is_refused_and_left_as_it_is() {
    let (key, domain) = (Ff1Key::new(&[7; 32]).unwrap(), Domain::new(10, 8).unwrap());
    for (tweak, text, refused) in [
        (vec![0; 65], "12345678", FpeError::Tweak),
        (vec![], "1234567", FpeError::Text),
        (vec![], "123456789", FpeError::Text),
        (vec![], "1234567A", FpeError::Text),
        (vec![], "1234567 ", FpeError::Text),
    ] {
        let mut left = text.as_bytes().to_vec();
        assert_eq!(key.encrypt(&domain, &tweak, &mut left), Err(refused));
        assert_eq!(key.decrypt(&domain, &tweak, &mut left), Err(refused));
        assert_eq!(left, text.as_bytes());
    }
    // Small letters are other characters: what came back could not have the case of what went in.
    let mut small = *b"abcdef";
    let domain = Domain::new(36, 6).unwrap();
    assert_eq!(key.encrypt(&domain, b"", &mut small), Err(FpeError::Text));
    for length in [0, 8, 15, 17, 33] {
        assert_eq!(Ff1Key::new(&vec![7; length]).unwrap_err(), FpeError::Key);
    }
    assert_eq!(format!("{key:?}"), "Ff1Key(..)");
}
