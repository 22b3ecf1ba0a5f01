use crate::support::cards::{Issuer, Setup};
use crate::support::keys::sealed;
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{ask_as, both, caller};
use crate::support::values::{ISSUE, appliance, setup};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::xa_reserve_card_numbers::ReserveCardNumbers;
use payhsm_protocol::command::xc_next_card_numbers::NextCardNumbers;
use std::collections::BTreeSet;

const XA: &str = "XAL07issuing411111;1600010";

/// The name of a new batch.
fn batch(issuer: &Issuer, message: &str) -> String {
    let answer = issuer.ask(message);
    let batch = answer.strip_prefix("XB00").unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(batch.len(), 32);
    batch.to_owned()
}

fn first(issuer: &Issuer, batch: &str) -> String {
    let answer = issuer.ask(format!("XC{batch}L07issuingN001C"));
    answer.strip_prefix("XD").unwrap().to_owned()
}

#[test]
fn a_batch_goes_on_where_the_one_before_ended() {
    let issuer = appliance();
    let (one, two) = (batch(&issuer, XA), batch(&issuer, XA));
    assert_ne!(one, two);
    // Counters 0 and 10 of BIN 411111.
    assert!(first(&issuer, &one).contains("4111119923378778"));
    let given = first(&issuer, &two);
    assert!(given.contains("C411111") && !given.contains("4111119923378778"), "{given}");
    // Each range, each length and each key has counters of its own.
    for other in ["XAL07issuing41111122;1600001", "XAL07issuing411111;1900001"] {
        let other = batch(&issuer, other);
        assert!(issuer.ask(format!("XC{other}L07issuingN001C")).starts_with("XD00"));
    }
    let key = sealed("93AC00N00", &ISSUE.replace('0', "5"));
    let of_key = batch(&issuer, &format!("XA{key}411111;1600001"));
    assert_eq!(issuer.ask(format!("XC{of_key}L07issuingN001C")), "XDC5");
    assert!(issuer.ask(format!("XC{of_key}{key}N001C")).starts_with("XD00"));
    // No start forgets what was given.
    let issuer = issuer.restarted();
    let three = batch(&issuer, XA);
    let given = first(&issuer, &three);
    assert!(!given.contains("4111119923378778"), "{given}");
}

#[test]
fn many_at_a_time_get_other_numbers() {
    let issuer = appliance();
    let numbers: Vec<String> = std::thread::scope(|scope| {
        let asks = (0..8).map(|_| {
            scope.spawn(|| {
                let one = || {
                    let batch = batch(&issuer, "XAL07issuing411111;1600003");
                    let answer = issuer.ask(format!("XC{batch}L07issuingN500C"));
                    answer["XD000000300003003".len()..].to_owned()
                };
                (0..10).map(|_| one()).collect::<Vec<_>>()
            })
        });
        let asks: Vec<_> = asks.collect();
        asks.into_iter().flat_map(|ask| ask.join().unwrap()).collect()
    });
    let all: Vec<&str> = numbers.iter().flat_map(|some| some.split_terminator(';')).collect();
    assert_eq!(all.len(), 240);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 240);
}

#[test]
fn a_range_ends() {
    let issuer = appliance();
    // A million: BIN of 6 and 13 digits.
    let most = "XAL07issuing411111;1399999";
    for _ in 0..10 {
        batch(&issuer, most);
    }
    assert_eq!(both::<ReserveCardNumbers>(&issuer, "XAL07issuing411111;1300011"), "C4");
    let last = batch(&issuer, "XAL07issuing411111;1300010");
    assert_eq!(both::<ReserveCardNumbers>(&issuer, "XAL07issuing411111;1300001"), "C4");
    let answer = issuer.ask(format!("XC{last}L07issuingN010C"));
    assert!(answer.starts_with("XD000001000010010C411111"), "{answer}");
}

#[test]
fn refusals() {
    let issuer = appliance();
    refuses_in_both::<ReserveCardNumbers>(
        &issuer,
        XA,
        &[
            ("411111;", "41111;", "15"),
            ("411111;", "4111111111111;", "15"),
            ("411111;", "41111A;", "15"),
            ("411111;", "411111", "15"),
            (";16", ";12", "C1"),
            (";16", ";20", "C1"),
            (";16", ";xx", "C1"),
            ("411111;16", "4111111111;16", "T6"),
            ("411111;16", "4111112;13", "T6"),
            ("00010", "00000", "21"),
            ("00010", "0001x", "21"),
            ("L07issuing", "L06tokens", "A6"),
            ("L07issuing", "L04none", "12"),
            ("L07issuing", "L04card", "A6"),
        ],
    );
    // A key that only verifies draws no numbers; a changed one is none.
    let key = sealed("93AV00N00", ISSUE);
    assert_eq!(issuer.ask(format!("XA{key}411111;1600010")), "XBA8");
    let key = sealed("93AC00N00", ISSUE);
    for forged in tampered(&key, key.len() - 8..key.len()) {
        assert_eq!(issuer.ask(format!("XA{forged}411111;1600010")), "XBA4");
    }
    // Nothing of this took a number.
    assert!(first(&issuer, &batch(&issuer, XA)).contains("4111119923378778"));
}

#[test]
fn whoever_remembers_nothing_gives_no_numbers() {
    let key = sealed("93AC00N00", ISSUE);
    let message = format!("XA{key}411111;1600010");
    assert_eq!(ask(&development(), &message), "XBS0");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "XB68");
}

#[test]
fn a_batch_is_its_callers_own() {
    let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() });
    let key = sealed("93AC00N00", ISSUE);
    let (one, other) = (caller("one", &[]), caller("other", &[]));
    let answer = ask_as(&issuer.engine, &one, &format!("XA{key}411111;1600010"));
    let batch = answer.strip_prefix("XB00").unwrap();
    let next = format!("XC{batch}{key}N001T998");
    assert_eq!(ask_as(&issuer.engine, &other, &next), "XDC5");
    assert_eq!(
        crate::support::tokens::compact_as::<NextCardNumbers>(&issuer.engine, &other, &next),
        "C5"
    );
    assert!(ask_as(&issuer.engine, &one, &next).starts_with("XD000000100010001P998411111"));
}
