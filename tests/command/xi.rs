use crate::support::cards::{Issuer, Setup};
use crate::support::keys::sealed;
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{ask_as, both, caller, published, token};
use crate::support::values::{CARD, CARD_KEY, appliance, setup};
use crate::support::{ask, development, dynamic, production};
use payhsm::cards::Guard;
use payhsm::settings::Profile;
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;
use payhsm_protocol::command::xi_verify_card_value::VerifyCardValue;

/// CVV, service code 101, is 216; CVV2 719; iCVV 997 (published).
fn xi(value: &str, service_code: &str) -> String {
    format!("XIL04card3{value};{CARD};2912{service_code}")
}

const DAY: u64 = 26 * 3_600;

#[test]
fn published_values_are_right_and_every_other_is_wrong() {
    let issuer = appliance();
    let vectors = published("issuing.json");
    for vector in vectors["cvv"].as_array().unwrap() {
        assert_eq!(vector["cvk"], CARD_KEY);
        let text = |field: &str| vector[field].as_str().unwrap();
        let (pan, expiry, code) = (text("pan"), text("expiry_yymm"), text("service_code"));
        for digits in ["digits3", "digits5"] {
            let value = text(digits);
            let length = value.len();
            let message = |value: &str| format!("XIL04card{length}{value};{pan};{expiry}{code}");
            assert_eq!(both::<VerifyCardValue>(&issuer, &message(value)), "00");
            for at in 0..length {
                let mut other = value.as_bytes().to_vec();
                other[at] = if other[at] == b'9' { b'0' } else { other[at] + 1 };
                let other = String::from_utf8(other).unwrap();
                assert_eq!(both::<VerifyCardValue>(&issuer, &message(&other)), "V1");
                issuer.day.pass(DAY);
            }
        }
    }
}

#[test]
fn a_value_of_a_zone_is_right_there_and_nowhere_else() {
    let issuer = appliance();
    for zone in ["E1", "E2", "E3", "E4", "E5", "E6", "E7", "C1", "I6", "GCM", "A6"] {
        let export = issuer.ask(format!("XE{zone};{CARD};29121012130L04card230L04card"));
        let values = export.strip_prefix("XF00").unwrap_or_else(|| panic!("{zone}: {export}"));
        let (cvv, cvv2) = values.strip_suffix(';').unwrap().split_once(';').unwrap();
        assert_eq!(both::<VerifyCardValue>(&issuer, &xi(cvv, "101")), "00", "{zone}");
        assert_eq!(both::<VerifyCardValue>(&issuer, &xi(cvv2, "000")), "00", "{zone}");
        // The other value, which AES-256-GCM even calls by another name.
        let wrong = both::<VerifyCardValue>(&issuer, &xi(cvv2, "101"));
        assert_eq!(wrong, if zone == "GCM" { "D1" } else { "V1" }, "{zone}");
        issuer.day.pass(DAY);
        // One changed digit of it, or one too few.
        for at in cvv.len() - 4..cvv.len() {
            let mut other = cvv.as_bytes().to_vec();
            other[at] = if other[at] == b'0' { b'1' } else { b'0' };
            let answer =
                both::<VerifyCardValue>(&issuer, &xi(std::str::from_utf8(&other).unwrap(), "101"));
            assert!(["D1", "V1"].contains(&answer.as_str()), "{zone}: {answer}");
            issuer.day.pass(DAY);
        }
        let (short, _) = cvv.split_at(cvv.len() - 2);
        assert_eq!(both::<VerifyCardValue>(&issuer, &xi(short, "101")), "D1");
        issuer.day.pass(DAY);
    }
    // A value for one zone is none for another, nor of another card in a layout that is bound to it.
    let of_e6 = issuer.ask(format!("XEE6;{CARD};29121011130L04card"));
    let moved = of_e6[4..].trim_end_matches(';').replace("EE6:", "EE1:");
    assert_eq!(both::<VerifyCardValue>(&issuer, &xi(&moved, "101")), "D1");
}

#[test]
fn five_wrong_values_a_day_and_no_more() {
    let issuer = appliance();
    for round in 0..5 {
        let message = xi(&format!("C{round:03}"), "101");
        assert_eq!(issuer.ask(&message), "XJV1");
    }
    // Now the right one has no verdict either; and no start forgets.
    for value in ["216", "000"] {
        assert_eq!(both::<VerifyCardValue>(&issuer, &xi(value, "101")), "72");
    }
    let issuer = issuer.restarted();
    assert_eq!(issuer.ask(xi("216", "101")), "XJ72");
    issuer.day.pass(3_600);
    assert_eq!(issuer.ask(xi("216", "101")), "XJ72");
    // Another card, and the next day.
    assert_eq!(issuer.ask("XIL04card3606;5555555555554444;2912101"), "XJ00");
    issuer.day.pass(DAY);
    assert_eq!(issuer.ask(xi("216", "101")), "XJ00");
    // Tries by token, and those that cannot be decrypted, are tries of the card.
    let token = token(&issuer, CARD, 998, "");
    for _ in 0..3 {
        assert_eq!(issuer.ask(xi("000", "101").replace(CARD, &format!("P998{token}"))), "XJV1");
    }
    for _ in 0..2 {
        assert_eq!(issuer.ask(xi("EE6:0123456789ABCDEF", "101")), "XJD1");
    }
    assert_eq!(issuer.ask(xi("216", "101")), "XJ72");
}

#[test]
fn a_sweep_finds_no_more_than_its_tries() {
    let issuer = appliance();
    let verdicts = std::thread::scope(|scope| {
        let sweeps = (0..4u32).map(|part| {
            let issuer = &issuer;
            scope.spawn(move || {
                let asked =
                    (0..250).map(|n| issuer.ask(xi(&format!("{:03}", 4 * n + part), "101")));
                asked.filter(|answer| answer != "XJ72").collect::<Vec<_>>()
            })
        });
        let sweeps: Vec<_> = sweeps.collect();
        sweeps.into_iter().flat_map(|sweep| sweep.join().unwrap()).collect::<Vec<_>>()
    });
    let wrong = verdicts.iter().filter(|verdict| *verdict == "XJV1").count();
    assert_eq!(wrong, 5);
    assert!(verdicts.len() <= 6, "{verdicts:?}");
}

#[test]
fn limits_of_caller_and_key_stop_who_tries_many_cards() {
    let failures = Rates { day: Some(4), ..Rates::default() };
    let limits = Limits { failures, ..Limits::default() };
    for guard in [
        Guard { caller: limits, key: Limits::default() },
        Guard { caller: Limits::default(), key: limits },
    ] {
        let issuer = Issuer::new(Setup { guard, ..setup() });
        for card in [CARD, "5555555555554444", "378282246310005", "30569309025904"] {
            assert_eq!(issuer.ask(format!("XIL04card3000;{card};2912101")), "XJV1");
        }
        assert_eq!(issuer.ask("XIL04card3606;5555555555554444;2912101"), "XJ72");
        assert_eq!(both::<VerifyCardValue>(&issuer, &xi("216", "101")), "72");
    }
}

#[test]
fn a_static_cvv2_is_not_in_force_while_dynamic_ones_are() {
    let issuer = Issuer::new(setup().and(dynamic::setup(dynamic::policy())));
    let cy = format!("CYL04card719{CARD};2912000");
    let verify = |value: &str, code: &str| both::<VerifyCardValue>(&issuer, &xi(value, code));
    assert_eq!((verify("719", "000").as_str(), issuer.ask(&cy).as_str()), ("00", "CZ00"));
    assert_eq!(issuer.ask(format!("VE{CARD};1")), "VF00");
    for value in ["719", "000"] {
        // No verdict, and nothing is counted.
        for _ in 0..6 {
            assert_eq!(verify(value, "000"), "V6");
        }
        let cy = cy.replace("719", value);
        assert_eq!(both::<VerifyCvv>(&issuer, &cy), "V6");
    }
    // The other values are as before.
    assert_eq!((verify("216", "101").as_str(), verify("997", "999").as_str()), ("00", "00"));
    assert_eq!(issuer.ask(format!("CYL04card216{CARD};2912101")), "CZ00");
    assert_eq!(issuer.ask(format!("VE{CARD};0")), "VF00");
    assert_eq!((verify("719", "000").as_str(), issuer.ask(&cy).as_str()), ("00", "CZ00"));
}

#[test]
fn refusals() {
    let issuer = appliance();
    refuses_in_both::<VerifyCardValue>(
        &issuer,
        &xi("216", "101"),
        &[
            ("3216;", "4216;", "15"),
            ("3216;", "221;", "15"),
            ("3216;", "321x;", "15"),
            ("3216;", "3216", "15"),
            ("216;", "ENO:00;", "12"),
            ("216;", "EOTH:00;", "12"),
            ("216;", "EX1:00;", "XL"),
            ("216;", "EE6:0;", "D1"),
            ("216;", "EE6:;", "D1"),
            (CARD, "4111111111111112", "C3"),
            (CARD, "411111111111", "C1"),
            (CARD, "411111111111111B", "C2"),
            ("2912101", "2912x01", "15"),
            ("L04card", "L06tokens", "A6"),
            ("L04card", "L04none", "12"),
        ],
    );
    let verifies = sealed("C0TV00N00", CARD_KEY);
    assert_eq!(issuer.ask(xi("216", "101").replace("L04card", &verifies)), "XJ00");
    let makes = sealed("C0TG00N00", CARD_KEY);
    assert_eq!(issuer.ask(xi("216", "101").replace("L04card", &makes)), "XJA8");
}

#[test]
fn without_a_memory_there_is_no_verdict() {
    let key = sealed("C0TC00N00", CARD_KEY);
    let message = xi("216", "101").replace("L04card", &key);
    assert_eq!(ask(&development(), &message), "XJS0");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "XJ68");
    // CY verifies a static CVV2 as it always did.
    assert_eq!(ask(&development(), format!("CY{key}719{CARD};2912000")), "CZ00");
    let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() });
    assert_eq!(ask_as(&issuer.engine, &caller("api", &[]), &message), "XJ00");
}
