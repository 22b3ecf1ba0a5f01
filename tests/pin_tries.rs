//! How many verdicts about a PIN anybody gets: over all PINs of one card, over many cards, at the same moment, and when the
//! power goes in the middle of it.
#![cfg(test)]

#[path = "pin_tries/killed.rs"]
mod killed;
mod support;

use payhsm::Engine;
use payhsm::caller::{Caller, Commands, Names};
use payhsm::cards::Guard;
use payhsm::engine::{Dialect, Session};
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::frame::{self, Taken};
use proptest::prelude::*;
use std::sync::{Arc, Barrier};
use std::thread;
use support::HEADER;
use support::cards::{Issuer, Setup};
use support::pin_life::{CARD, OTHER, appliance, register, setup, stands, verify, wa};
use support::random::long_tests;

/// What one caller gets for messages that it sends at once: the codes, in their order.
fn codes(engine: &Engine, caller: &Arc<Caller>, messages: &[String]) -> Vec<String> {
    let mut input = Vec::new();
    for message in messages {
        frame::host::put(&mut input, |out| {
            out.extend_from_slice(format!("{HEADER}{message}").as_bytes());
        });
    }
    let session = Session {
        peer: "test".into(),
        caller: Arc::clone(caller),
        dialect: Dialect::Host,
        port_lmk: None,
    };
    let mut rest = input.as_slice();
    let mut output = Vec::new();
    while !rest.is_empty() {
        let batch = engine.answer(&session, rest, &mut output);
        rest = &rest[batch.consumed..];
    }
    let mut codes = Vec::new();
    let mut rest = output.as_slice();
    while let Taken::Frame(answer, size) = frame::host::take(rest) {
        codes.push(String::from_utf8(answer[6..8].to_vec()).unwrap());
        rest = &rest[size..];
    }
    assert_eq!(codes.len(), messages.len());
    codes
}

fn caller(name: &str) -> Arc<Caller> {
    Arc::new(Caller::new(name, Commands::ALL).with_names(Names::Any, Names::Any))
}

/// Whether a code tells something of a PIN.
fn is_verdict(code: &str) -> bool {
    ["00", "N1"].contains(&code)
}

#[test]
fn of_ten_thousand_pins_three_get_a_verdict() {
    let mut issuer = appliance();
    register(&issuer, "7777", CARD);
    let mut verdicts = 0;
    for thousand in 0..10 {
        let messages: Vec<_> =
            (0..1_000).map(|pin| wa(&format!("{:04}", 1_000 * thousand + pin), CARD)).collect();
        let codes = codes(&issuer.engine, &caller("api"), &messages);
        verdicts += codes.iter().filter(|code| is_verdict(code)).count();
        assert!(codes.iter().all(|code| is_verdict(code) || code == "N2"));
        // Neither a day nor a new start gives another.
        issuer.day.pass(86_400);
        issuer = issuer.restarted();
    }
    assert_eq!(verdicts, 3);
    assert_eq!(verify(&issuer, "7777", CARD), "N2");
}

/// Card numbers of one BIN, each with its check digit.
fn cards(count: usize) -> Vec<String> {
    let luhn = |stem: &str| {
        let sum: u32 = stem
            .bytes()
            .rev()
            .zip([true, false].into_iter().cycle())
            .map(|(digit, twice)| {
                let value = u32::from(digit - b'0');
                if twice { value * 2 / 10 + value * 2 % 10 } else { value }
            })
            .sum();
        (10 - sum % 10) % 10
    };
    (0..count)
        .map(|number| {
            let stem = format!("400000{number:09}");
            format!("{stem}{}", luhn(&stem))
        })
        .collect()
}

fn failures(per_day: u32) -> Limits {
    Limits { failures: Rates { day: Some(per_day), ..Rates::default() }, ..Limits::default() }
}

#[test]
fn one_pin_on_many_cards_comes_to_an_end() {
    let cards = cards(200);
    for by_key in [false, true] {
        let guard = match by_key {
            false => Guard { caller: failures(40), ..Guard::default() },
            true => Guard { key: failures(40), ..Guard::default() },
        };
        let issuer = Issuer::new(Setup { guard, ..setup() });
        cards.iter().for_each(|card| register(&issuer, "7777", card));
        let sweep: Vec<_> = cards.iter().map(|card| wa("1357", card)).collect();
        let (one, other) = (caller("one"), caller("other"));
        let told = codes(&issuer.engine, &one, &sweep);
        let wrong = told.iter().filter(|code| *code == "N1").count();
        // Those that are worked on together are admitted together.
        assert!((40..48).contains(&wrong), "{wrong}");
        assert_eq!(told.iter().filter(|code| *code == "72").count(), 200 - wrong);
        // Refused is refused: no try of those cards was counted.
        let last = cards.last().unwrap();
        assert!(stands(&issuer, last).starts_with("WD000003"));
        // Whoever is another caller is stopped only where the key is.
        let message = [wa("7777", last)];
        let expected = if by_key { "72" } else { "00" };
        assert_eq!(codes(&issuer.engine, &other, &message), [expected]);
        let issuer = issuer.restarted();
        assert_eq!(codes(&issuer.engine, &one, &message), ["72"]);
        issuer.day.pass(86_400 + 3_600);
        assert_eq!(codes(&issuer.engine, &one, &message), ["00"]);
    }
}

#[test]
fn right_pins_are_no_failures() {
    let guard = Guard { caller: failures(2), key: failures(2) };
    let issuer = Issuer::new(Setup { guard, ..setup() });
    register(&issuer, "7777", CARD);
    for _ in 0..20 {
        assert_eq!(verify(&issuer, "7777", CARD), "00");
    }
    // Weak new PINs are none either; a block that is no PIN is, where its digits decided.
    let block = |pin| support::pin_life::block(pin, CARD);
    let weak = format!("WGL03zpkL03pvv{}{}01{CARD};", block("7777"), block("1111"));
    for _ in 0..5 {
        assert_eq!(issuer.ask(&weak), "WH86");
    }
    assert_eq!(verify(&issuer, "1357", CARD), "N1");
    assert_eq!(verify(&issuer, "1357", CARD), "N1");
    assert_eq!(verify(&issuer, "7777", CARD), "72");
    assert_eq!(issuer.ask(&weak), "WH72");
    let assigned = format!("WIL03zpkL03pvv{}01{OTHER};V1", support::pin_life::block("7777", OTHER));
    assert_eq!(issuer.ask(assigned), "WJ72");
    assert_eq!(issuer.ask(format!("WKL03zpkL03pvv01{OTHER};V1")), "WL72");
    assert_eq!(stands(&issuer, OTHER), "WDN3");
}

#[test]
fn at_the_last_try_one_of_two_gets_a_verdict() {
    let issuer = appliance();
    let engine = &issuer.engine;
    for round in 0..50 * long_tests() {
        register(&issuer, "7777", CARD);
        assert_eq!(issuer.ask(format!("WE{CARD};U")), "WF00");
        for _ in 0..2 {
            assert_eq!(verify(&issuer, "1357", CARD), "N1");
        }
        let both = Barrier::new(2);
        let ask = |pin: &'static str| {
            both.wait();
            codes(engine, &caller(pin), &[wa(pin, CARD)]).remove(0)
        };
        let told = thread::scope(|scope| {
            [["1357", "2468"], ["7777", "2468"]][round % 2]
                .map(|pin| scope.spawn(move || (pin, ask(pin))))
                .map(|thread| thread.join().unwrap())
        });
        let [(first, one), (_, other)] = &told;
        let verdicts = [one, other].iter().filter(|code| is_verdict(code)).count();
        if *first == "7777" && one == "00" {
            // The right one gave all tries back: whoever came after it had one.
            assert!(["N1", "N2"].contains(&other.as_str()), "{told:?}");
        } else {
            assert_eq!(verdicts, 1, "{told:?}");
        }
    }
}

/// What a caller does to a card.
#[derive(Clone, Copy, Debug)]
enum Step {
    Right,
    Wrong,
    Change,
    ChangeWithWrong,
    Unblock,
    Restart,
    /// So many wrong PINs at once.
    Together(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => Just(Step::Right),
        6 => Just(Step::Wrong),
        1 => Just(Step::Change),
        1 => Just(Step::ChangeWithWrong),
        1 => Just(Step::Unblock),
        1 => Just(Step::Restart),
        2 => (1_usize..12).prop_map(Step::Together),
    ];
    prop::collection::vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24 * u32::try_from(long_tests()).unwrap()))]

    #[test]
    fn never_more_verdicts_than_the_limit_between_two_successes(steps in steps(), limit in 1_u8..6) {
        let products = vec![support::pin_life::product(&["4"], limit)];
        let mut issuer = Issuer::new(Setup { products, ..setup() });
        let pins = ["7741", "9182"];
        let mut now = 0;
        register(&issuer, pins[now], CARD);
        let mut wrong = 0;
        for step in steps {
            let blocked = wrong == usize::from(limit);
            let block = |pin| support::pin_life::block(pin, CARD);
            let change = |from, to| format!("WGL03zpkL03pvv{}{}01{CARD};", block(from), block(to));
            match step {
                Step::Right => {
                    let expected = if blocked { "N2" } else { wrong = 0; "00" };
                    prop_assert_eq!(verify(&issuer, pins[now], CARD), expected);
                }
                Step::Wrong => {
                    let expected = if blocked { "N2" } else { wrong += 1; "N1" };
                    prop_assert_eq!(verify(&issuer, pins[1 - now], CARD), expected);
                }
                Step::Change => {
                    let message = change(pins[now], pins[1 - now]);
                    let expected = if blocked { "WHN2" } else { wrong = 0; now = 1 - now; "WH00" };
                    prop_assert_eq!(issuer.ask(message), expected);
                }
                Step::ChangeWithWrong => {
                    let message = change(pins[1 - now], pins[now]);
                    let expected = if blocked { "WHN2" } else { wrong += 1; "WHN1" };
                    prop_assert_eq!(issuer.ask(message), expected);
                }
                Step::Unblock => {
                    prop_assert_eq!(issuer.ask(format!("WE{CARD};U")), "WF00");
                    wrong = 0;
                }
                Step::Restart => issuer = issuer.restarted(),
                Step::Together(count) => {
                    let messages = vec![wa("1357", CARD); count];
                    let told = codes(&issuer.engine, &caller("api"), &messages);
                    let verdicts = told.iter().filter(|code| is_verdict(code)).count();
                    prop_assert_eq!(verdicts, count.min(usize::from(limit) - wrong));
                    wrong += verdicts;
                }
            }
            let tries = format!("WD00{wrong:02}{limit:02}");
            prop_assert!(stands(&issuer, CARD).starts_with(&tries), "{} is not {}", stands(&issuer, CARD), tries);
        }
    }
}
