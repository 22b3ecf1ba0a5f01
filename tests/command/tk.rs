use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{
    CARD, CARD_FOR_VIS, CARD_IN_998, FINGERPRINT_KEY, MANY, appliance, both, key, setup, token,
};
use crate::support::{ask, production};
use payhsm::cards::Guard;
use payhsm::settings::Profile;
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::command::tk_fingerprint_card_number::FingerprintCardNumber;

/// By another implementation: `openssl dgst -sha256 -mac HMAC`, and what follows by python.
const OF_CARD: &str = "B0DACD6249B01C6DE90ECAD82398E845C0CFE5ADD420145C5CF306E6DBE3994B";
const OF_AMEX: &str = "C141B8C13E470613EB5AC3D6558E50CB3D9F54207A4BD74E29D336CA8DB0038A";

fn fingerprints() -> String {
    key("94AN00N00", FINGERPRINT_KEY)
}

#[test]
fn fingerprints_that_others_compute_too() {
    let (issuer, key) = (appliance(), fingerprints());
    let tk = |card: &str, form: &str| {
        both::<FingerprintCardNumber>(&issuer, &format!("TK{key}{card};{form}"))
    };
    let vaulted = token(&issuer, CARD, MANY, "");
    for card in [
        CARD.to_owned(),
        format!("C{CARD}"),
        format!("P998{CARD_IN_998}"),
        format!("P{MANY}{vaulted}"),
        format!("EVIS:{CARD_FOR_VIS}"),
    ] {
        assert_eq!(tk(&card, ""), format!("00{OF_CARD}"));
        assert_eq!(tk(&card, "F"), format!("00{OF_CARD}411111HFR8MO1111;"));
    }
    assert_eq!(tk("378282246310005", "F"), format!("00{OF_AMEX}378282T4Y4N0005;"));
    // Another card, another key.
    assert_ne!(tk("5555555555554444", ""), format!("00{OF_CARD}"));
    for digit in [0, 63] {
        let mut other = FINGERPRINT_KEY.to_owned();
        other.replace_range(digit..=digit, "1");
        let message = format!("TK{}{CARD};", self::key("94AN00N00", &other));
        assert_ne!(both::<FingerprintCardNumber>(&issuer, &message), format!("00{OF_CARD}"));
    }
}

#[test]
fn who_asks_too_often_has_no_more() {
    let calls = Rates { minute: Some(2), ..Rates::default() };
    let caller = Limits { calls, ..Limits::default() };
    let guard = Guard { caller, key: Limits::default() };
    let issuer = Issuer::new(Setup { guard, ..setup() });
    let message = format!("TK{}{CARD};", fingerprints());
    assert_eq!(both::<FingerprintCardNumber>(&issuer, &message), format!("00{OF_CARD}"));
    assert_eq!(both::<FingerprintCardNumber>(&issuer, &message), "72");
}

#[test]
fn refusals() {
    let (issuer, key) = (appliance(), fingerprints());
    let message = format!("TK{key}{CARD};F");
    let token_key = self::key("92AB00N00", FINGERPRINT_KEY);
    let verifies = self::key("94AV00N00", FINGERPRINT_KEY);
    refuses_in_both::<FingerprintCardNumber>(
        &issuer,
        &message,
        &[
            (&key, &token_key, "A6"),
            (&key, &verifies, "A8"),
            (&key, "K001", "12"),
            (&key, "?", "26"),
            (CARD, "411111111111", "C1"),
            (CARD, "411111111111111x", "C2"),
            (CARD, "4111111111111112", "C3"),
            (CARD, "P997411111PJKSWE1111", "T3"),
            (CARD, "P998411111PJKSWE1112", "T2"),
            (CARD, "P9984111", "T1"),
            (CARD, &format!("EMCI:{CARD_FOR_VIS}"), "D1"),
            (";F", "F", "15"),
            (";F", ";FF", "15"),
        ],
    );
    assert_eq!(ask(&production(Profile::Acquirer), &message), "TL68");
}
