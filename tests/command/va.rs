use crate::support::both::BOTH;
use crate::support::cards::{Issuer, NEW_YEAR, Setup};
use crate::support::dynamic::{
    CARD, CARDS, GCM_CLEAR, REST, ROW_KIND, STATIC, ZEK_CLEAR, code, generate, issuer, made, next,
    policy, row_of_counter, setup, static_cvv2,
};
use crate::support::{ask, production};
use payhsm::engine::Dialect;
use payhsm::settings::Profile;
use payhsm_crypto::aead::AeadKey;
use payhsm_crypto::cipher::BlockKey;
use payhsm_issuing::dcvv2::{Dcvv2Row, Digits, Form, Method, Policy, WhileAlive};
use payhsm_issuing::row::Row as _;
use serde_json::Value;
use std::num::NonZeroU32;

fn vectors(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("../vectors/issuing.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

fn with_digits() -> [(Digits, &'static str); 2] {
    [(Digits::Three, "digits3"), (Digits::Four, "digits4")]
}

fn timed(step: u32) -> Policy {
    Policy { form: Form::Time { step: NonZeroU32::new(step).unwrap() }, ..policy() }
}

/// An appliance whose card had this many codes.
fn after(policy: Policy, card: &str, counter: u32) -> Issuer {
    let row = row_of_counter(counter);
    assert_eq!(Dcvv2Row::decode(&row).unwrap().status(0).counter, counter);
    issuer(policy).restarted_with(ROW_KIND, &[card.as_bytes()], &row)
}

#[test]
fn published_values_of_the_counter() {
    let all = vectors("dcvv2_cvv7");
    let mut seen = 0;
    for (digits, name) in with_digits() {
        let value = |card: &str, n: u32| {
            let is = |vector: &&Value| vector["pan"] == card && vector["n"] == n;
            all.iter().find(is).unwrap()[name].as_str().unwrap()
        };
        for (card, dialect) in CARDS.into_iter().flat_map(|card| BOTH.map(|both| (card, both))) {
            let policy = Policy { digits, ..policy() };
            let fresh = issuer(policy);
            for n in 1..=3 {
                assert_eq!(next(&fresh, dialect, card), value(card, n), "{card} {n}");
                seen += 1;
            }
            for before in [8, 9_999_998] {
                let late = after(policy, card, before);
                assert_eq!(next(&late, dialect, card), value(card, before + 1), "{card} {before}");
                seen += 1;
            }
            let tenth = after(policy, card, 9);
            assert_eq!(next(&tenth, dialect, card), value(card, 10));
        }
    }
    assert_eq!(seen, 2 * 3 * 2 * 5);
}

#[test]
fn published_values_of_the_time() {
    let all = vectors("dcvv2_cvv7");
    for (digits, name) in with_digits() {
        for (card, dialect) in CARDS.into_iter().flat_map(|card| BOTH.map(|both| (card, both))) {
            let issuer = issuer(Policy { digits, ..timed(60) });
            for n in [3_156_480, 3_156_481] {
                let is = |vector: &&Value| vector["pan"] == card && vector["n"] == n;
                let value = all.iter().find(is).unwrap()[name].as_str().unwrap();
                assert_eq!(next(&issuer, dialect, card), value, "{card} {n}");
                // The step has one code.
                assert_eq!(next(&issuer, dialect, card), value);
                issuer.day.pass(60);
            }
        }
    }
    let hours = issuer(timed(3600));
    assert_eq!(next(&hours, Dialect::Host, CARD), "924", "of issuing.md");
}

#[test]
fn number_zero_is_never_made() {
    // 2020-01-01 00:00 UTC: there the published values of number 0 would be.
    for dialect in BOTH {
        let issuer = issuer(timed(60));
        issuer.day.set(1_577_836_800);
        assert_eq!(issuer.ask_in(dialect, &generate(CARD)), "VBV8");
        issuer.day.pass(60);
        assert_eq!(next(&issuer, dialect, CARD), "829");
        issuer.day.set(1_577_836_799);
        assert_eq!(
            issuer.ask_in(dialect, &generate("4111111111111129")),
            "VBV9",
            "before the first"
        );
    }
}

#[test]
fn published_values_of_method_2() {
    let all = vectors("dcvv2_hmac");
    for (digits, name) in with_digits() {
        let policy = Policy { digits, method: Method::Hmac, ..policy() };
        let message = generate(CARD).replace("dcvk", "hmac");
        for (counter, dialect) in [1, 2, 1000].into_iter().flat_map(|n| BOTH.map(|both| (n, both)))
        {
            let value = all.iter().find(|vector| vector["counter"] == counter).unwrap();
            let issuer = after(policy, CARD, counter - 1);
            let right = made(&issuer.ask_in(dialect, &message));
            assert_eq!(right.value, format!("C{};", value[name].as_str().unwrap()));
            // Other expiry, other sequence number, other card: other values.
            let other_card = "4111111111111129";
            for (card, from, to) in
                [(CARD, REST, "291202"), (CARD, REST, "301201"), (other_card, CARD, other_card)]
            {
                let other = after(policy, card, counter - 1);
                let changed = made(&other.ask_in(dialect, &message.replace(from, to)));
                assert_ne!(changed.value, right.value, "{to}");
            }
        }
    }
}

#[test]
fn another_key_and_another_card_have_other_values() {
    let policy = Policy { digits: Digits::Four, ..policy() };
    let mut other = setup(policy);
    other.keys[0].2 = "404043434545464649494A4A4C4C4F4E";
    // A parity bit is none of the key.
    assert_eq!(next(&Issuer::new(other), Dialect::Host, CARD), "8294");
    let mut other = setup(policy);
    other.keys[0].2 = "404043434545464649494A4A4C4C4F4C";
    assert_ne!(next(&Issuer::new(other), Dialect::Host, CARD), "8294");
    assert_ne!(next(&issuer(policy), Dialect::Host, "4111111111111129"), "8294");
}

#[test]
fn what_is_told_with_it() {
    for dialect in BOTH {
        let issuer = issuer(Policy { ttl: 64_800, ..policy() });
        let first = made(&issuer.ask_in(dialect, &generate(CARD)));
        assert_eq!((first.mode, first.seconds), ('1', 64_800));
        assert_eq!((first.issued_at, first.expires_at), (NEW_YEAR, NEW_YEAR + 64_800));
        // In the time form at most to the end of the next step.
        let issuer = Issuer::new(setup(Policy { ttl: 300, fallback: true, ..timed(60) }));
        issuer.day.pass(30);
        let made = made(&issuer.ask_in(dialect, &generate(CARD)));
        assert_eq!((made.mode, made.seconds), ('2', 90));
    }
}

#[test]
fn a_value_for_a_zone() {
    for (digits, dialect) in
        [Digits::Three, Digits::Four].into_iter().flat_map(|d| BOTH.map(|b| (d, b)))
    {
        let issuer = Issuer::new(Setup {
            profile: Some(Profile::Issuer),
            ..setup(Policy { digits, ..policy() })
        });
        let length = usize::from(digits.count());
        let under = |zone: &str| format!("VAL04dcvk{CARD};{REST}{zone};");
        let first = made(&issuer.ask_in(dialect, &under("IYY")));
        let sealed = first.value.strip_prefix("EIYY:").unwrap().strip_suffix(';').unwrap();
        let mut block = hex::decode(sealed).unwrap();
        let key = BlockKey::tdes(&hex::decode(ZEK_CLEAR).unwrap()).unwrap();
        key.ecb_decrypt(&mut block).unwrap();
        let expected = format!("8{length}{}", code(CARD, 1, length));
        assert_eq!(hex::encode(&block)[..expected.len()], expected);

        let second = made(&issuer.ask_in(dialect, &under("OV1")));
        let sealed = second.value.strip_prefix("EOV1:").unwrap().strip_suffix(';').unwrap();
        let sealed = hex::decode(sealed).unwrap();
        let key = AeadKey::new(hex::decode(GCM_CLEAR).unwrap().as_array().unwrap());
        let mut text = [0; 8];
        let read = payhsm_crypto::export::gcm::open(&key, b"DCVV2", &sealed, &mut text).unwrap();
        assert_eq!(text[..read], *code(CARD, 2, length).as_bytes());

        for (zone, refused) in
            [("LEG", "XL"), ("XXX", "12"), ("NOZ", "12"), ("I-Y", "21"), ("IYYY", "21")]
        {
            assert_eq!(issuer.ask_in(dialect, &under(zone)), format!("VB{refused}"), "{zone}");
        }
        // In the clear only on a developer's machine.
        assert_eq!(issuer.ask_in(dialect, &generate(CARD)), "VB17");
        // None of these refusals cost a number.
        let third = made(&issuer.ask_in(dialect, &under("OV1")));
        let sealed = third.value.strip_prefix("EOV1:").unwrap().strip_suffix(';').unwrap();
        let sealed = hex::decode(sealed).unwrap();
        let read = payhsm_crypto::export::gcm::open(&key, b"DCVV2", &sealed, &mut text).unwrap();
        assert_eq!(text[..read], *code(CARD, 3, length).as_bytes());
    }
}

#[test]
fn neither_the_last_value_nor_the_static_one() {
    let twice = (1..).find(|&n| code(CARD, n, 3) == code(CARD, n + 1, 3)).unwrap();
    let fixed = static_cvv2(CARD, 3);
    let same = (twice + 2..).find(|&n| code(CARD, n, 3) == fixed).unwrap();
    for dialect in BOTH {
        let issuer = after(policy(), CARD, twice - 1);
        assert_eq!(next(&issuer, dialect, CARD), code(CARD, twice, 3));
        assert_eq!(next(&issuer, dialect, CARD), code(CARD, twice + 2, 3), "not a second time");

        let known = after(policy(), CARD, same - 1);
        let message = format!("{}{STATIC}", generate(CARD));
        let made = made(&known.ask_in(dialect, &message));
        assert_eq!(made.value, format!("C{};", code(CARD, same + 1, 3)));
        let unknown = after(policy(), CARD, same - 1);
        assert_eq!(next(&unknown, dialect, CARD), fixed, "nobody said that it is the static one");
    }
}

#[test]
fn refusals_of_the_row() {
    for dialect in BOTH {
        // The product has none; the card has not been enabled.
        let none = issuer(policy());
        let other = generate("5555555555554444");
        assert_eq!(none.ask_in(dialect, &other), "VBV7");
        let off = issuer(Policy { auto_enable: false, ..policy() });
        assert_eq!(off.ask_in(dialect, &generate(CARD)), "VBV7");
        assert_eq!(off.ask_in(dialect, &format!("VE{CARD};1")), "VF00");
        assert_eq!(next(&off, dialect, CARD), "829");

        let refuse = issuer(Policy { while_alive: WhileAlive::Refuse, ..policy() });
        assert_eq!(next(&refuse, dialect, CARD), "829");
        refuse.day.pass(299);
        assert_eq!(refuse.ask_in(dialect, &generate(CARD)), "VBV8");
        refuse.day.pass(1);
        assert_eq!(next(&refuse, dialect, CARD), "378", "the refusal cost no number");

        let clock = issuer(policy());
        assert_eq!(next(&clock, dialect, CARD), "829");
        clock.day.set(NEW_YEAR - 6);
        assert_eq!(clock.ask_in(dialect, &generate(CARD)), "VBV9");
        clock.day.set(NEW_YEAR - 5);
        assert_eq!(next(&clock, dialect, CARD), "378");

        let last = after(policy(), CARD, 9_999_998);
        assert_eq!(next(&last, dialect, CARD), "386");
        assert_eq!(last.ask_in(dialect, &generate(CARD)), "VBVB");
        let last = last.restarted();
        assert_eq!(last.ask_in(dialect, &generate(CARD)), "VBVB", "for good");
    }
}

#[test]
fn refusals_of_the_request() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        let good = format!("{}{STATIC}", generate(CARD));
        assert_eq!(made(&issuer.ask_in(dialect, &good)).value, "C829;");
        for (from, to, refused) in [
            (CARD, "411111111111", "C1"),
            (CARD, "41111111111111111111", "C1"),
            (CARD, "411111111111111x", "C2"),
            (CARD, "4111111111111112", "C3"),
            ("L04dcvk", "L03cvk", "A6"),
            ("L04dcvk", "L04hmac", "A6"),
            ("L03cvk", "L04dcvk", "A6"),
            ("L04dcvk", "L04none", "12"),
            (REST, "29120x", "15"),
            (REST, "29x201", "15"),
            (STATIC, ";L03cvk29x2", "15"),
            (STATIC, ";", "15"),
        ] {
            let changed = good.replacen(from, to, 1);
            assert_eq!(issuer.ask_in(dialect, &changed), format!("VB{refused}"), "{changed}");
        }
        assert_eq!(next(&issuer, dialect, CARD), "378", "none of them cost a number");
        let production = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup(policy()) });
        let message = format!("VAL04hmac{CARD};{REST}IYY;");
        assert_eq!(production.ask_in(dialect, &message), "VBA4");
    }
    assert_eq!(ask(&production(Profile::Acquirer), generate(CARD)), "VB68");
}
