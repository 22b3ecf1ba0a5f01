use crate::support::cards::{Issuer, Setup};
use crate::support::{ask, call, development};
use payhsm::cards::Guard;
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::command::j8_tell_health_counts::TellHealthCounts;

/// Serial and three moments.
const HEAD: usize = 12 + 3 * 12;

#[test]
fn restarts_and_tampering_are_told() {
    let engine = development();
    let lives = &engine.numbers().lives;
    lives.begin(None, 1_700_000_000).unwrap();
    lives.named(0x0123_4567_89AB).unwrap();
    for _ in 0..2 {
        lives.tampered(1_700_000_100).unwrap();
    }
    let answer = ask(&engine, "J8");
    assert!(answer.starts_with("J9000123456789AB"), "{answer}");
    assert_eq!(&answer[4 + HEAD..], "0000000000000000000200000000000000000000");
    let (_, told) = call(&engine, None, &TellHealthCounts {});
    assert_eq!((told.clone().unwrap().tampers, told.unwrap().restarts), (2, 0));
}

#[test]
fn limits_that_were_met_are_told_by_their_kind() {
    let one = Some(1);
    for (failures, expected) in [
        (Rates { minute: one, ..Rates::default() }, "00000020000000000000"),
        (Rates { hour: one, ..Rates::default() }, "00000000000200000000"),
        (Rates { day: one, ..Rates::default() }, "00000000000000000002"),
    ] {
        let limits = Limits { failures, ..Limits::default() };
        let guard = Guard { caller: limits, ..Guard::default() };
        let issuer = Issuer::new(Setup { guard, ..Setup::default() });
        let (right, wrong) = super::pm::one();
        assert_eq!(issuer.ask(&right), "PN00");
        assert_eq!(issuer.ask(&wrong), "PN01");
        for _ in 0..2 {
            assert_eq!(issuer.ask(&right), "PN72");
        }
        assert_eq!(&issuer.ask("J8")[4 + HEAD + 20..], expected);
        let health = issuer.ask("JK");
        let exceeded = if failures.day.is_some() { "\x1501" } else { "\x1510" };
        assert!(health.ends_with(exceeded), "{health:?}");
    }
}

#[test]
fn there_are_no_fields() {
    for (message, code) in [("J80", "15"), ("J8%07", "13")] {
        assert_eq!(ask(&development(), message), format!("J9{code}"));
    }
}
