//! Card values, numbers and tokens.

use payhsm_crypto::card::{CardKey, CardKeyOption, CvvInput, CvvKey, check_digit, dcvv2};
use payhsm_crypto::cipher::BlockKey;
use payhsm_crypto::export::{Chaining, Layout, Profile, pan};
use payhsm_crypto::fpe::{Domain, Ff1Key};
use payhsm_crypto::mac::HmacSha256Key;
use payhsm_crypto::token::TokenScheme;

use crate::subject::{Fixed, Row, SECRET, Subject, of, on};

pub(crate) const ROWS: &[Row] = &[
    bytes("CVV: CVK", || {
        let input = CvvInput::new(b"4111111111111111", b"2812", b"201").unwrap();
        on(move |key: &[u8; 16]| CvvKey::new(key).unwrap().generate::<3>(&input).unwrap())
    }),
    digits("CVV: card number", || {
        let key = CvvKey::new(&[0x5A; 16]).unwrap();
        on(move |pan: &[u8; 16]| {
            key.generate::<3>(&CvvInput::new(pan, b"2812", b"201").unwrap()).unwrap()
        })
    }),
    digits("CVV compared: CVV", || {
        let key = CvvKey::new(&[0x5A; 16]).unwrap();
        let input = CvvInput::new(b"4111111111111111", b"2812", b"201").unwrap();
        on(move |cvv: &[u8; 5]| key.verify(&input, cvv).unwrap())
    }),
    bytes("dynamic CVV2 of HMAC: key", || {
        on(|key: &[u8; 32]| {
            dcvv2::hmac(&HmacSha256Key::new(key), b"4111111111111111", b"2812", b"00", 7, 3)
                .unwrap()
        })
    }),
    bytes("dCVV: issuer's master key", || {
        on(|key: &[u8; 16]| {
            let pan = b"4111111111111111";
            let card = CardKey::derive(key, CardKeyOption::A, pan, b"01").unwrap();
            card.dcvv(pan, b"2812", b"201", [0, 9]).unwrap()
        })
    }),
    digits("FF1 of radix 10: text", || ff1(10)),
    digits("FF1 of radix 36: text", || ff1(36)),
    bytes("FF1: key", || {
        let domain = Domain::new(10, 16).unwrap();
        on(move |key: &[u8; 32]| {
            let mut text = *b"4111111111111111";
            Ff1Key::new(key).unwrap().encrypt(&domain, b"tweak", &mut text).unwrap();
            text
        })
    }),
    digits("check digit: card number", || on(|digits: &[u8; 15]| check_digit(digits))),
    digits("token PT-9: card number", || {
        let key = Ff1Key::new(&[0x5A; 32]).unwrap();
        of([0; 16], number, move |number| TokenScheme::Pt9.encode(&key, 1, number).unwrap())
    }),
    digits("value E6 opened: its digits", || {
        let profile = Profile { layout: Layout::E6, chaining: Chaining::Ecb };
        let key = || BlockKey::tdes(&[0x5A; 16]).unwrap();
        let (of_load, of_run) = (key(), key());
        let load = move |sealed: &mut [u8; 8], secret: &[u8; SECRET]| {
            let made = profile.seal(&of_load, &secret[..3], None, &[3; 64]).unwrap();
            sealed.copy_from_slice(&made);
        };
        of([0; 8], load, move |sealed| {
            let mut digits = [0; 3];
            profile.open(&of_run, sealed, None, &mut digits).unwrap();
            digits
        })
    }),
    digits("card number under TDES opened: its digits", || {
        let key = || BlockKey::tdes(&[0x5A; 16]).unwrap();
        let (of_load, of_run) = (key(), key());
        let load = move |sealed: &mut [u8; 16], secret: &[u8; SECRET]| {
            let mut digits = [0; 16];
            number(&mut digits, secret);
            sealed.copy_from_slice(&pan::seal(&of_load, &digits, None).unwrap());
        };
        of([0; 16], load, move |sealed| {
            let mut digits = [0; 19];
            pan::open(&of_run, sealed, &mut digits).unwrap();
            digits
        })
    }),
];

const fn digits(name: &'static str, subject: fn() -> Box<dyn Subject>) -> Row {
    Row { name, fixed: Fixed::Digits, subject }
}

const fn bytes(name: &'static str, subject: fn() -> Box<dyn Subject>) -> Row {
    Row { name, fixed: Fixed::Bytes, subject }
}

/// A card number of these digits.
fn number(to: &mut [u8; 16], secret: &[u8; SECRET]) {
    to.copy_from_slice(&secret[..16]);
    to[15] = check_digit(&to[..15]);
}

fn ff1(radix: u8) -> Box<dyn Subject> {
    let key = Ff1Key::new(&[0x5A; 32]).unwrap();
    let domain = Domain::new(radix, 16).unwrap();
    on(move |text: &[u8; 16]| {
        let mut text = *text;
        key.encrypt(&domain, b"tweak", &mut text).unwrap();
        text
    })
}
