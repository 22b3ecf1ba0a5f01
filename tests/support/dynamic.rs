//! Cards with dynamic CVV2s: an appliance with the published keys under labels, and what its answers say.
#![expect(clippy::string_slice, reason = "answers are ASCII")]

use super::cards::{Issuer, Setup, zone};
use payhsm::engine::Dialect;
use payhsm_crypto::card::{CvvInput, CvvKey, dcvv2::cvv7};
use payhsm_issuing::dcvv2::Policy;
use payhsm_issuing::product::Product;

/// A published test card, and one of each other length that the published values have.
pub(crate) const CARD: &str = "4111111111111111";
pub(crate) const CARDS: [&str; 3] = [CARD, "378282246310005", "4000000000000000006"];

pub(crate) const DCVK_CLEAR: &str = "404043434545464649494A4A4C4C4F4F";
pub(crate) const HMAC_CLEAR: &str =
    "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
pub(crate) const CVK_CLEAR: &str = "D676DCF3AFB7350532EAF00EA253D875";
pub(crate) const ZEK_CLEAR: &str = "C1D0F8FB4958670DBA40AB1F3752EF0D";
pub(crate) const GCM_CLEAR: &str =
    "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4";

/// What a card has besides its number: expiry and sequence number.
pub(crate) const REST: &str = "291201";
/// What is behind the other fields if the static CVV2 is to be known.
pub(crate) const STATIC: &str = ";L03cvk2912";

/// Dynamic CVV2s from the first on, as payhsm has them if nobody says otherwise.
pub(crate) fn policy() -> Policy {
    Policy { auto_enable: true, ..Policy::default() }
}

/// All cards are of one product; keys `dcvk`, `hmac`, `cvk`, `zek`; zones IYY with E6, OV1 with AES-256-GCM, LEG with E1.
pub(crate) fn setup(policy: Policy) -> Setup {
    let product = Product {
        name: "dynamic".to_owned(),
        bins: vec!["3".to_owned(), "4".to_owned()],
        dcvv2: Some(policy),
        ..Product::default()
    };
    Setup {
        products: vec![product],
        keys: vec![
            ("dcvk", "90TC00N00", DCVK_CLEAR),
            ("hmac", "91AC00N00", HMAC_CLEAR),
            ("cvk", "C0TN00N00", CVK_CLEAR),
            ("zek", "22TB00N00", ZEK_CLEAR),
            ("gcm", "22AB00N00", GCM_CLEAR),
        ],
        zones: vec![
            zone("IYY", None, Some("zek"), "E6"),
            zone("OV1", None, Some("gcm"), "GCM"),
            zone("LEG", None, Some("zek"), "E1"),
            zone("NOZ", None, None, "E6"),
        ],
        ..Setup::default()
    }
}

pub(crate) fn issuer(policy: Policy) -> Issuer {
    Issuer::new(setup(policy))
}

/// A card that had so many codes and is enabled.
pub(crate) fn row_of_counter(counter: u32) -> Vec<u8> {
    // Version, mode, counter, last seen, no result, no code: issuing/src/dcvv2/bytes.rs.
    [&[1, 1][..], &counter.to_be_bytes(), &[0; 8], &[0, 0]].concat()
}

/// The kind of the row of a dynamic CVV2.
pub(crate) const ROW_KIND: u8 = 2;

pub(crate) fn generate(card: &str) -> String {
    format!("VAL04dcvk{card};{REST};")
}

pub(crate) fn verify(card: &str, value: &str) -> String {
    format!("VCL04dcvk{card};{REST}{value};;")
}

/// What VA answers: mode, times and value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) mode: char,
    pub(crate) issued_at: u64,
    pub(crate) expires_at: u64,
    pub(crate) seconds: u64,
    pub(crate) value: String,
}

pub(crate) fn made(answer: &str) -> Made {
    let fields = answer.strip_prefix("VB00").unwrap_or_else(|| panic!("{answer}"));
    let number = |from, to| fields[from..to].parse().unwrap();
    Made {
        mode: char::from(fields.as_bytes()[0]),
        issued_at: number(1, 11),
        expires_at: number(11, 21),
        seconds: number(21, 26),
        value: fields[26..].to_owned(),
    }
}

/// The code that the card has now.
pub(crate) fn next(issuer: &Issuer, dialect: Dialect, card: &str) -> String {
    let made = made(&issuer.ask_in(dialect, &generate(card)));
    let code = made.value.strip_prefix('C').and_then(|value| value.strip_suffix(';'));
    code.unwrap_or_else(|| panic!("{made:?}")).to_owned()
}

/// The code of a number, of so many digits.
pub(crate) fn code(card: &str, number: u32, digits: usize) -> String {
    let key = CvvKey::new(&hex::decode(DCVK_CLEAR).unwrap()).unwrap();
    let code = cvv7(&key, card.as_bytes(), number, digits).unwrap();
    String::from_utf8(code.digits().to_vec()).unwrap()
}

/// The static CVV2 of a card.
pub(crate) fn static_cvv2(card: &str, digits: usize) -> String {
    let key = CvvKey::new(&hex::decode(CVK_CLEAR).unwrap()).unwrap();
    let code = key.code(&CvvInput::new(card.as_bytes(), b"2912", b"000").unwrap(), digits);
    String::from_utf8(code.unwrap().digits().to_vec()).unwrap()
}

/// Another code than these.
pub(crate) fn other_than(codes: &[&str]) -> String {
    let mut all = (0..1000).map(|number| format!("{number:03}"));
    all.find(|code| !codes.contains(&code.as_str())).unwrap()
}
