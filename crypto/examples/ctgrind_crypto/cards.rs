//! Card verification values, card numbers and their tokens.

use payhsm_crypto::card::{
    CardKey, CardKeyOption, CardRange, CvvInput, CvvKey, check_digit, dcvv2, is_luhn,
};
use payhsm_crypto::fpe::Ff1Key;
use payhsm_crypto::mac::HmacSha256Key;
use payhsm_crypto::token::TokenScheme;

use crate::Row;
use payhsm_taint::secrets::Secrets;

pub(crate) const ROWS: &[Row] = &[
    ("CVV", cvv),
    ("dynamic CVV2", dynamic),
    ("keys of cards, dCVV, CVC3", contactless),
    ("card numbers", numbers),
    ("check digits", |secrets| {
        let number = number(secrets);
        assert!(is_luhn(&number));
        secrets.count(usize::from(is_luhn(&secrets_digits(secrets))));
    }),
    ("tokens PT-A with six digits", |secrets| token(secrets, TokenScheme::PtA6)),
    ("tokens PT-A with eight digits", |secrets| token(secrets, TokenScheme::PtA8)),
    ("tokens PT-9", |secrets| token(secrets, TokenScheme::Pt9)),
];

fn secrets_digits(secrets: &Secrets) -> [u8; 16] {
    secrets.digits()
}

/// A card number with its check digit, which is as secret as the rest of it.
fn number(secrets: &Secrets) -> [u8; 16] {
    let mut number = secrets.digits::<16>();
    let (check, rest) = number.split_last_mut().unwrap();
    *check = check_digit(rest);
    number
}

fn cvv(secrets: &Secrets) {
    let key = CvvKey::new(&secrets.bytes::<16>()).unwrap();
    let input = CvvInput::new(&number(secrets), &secrets.digits(), &secrets.digits()).unwrap();
    let value = key.generate::<3>(&input).unwrap();
    let value = secrets.publish(value);
    assert!(key.verify(&input, &value).unwrap());
    let other = secrets.digits::<5>();
    for length in 1..=5 {
        let right = key.verify(&input, &other[..length]).unwrap();
        secrets.count(usize::from(right));
        let code = key.code(&input, length).unwrap();
        secrets.count(usize::from(code.is(&other[..length])));
        secrets.done(code.digits());
    }
}

fn dynamic(secrets: &Secrets) {
    let key = CvvKey::new(&secrets.bytes::<16>()).unwrap();
    let pan = number(secrets);
    let code = dcvv2::cvv7(&key, &pan, 1_234_567, 3).unwrap();
    secrets.done(code.digits());
    let key = HmacSha256Key::new(&secrets.bytes::<32>());
    for digits in [3, 4] {
        let code = dcvv2::hmac(&key, &pan, b"2812", b"00", 77, digits).unwrap();
        secrets.count(usize::from(code.is(&secrets.digits::<4>()[..digits])));
        secrets.done(code.digits());
    }
}

fn contactless(secrets: &Secrets) {
    let master = secrets.bytes::<16>();
    let pan = number(secrets);
    for option in [CardKeyOption::A, CardKeyOption::B] {
        let key = CardKey::derive(&master, option, &pan, b"01").unwrap();
        let code = key.dcvv(&pan, b"2812", b"201", [0, 9]).unwrap();
        secrets.done(code.digits());
        let iv = key.iv_cvc3(&secrets.bytes::<21>()).unwrap();
        let code = key.cvc3(iv, secrets.public(), [0, 9], 5).unwrap();
        secrets.done(code.digits());
    }
}

fn numbers(secrets: &Secrets) {
    let key = Ff1Key::new(&secrets.bytes::<32>()).unwrap();
    let range = CardRange::new(b"400000", 16).unwrap();
    let mut number = [0; 16];
    range.card_number(&key, 4711, &mut number).unwrap();
    assert!(is_luhn(&number));
    secrets.done(&number);
}

fn token(secrets: &Secrets, scheme: TokenScheme) {
    let key = Ff1Key::new(&secrets.bytes::<32>()).unwrap();
    let mut text = number(secrets);
    scheme.encode(&key, 7, &mut text).unwrap();
    let mut text = secrets.publish(text);
    scheme.decode(&key, 7, &mut text).unwrap();
    secrets.done(&text);
    // Of another domain: a number that is none, or another one.
    let mut other = number(secrets);
    scheme.encode(&key, 7, &mut other).unwrap();
    let mut other = secrets.publish(other);
    let verdict = scheme.decode(&key, 8, &mut other);
    secrets.count(usize::from(verdict.is_ok()));
}
