use crate::support::pins::{self, ACCOUNT, issuer, refuses, with_lmk_pins_of};
use crate::support::{ask, development, host_settings, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::ja_generate_random_pin::GenerateRandomPin;
use payhsm_protocol::field::LmkPin;
use std::collections::BTreeMap;

/// The PIN that JA draws, in clear.
fn draw(engine: &Engine, fields: &str, lmk: &str) -> String {
    let answer = ask(engine, format!("JA{fields}{lmk}"));
    let pin = answer.strip_prefix("JB00").unwrap_or_else(|| panic!("{answer}"));
    let clear = ask(engine, format!("NG{ACCOUNT}{pin}{lmk}"));
    clear.strip_prefix("NH00").unwrap().trim_end_matches('F').to_owned()
}

#[test]
fn pins_have_the_length_that_was_asked_for() {
    let engine = with_lmk_pins_of(13);
    for lmk in ["%00", "%01", "%02"] {
        assert_eq!(draw(&engine, ACCOUNT, lmk).len(), 4);
        for length in 4..=12 {
            assert_eq!(draw(&engine, &format!("{ACCOUNT}{length:02}"), lmk).len(), length);
        }
        assert_eq!(draw(&engine, "5015018501030939366;05", lmk).len(), 5, "a whole PAN");
    }
}

#[test]
fn every_digit_is_as_likely_in_every_place() {
    let engine = development();
    let mut counts = BTreeMap::new();
    for _ in 0..2000 {
        for (place, digit) in draw(&engine, ACCOUNT, "%02").chars().enumerate() {
            *counts.entry((place, digit)).or_insert(0) += 1;
        }
    }
    // 200 expected of each; ten standard deviations are 134.
    assert_eq!(counts.len(), 40);
    assert!(counts.values().all(|count| (66..=334).contains(count)), "{counts:?}");
}

#[test]
fn excluded_pins_do_not_come_out() {
    let engine = development();
    // One PIN of a hundred, so that some of the 500 would be excluded ones.
    let excluded: Vec<String> = (0..99).map(|number| format!("{:04}", number * 101)).collect();
    let table = format!("*9904{}", excluded.concat());
    for _ in 0..500 {
        let pin = draw(&engine, &format!("{ACCOUNT}04{table}"), "%02");
        assert!(!excluded.contains(&pin));
    }
}

#[test]
fn refusals() {
    refuses(
        &development(),
        &format!("JA{ACCOUNT}04*01041234%01"),
        &[
            (ACCOUNT, "85010309393F", "22"),
            (ACCOUNT, "850103093936;", "22"),
            ("04*", "03*", "24"),
            ("04*", "13*", "24"),
            ("04*01041234", "05", "81"),
            ("*0104", "*0105", "15"),
            ("*01041234", "*010512345", "81"),
            ("*01041234", "*010312", "81"),
            ("*0104", "*0004", "03"),
            ("*01041234", "*0104123x", "15"),
            ("%01", "%07", "13"),
        ],
    );
}

#[test]
fn the_compact_dialect_has_it_too() {
    let message = format!("JA{ACCOUNT}06*0206123456000000%02");
    let (error, reply, _) =
        pins::compact::<GenerateRandomPin>(&development(), &host_settings(), &message);
    assert_eq!(error, "00");
    assert!(matches!(reply.unwrap().pin, LmkPin::Block(_)));
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    assert!(ask(&issuer(), format!("JA{ACCOUNT}06%01")).starts_with("JB00"));
    assert_eq!(ask(&production(Profile::Acquirer), format!("JA{ACCOUNT}%01")), "JB68");
}
