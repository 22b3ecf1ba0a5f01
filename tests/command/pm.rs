use crate::support::both::{BOTH, ask_in};
use crate::support::cards::{Issuer, Setup};
use crate::support::keys::sealed;
use crate::support::{ask, development, production, tampered};
use payhsm::Engine;
use payhsm::cards::Guard;
use payhsm::settings::Profile;
use payhsm_issuing::limit::{Limits, Rates};
use serde_json::Value;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A vector as a message, and where its values are: the key has none that may change.
fn message(key: &str, fields: String) -> (String, usize) {
    let head = key.len() + 4;
    (format!("PM{}{key}{}", &fields[..2], &fields[2..]), head)
}

fn visa(vector: &Value) -> (String, usize) {
    let [pan, option, expiry, service_code, atc, dcvv] =
        ["pan", "option", "expiry", "service_code", "atc", "dcvv"].map(|name| text(vector, name));
    let key = sealed("E0TX00N00", text(vector, "imk"));
    message(&key, format!("00{option}{pan};{expiry}{service_code}00{atc}{dcvv}"))
}

fn mastercard(vector: &Value, track: &str, cvc3: &str) -> (String, usize) {
    let [pan, option, psn, un, atc] =
        ["pan", "option", "psn", "un", "atc"].map(|name| text(vector, name));
    let key = sealed("E6TX00N00", text(vector, "imk"));
    let atc = u16::from_str_radix(atc, 16).unwrap();
    message(&key, format!("12{option}{pan};{psn}{track}{un}{atc:05}{cvc3}"))
}

fn with_length(track: &str) -> String {
    format!("{:03}{track}", track.len())
}

fn all() -> Vec<(String, usize)> {
    let issuing: Value = serde_json::from_str(include_str!("../vectors/issuing.json")).unwrap();
    let mut messages: Vec<_> =
        issuing["visa_contactless_dcvv"].as_array().unwrap().iter().map(visa).collect();
    assert_eq!(messages.len(), 4);
    let cvc3 = issuing["mastercard_cvc3"].as_array().unwrap();
    assert_eq!(cvc3.len(), 2);
    for vector in cvc3 {
        let track = match vector["track2"].as_str() {
            Some(track) => with_length(track),
            None => format!("000{}", text(vector, "ivcvc3")),
        };
        messages.push(mastercard(vector, &track, text(vector, "cvc3_5")));
    }
    // The last digits of the same number, and option B: published beside them.
    let of = |option: &str| {
        let mut vector = cvc3[0].clone();
        vector["option"] = option.into();
        vector
    };
    let short = with_length("1234567890123456D12012061000110000000F");
    messages.push(mastercard(&of("B"), &short, "03518"));
    messages.push(mastercard(&of("A"), &short, "464;"));
    messages
}

/// Where in the fields behind the key another digit changes nothing.
fn places_that_do_not_matter(engine: &Engine, (message, head): &(String, usize)) -> Vec<usize> {
    let places = (*head..message.len()).filter(|&at| {
        let changed = tampered(message, at..at + 1);
        changed.iter().any(|changed| ask(engine, changed) == "PN00")
    });
    places.map(|at| at - head).collect()
}

#[test]
fn published_values() {
    let engine = development();
    let mut useless = Vec::new();
    for (message, head) in all() {
        for dialect in BOTH {
            assert_eq!(ask_in(&engine, dialect, &message), "PN00", "{message}");
            // Each digit of the value itself.
            let end = message.trim_end_matches(';').len();
            for wrong in tampered(&message, end - 3..end) {
                assert_eq!(ask_in(&engine, dialect, &wrong), "PN01", "{wrong}");
            }
        }
        useless.push(places_that_do_not_matter(&engine, &(message, head)));
    }
    // Option A takes the last 16 digits of PAN and sequence number, so not the first two of 16; a dCVV has the counter in place of
    // the first four, and of the counter the last four digits.
    let expected: [&[usize]; 8] =
        [&[1, 2, 25, 26], &[21, 22], &[21, 22], &[28, 29], &[1, 2], &[1, 2], &[], &[1, 2]];
    assert_eq!(useless, expected);
}

#[test]
fn fields() {
    let engine = development();
    let messages = all();
    let (dcvv, _) = &messages[0];
    let (cvc3, _) = &messages[4];
    let (iv, _) = &messages[5];
    for dialect in BOTH {
        for (good, from, to, answer) in [
            // What stands before the last four digits of the counter does not count.
            (dcvv, "003210", "FF3210", "PN00"),
            (dcvv, "003210", "00321x", "PN15"),
            (dcvv, "PM00", "PM01", "PN15"),
            (dcvv, "PM00", "PM10", "PN15"),
            (dcvv, "PM00", "PM20", "PN15"),
            (dcvv, "A1234567890123456;", "C1234567890123456;", "PN15"),
            (dcvv, "1234567890123456;", "12345678901;", "PN22"),
            (dcvv, "1234567890123456;", "12345678901234567890;", "PN15"),
            (dcvv, "422", "42", "PN15"),
            (dcvv, "422", "4222", "PN15"),
            (dcvv, "422", "42x", "PN15"),
            (cvc3, "048", "047", "PN06"),
            (cvc3, "271010000", "271065536", "PN15"),
            (cvc3, "45423", "4542", "PN15"),
            (cvc3, "45423", "45;", "PN15"),
            (cvc3, "45423", "423;", "PN00"),
            (cvc3, "45423", "5423;", "PN00"),
            (iv, "000CD76", "000CD77", "PN01"),
            (iv, "000CD76", "000CDx6", "PN15"),
        ] {
            let (head, tail) = good.split_at(good.rfind("00N0002").unwrap() + 7);
            let changed = if head.contains(from) && from.starts_with("PM") {
                good.replacen(from, to, 1)
            } else {
                assert!(tail.contains(from), "{tail} has no {from}");
                format!("{head}{}", tail.replacen(from, to, 1))
            };
            assert_eq!(ask_in(&engine, dialect, &changed), answer, "{changed}");
        }
    }
}

#[test]
fn keys_of_one_scheme_are_none_of_the_other() {
    let engine = development();
    let imk = "13345779133457791334577913345779";
    let issuing: Value = serde_json::from_str(include_str!("../vectors/issuing.json")).unwrap();
    let key = |attributes| sealed(attributes, imk);
    let (dcvv, _) = visa(&issuing["visa_contactless_dcvv"][0]);
    let (ac, cvc3) = (key("E0TX00N00"), key("E6TX00N00"));
    for dialect in BOTH {
        for (other, refused) in [
            (cvc3.clone(), "A6"),
            (key("C0TN00N00"), "A6"),
            (key("90TN00N00"), "A6"),
            (key("E0TC00N00"), "A8"),
            ("K001".to_owned(), "12"),
        ] {
            let changed = dcvv.replacen(&ac, &other, 1);
            assert_eq!(ask_in(&engine, dialect, &changed), format!("PN{refused}"));
        }
    }
    // The published key has equal halves: production takes no such key, and of another one value in a thousand is right.
    let issuer = production(Profile::Issuer);
    assert_eq!(ask(&issuer, &dcvv), "PNA4");
    let other = sealed("E0TX00N00", "0123456789ABCDEFFEDCBA9876543210");
    let head = dcvv.replacen(&ac, &other, 1);
    let value = |value: usize| ask(&issuer, format!("{}{value:03}", &head[..head.len() - 3]));
    let answers: Vec<_> = (0..1000).map(value).collect();
    assert_eq!(answers.iter().filter(|answer| *answer == "PN00").count(), 1);
    assert_eq!(answers.iter().filter(|answer| *answer == "PN01").count(), 999);
    assert_eq!(ask(&issuer, dcvv.replacen(&ac, &cvc3, 1)), "PNA4");
    assert_eq!(ask(&production(Profile::Acquirer), &dcvv), "PN68");
}

#[test]
fn wrong_ones_are_counted() {
    let failures = Rates { minute: Some(3), ..Rates::default() };
    let limits = Limits { failures, ..Limits::default() };
    for guard in
        [Guard { caller: limits, ..Guard::default() }, Guard { key: limits, ..Guard::default() }]
    {
        let issuer = Issuer::new(Setup { guard, ..Setup::default() });
        for (message, _) in all() {
            assert_eq!(issuer.ask(&message), "PN00");
        }
        let (message, _) = &all()[0];
        let wrong = tampered(message, message.len() - 1..message.len());
        for _ in 0..3 {
            assert_eq!(issuer.ask(&wrong[0]), "PN01");
        }
        assert_eq!(issuer.ask(message), "PN72");
    }
}

/// A request that is right and one that is wrong.
pub(super) fn one() -> (String, String) {
    let (message, _) = all().swap_remove(0);
    let wrong = tampered(&message, message.len() - 1..message.len()).swap_remove(0);
    (message, wrong)
}
