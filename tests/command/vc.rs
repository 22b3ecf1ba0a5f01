mod static_value;

use crate::support::both::{BOTH, ask_in};
use crate::support::cards::{Issuer, Setup};
use crate::support::development;
use crate::support::dynamic::{
    CARD, DCVK_CLEAR, REST, code, generate, issuer, made, next, other_than, policy, setup, verify,
};
use crate::support::keys::sealed;
use payhsm::cards::{Cards, Domains, Guard};
use payhsm::engine::Dialect;
use payhsm::settings::Profile;
use payhsm_issuing::dcvv2::{Deferred, Digits, Form, Policy};
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_issuing::product::{Product, Products};
use std::num::NonZeroU32;
use std::thread;

const OTHER_CARD: &str = "4000000000000000006";

#[test]
fn a_code_is_good_once() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        let ask = |value: &str| issuer.ask_in(dialect, &verify(CARD, value));
        assert_eq!(ask("829"), "VDV2");
        assert_eq!(next(&issuer, dialect, CARD), "829");
        assert_eq!(ask("828"), "VDV1");
        assert_eq!(issuer.ask_in(dialect, &verify(OTHER_CARD, "829")), "VDV2", "of another card");
        assert_eq!(ask("C829"), "VD00D");
        assert_eq!(ask("829"), "VDV4");
        issuer.day.pass(300);
        assert_eq!(ask("829"), "VDV3");
        assert_eq!(next(&issuer, dialect, CARD), "378");
        assert_eq!(ask("829"), "VDV1", "the one before");
        assert_eq!(ask("378"), "VD00D");
        assert_eq!(next(&issuer, dialect, CARD), "010");
        issuer.day.pass(299);
        assert_eq!(ask("010"), "VD00D", "in its last second");
    }
}

#[test]
fn tries_run_out_and_stay_out() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        next(&issuer, dialect, CARD);
        for wrong in ["828", "8294", "000"] {
            assert_eq!(issuer.ask_in(dialect, &verify(CARD, wrong)), "VDV1");
        }
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "829")), "VDV5");
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "829")), "VDV5");
        // A new code has tries of its own.
        assert_eq!(next(&issuer, dialect, CARD), "378");
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "829")), "VDV1");
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "378")), "VD00D");
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "378")), "VDV4");
    }
}

#[test]
fn a_sweep_of_all_codes_gets_as_many_verdicts_as_there_are_tries() {
    let issuer = issuer(Policy { digits: Digits::Three, tries: 5, ..policy() });
    next(&issuer, Dialect::Host, CARD);
    let answers = (0..829).map(|guess| issuer.ask(verify(CARD, &format!("{guess:03}"))));
    let verdicts = answers.filter(|answer| answer == "VDV1").count();
    assert_eq!(verdicts, 5);
    assert_eq!(issuer.ask(verify(CARD, "829")), "VDV5");
}

#[test]
fn a_card_that_was_disabled() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        next(&issuer, dialect, CARD);
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};0")), "VF00");
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "829")), "VDV7");
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};1")), "VF00");
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "829")), "VDV2", "it was withdrawn");
        let other = verify("5555555555554444", "829");
        assert_eq!(issuer.ask_in(dialect, &other), "VDV7", "a product without");
    }
}

#[test]
fn further_uses_are_of_the_first_merchant() {
    for dialect in BOTH {
        let deferred = Some(Deferred { uses: 3, window: 86_400 });
        let issuer = issuer(Policy { deferred, ..policy() });
        let at = |merchant: &str| {
            issuer.ask_in(dialect, &format!("VCL04dcvk{CARD};{REST}829;{merchant};"))
        };
        next(&issuer, dialect, CARD);
        assert_eq!(at("SHOP 1"), "VD00D");
        issuer.day.pass(86_399);
        assert_eq!(at("SHOP 2"), "VDVA");
        assert_eq!(at(""), "VDVA");
        assert_eq!(at("SHOP 1         "), "VD00D", "blanks fill the field");
        assert_eq!(at("1234567890123456"), "VD15");
        assert_eq!(at(" "), "VD15");
        assert_eq!(at("SHOP 1"), "VD00D");
        assert_eq!(at("SHOP 1"), "VDV4");
        issuer.day.pass(1);
        assert_eq!(at("SHOP 1"), "VDV3");
    }
}

#[test]
fn the_time_form() {
    for dialect in BOTH {
        let step = NonZeroU32::new(60).unwrap();
        let issuer = issuer(Policy { form: Form::Time { step }, ..policy() });
        assert_eq!(next(&issuer, dialect, CARD), "925");
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "825")), "VDV1", "of the next step");
        issuer.day.pass(119);
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "925")), "VD00D", "one step back");
        assert_eq!(next(&issuer, dialect, CARD), "825");
        issuer.day.pass(61);
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "825")), "VDV3");
    }
}

#[test]
fn a_value_from_a_zone() {
    for (dialect, zone) in BOTH.into_iter().flat_map(|both| ["IYY", "OV1"].map(|zone| (both, zone)))
    {
        let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup(policy()) });
        let message = format!("VAL04dcvk{CARD};{REST}{zone};");
        let value = made(&issuer.ask_in(dialect, &message)).value;
        let ask = |value: &str| issuer.ask_in(dialect, &format!("VCL04dcvk{CARD};{REST}{value};"));
        let digit = value.len() - 2;
        let last = if value.as_bytes()[digit] == b'0' { "1" } else { "0" };
        let forged = format!("{}{last};", &value[..digit]);
        let shorter = format!("{};", &value[..digit - 1]);
        for _ in 0..4 {
            assert_eq!(ask(&forged), "VDD1", "no try");
            assert_eq!(ask(&shorter), "VDD1");
            assert_eq!(ask(&format!("E{zone}:1;")), "VDD1");
            assert_eq!(ask(&value.replace(zone, "XXX")), "VD12");
            assert_eq!(ask(&value.replace(zone, "LEG")), "VDXL");
        }
        let other = message.replace(CARD, OTHER_CARD);
        issuer.ask_in(dialect, &other);
        assert_eq!(ask(&value), "VD00D");
        assert_eq!(ask(&value), "VDV4");
    }
}

#[test]
fn a_key_of_the_other_method_costs_nothing() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        next(&issuer, dialect, CARD);
        let good = verify(CARD, "829");
        for (from, to, refused) in [
            ("L04dcvk", "L04hmac", "A6"),
            ("L04dcvk", "L03cvk", "A6"),
            ("L04dcvk", "L04none", "12"),
            (CARD, "4111111111111112", "C3"),
            (CARD, "411111111111", "C1"),
            (CARD, "411111111111111x", "C2"),
            ("829;", "82;", "15"),
            ("829;", "829412;", "15"),
            ("829;", "82x;", "15"),
            ("829;;", "829;;;", "15"),
        ] {
            let changed = good.replacen(from, to, 1);
            assert_eq!(issuer.ask_in(dialect, &changed), format!("VD{refused}"), "{changed}");
        }
        assert_eq!(issuer.ask_in(dialect, &good), "VD00D");
    }
    let production = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup(policy()) });
    let message = verify(CARD, "829").replace("dcvk", "cvk").replace("L04", "L03");
    assert_eq!(production.ask(message), "VDA4");
}

#[test]
fn whoever_tries_many_cards_is_stopped() {
    let two = Limits { failures: Rates { hour: Some(2), ..Rates::default() }, ..Limits::default() };
    let by_caller = Guard { caller: two, ..Guard::default() };
    let by_key = Guard { key: two, ..Guard::default() };
    for (dialect, guard) in BOTH.into_iter().flat_map(|both| [by_caller, by_key].map(|g| (both, g)))
    {
        let issuer = Issuer::new(Setup { guard, ..setup(policy()) });
        let cards = ["4111111111111111", "4111111111111129", "4000000000000000006"];
        for card in cards {
            next(&issuer, dialect, card);
        }
        let wrong = other_than(&cards.map(|card| code(card, 1, 3)).each_ref().map(String::as_str));
        assert_eq!(issuer.ask_in(dialect, &verify(cards[0], &wrong)), "VDV1");
        assert_eq!(issuer.ask_in(dialect, &verify(cards[1], &wrong)), "VDV1");
        let right = verify(cards[2], &code(cards[2], 1, 3));
        assert_eq!(issuer.ask_in(dialect, &right), "VD72");
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask_in(dialect, &right), "VD72", "also after a new start");
        issuer.day.pass(3_900);
        assert_eq!(issuer.ask_in(dialect, &right), "VDV3", "it lived only so long");
    }
}

#[test]
fn of_many_at_one_time_one_is_right() {
    const THREADS: usize = 8;
    for round in 0..50 {
        let issuer = issuer(Policy { tries: 9, ..policy() });
        let engine = &issuer.engine;
        next(&issuer, Dialect::Host, CARD);
        let answers: Vec<String> = thread::scope(|scope| {
            let threads: Vec<_> = (0..THREADS)
                .map(|number| {
                    let dialect = BOTH[(number + round) % 2];
                    scope.spawn(move || ask_in(engine, dialect, &verify(CARD, "829")))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let count = |code: &str| answers.iter().filter(|answer| *answer == code).count();
        assert_eq!((count("VD00D"), count("VDV4")), (1, THREADS - 1), "{answers:?}");
    }
}

#[test]
fn of_many_wrong_ones_at_one_time_no_more_than_the_tries_get_a_verdict() {
    for _ in 0..20 {
        let issuer = issuer(policy());
        let engine = &issuer.engine;
        next(&issuer, Dialect::Host, CARD);
        let verdicts: usize = thread::scope(|scope| {
            let wrong =
                |_| scope.spawn(move || ask_in(engine, Dialect::Host, &verify(CARD, "828")));
            let threads: Vec<_> = (0..8).map(wrong).collect();
            threads
                .into_iter()
                .filter(|_| true)
                .map(|one| usize::from(one.join().unwrap() == "VDV1"))
                .sum()
        });
        assert_eq!(verdicts, 3);
        assert_eq!(issuer.ask(verify(CARD, "829")), "VDV5");
    }
}

#[test]
fn without_a_store_there_is_no_verdict() {
    let products = Products::new(setup(policy()).products, Product::default()).unwrap();
    let cards = Cards::none().with_terms(products, Domains::default(), Guard::default());
    let engine = development().with_cards(cards);
    let dcvk = sealed("90TC00N00", DCVK_CLEAR);
    for dialect in BOTH {
        for message in [generate(CARD), verify(CARD, "829")] {
            let message = message.replace("L04dcvk", &dcvk);
            let answer = ask_in(&engine, dialect, &message);
            assert_eq!(answer[2..], *"S0", "{message}");
        }
        for message in [format!("VE{CARD};1"), format!("VG{CARD};")] {
            assert_eq!(ask_in(&engine, dialect, &message)[2..], *"S0", "{message}");
        }
    }
}
