mod time;

use super::{
    CodeState, Dcvv2Refused, Dcvv2Row, Deferred, Digits, Form, HIGHEST_NUMBER, LastResult,
    Merchant, Method, Mode, NoMerchant, Policy, PolicyMistake, WhileAlive,
};
use crate::row::tests::golden;
use crate::{Row, RowError};
use std::num::NonZeroU32;

/// Of the vectors of the time form: 2026-01-01.
const NOW: u64 = 1_767_225_600;

fn policy() -> Policy {
    Policy { auto_enable: true, ..Policy::default() }
}

fn timed(step: u32) -> Policy {
    Policy { form: Form::Time { step: NonZeroU32::new(step).unwrap() }, ..policy() }
}

fn generate(row: &mut Dcvv2Row, policy: &Policy, now: u64) -> Result<u32, Dcvv2Refused> {
    row.generate(policy, now, |_| true).map(|generated| generated.code.number)
}

fn verify(row: &mut Dcvv2Row, now: u64, number: u32) -> Result<(), Dcvv2Refused> {
    verify_at(row, now, None, number)
}

fn verify_at(
    row: &mut Dcvv2Row,
    now: u64,
    merchant: Option<&str>,
    number: u32,
) -> Result<(), Dcvv2Refused> {
    let merchant = merchant.map(|id| Merchant::new(id).unwrap());
    let attempt = row.verify_begin(now, merchant.as_ref())?;
    let right = attempt.expected().number == number;
    row.verify_end(attempt, right)
}

#[test]
fn bytes() {
    golden(&Dcvv2Row::default(), "01000000000000000000000000000000");
    let mut row = Dcvv2Row::default();
    let deferred = Some(Deferred { uses: 3, window: 86_400 });
    let (method, digits) = (Method::Hmac, Digits::Four);
    let policy = Policy { deferred, method, digits, fallback: true, ..policy() };
    generate(&mut row, &policy, 1000).unwrap();
    verify_at(&mut row, 1001, Some("SHOP 1  "), 1).unwrap();
    verify_at(&mut row, 1002, Some("SHOP 1"), 2).unwrap_err();
    row.withdraw();
    let expected = "01020000000100000000000003ea0100010000000102040000000000\
                    0003e8000000000001556902020100015180010006\
                    53484f50203101";
    golden(&row, &expected.replace(' ', ""));
    let legal = |mode, counter, number| {
        let (before, after) = ("00".repeat(9), "00".repeat(21));
        let row = format!("01{mode:02x}{counter:08x}{before}01{number:08x}0103{after}");
        Dcvv2Row::decode(&hex::decode(row).unwrap()).map(|_| ())
    };
    assert_eq!(legal(2, HIGHEST_NUMBER, HIGHEST_NUMBER), Ok(()));
    assert_eq!(legal(3, HIGHEST_NUMBER, HIGHEST_NUMBER), Err(RowError::Malformed));
    assert_eq!(legal(2, HIGHEST_NUMBER + 1, 1), Err(RowError::Malformed));
    assert_eq!(legal(2, 1, HIGHEST_NUMBER + 1), Err(RowError::Malformed));
    assert_eq!(legal(2, 1, 0), Err(RowError::Malformed));
}

#[test]
fn a_code_is_good_once() {
    let mut row = Dcvv2Row::default();
    assert_eq!(verify(&mut row, NOW, 1), Err(Dcvv2Refused::NotGenerated));
    assert_eq!(
        row.generate(&Policy::default(), NOW, |_| true),
        Err(Dcvv2Refused::DynamicUnsupported)
    );
    assert_eq!(row, Dcvv2Row::default());
    let generated = row.generate(&policy(), NOW, |_| true).unwrap();
    assert_eq!((generated.code.number, generated.code.digits.count()), (1, 3));
    assert_eq!((generated.issued_at, generated.expires_at), (NOW, NOW + 300));
    assert_eq!(verify(&mut row, NOW, 7), Err(Dcvv2Refused::CvvMismatch));
    assert_eq!(row.status(NOW).last_result, Some(LastResult::Wrong));
    assert_eq!((row.status(NOW).tries_left, row.status(NOW).code), (2, CodeState::Alive));
    assert_eq!(verify(&mut row, NOW + 299, 1), Ok(()));
    assert_eq!((row.status(NOW).uses_left, row.status(NOW).code), (0, CodeState::Used));
    assert_eq!(row.status(NOW).last_result, Some(LastResult::Right));
    let before = row.clone();
    assert_eq!(verify(&mut row, NOW + 299, 1), Err(Dcvv2Refused::Used));
    assert_eq!(verify(&mut row, NOW + 300, 1), Err(Dcvv2Refused::Expired));
    assert_eq!(row, before, "what is refused changes nothing");
    assert_eq!(generate(&mut row, &policy(), NOW + 300), Ok(2));
    assert_eq!(
        verify(&mut row, NOW + 300, 1),
        Err(Dcvv2Refused::CvvMismatch),
        "the last one alone"
    );
}

#[test]
fn tries_run_out() {
    let mut row = Dcvv2Row::default();
    generate(&mut row, &policy(), NOW).unwrap();
    for _ in 0..3 {
        assert_eq!(verify(&mut row, NOW, 9), Err(Dcvv2Refused::CvvMismatch));
    }
    assert_eq!(verify(&mut row, NOW, 1), Err(Dcvv2Refused::Blocked));
    assert_eq!(row.status(NOW).code, CodeState::Blocked);
    // First of all that it is late.
    assert_eq!(verify(&mut row, NOW + 300, 1), Err(Dcvv2Refused::Expired));
    assert_eq!(generate(&mut row, &policy(), NOW), Ok(2));
    assert_eq!(verify(&mut row, NOW, 2), Ok(()));
}

#[test]
fn modes() {
    let with_fallback = Policy { fallback: true, ..Policy::default() };
    let mut row = Dcvv2Row::default();
    assert_eq!(row.disable(NOW), Err(Dcvv2Refused::AlreadyInMode));
    assert_eq!(row.enable(&Policy::default(), true), Err(Dcvv2Refused::DynamicUnsupported));
    assert_eq!((row.mode(), row.static_allowed()), (Mode::Static, Ok(())));
    row.enable(&with_fallback, false).unwrap();
    assert_eq!(row.enable(&with_fallback, false), Err(Dcvv2Refused::AlreadyInMode));
    assert_eq!(row.static_allowed(), Err(Dcvv2Refused::StaticInactive));
    row.enable(&with_fallback, true).unwrap();
    assert_eq!((row.mode(), row.static_allowed()), (Mode::DynamicWithFallback, Ok(())));
    assert_eq!(verify(&mut row, NOW, 1), Err(Dcvv2Refused::NotGenerated));
    generate(&mut row, &with_fallback, NOW).unwrap();
    row.disable(NOW).unwrap();
    assert_eq!(verify(&mut row, NOW, 1), Err(Dcvv2Refused::DynamicUnsupported));
    assert_eq!(generate(&mut row, &with_fallback, NOW), Err(Dcvv2Refused::DynamicUnsupported));
    row.enable(&with_fallback, true).unwrap();
    assert_eq!(verify(&mut row, NOW, 1), Err(Dcvv2Refused::NotGenerated), "withdrawn");
    assert_eq!(generate(&mut row, &with_fallback, NOW), Ok(2));
    for (fallback, mode) in [(false, Mode::Dynamic), (true, Mode::DynamicWithFallback)] {
        let mut row = Dcvv2Row::default();
        generate(&mut row, &Policy { fallback, ..policy() }, NOW).unwrap();
        assert_eq!(row.mode(), mode);
    }
    assert_eq!(
        [Mode::Static, Mode::Dynamic, Mode::DynamicWithFallback].map(Mode::number),
        [0, 1, 2]
    );
}

#[test]
fn a_product_may_refuse_another_while_one_is_alive() {
    let refuse = Policy { while_alive: WhileAlive::Refuse, ..policy() };
    let mut row = Dcvv2Row::default();
    generate(&mut row, &refuse, NOW).unwrap();
    let before = row.clone();
    assert_eq!(generate(&mut row, &refuse, NOW + 299), Err(Dcvv2Refused::NotExpired));
    assert_eq!(row, before);
    assert_eq!(generate(&mut row, &refuse, NOW + 300), Ok(2));
    verify(&mut row, NOW + 300, 2).unwrap();
    assert_eq!(generate(&mut row, &refuse, NOW + 300), Ok(3));
}

#[test]
fn numbers_are_skipped_and_end() {
    let mut row = Dcvv2Row::default();
    assert_eq!(row.previous(&policy()), None);
    let asked = row.generate(&policy(), NOW, |number| number == 4).unwrap();
    assert_eq!(asked.code.number, 4);
    assert_eq!(row.previous(&policy()), Some(asked.code));
    assert_eq!(row.previous(&timed(60)), None);
    assert_eq!(verify(&mut row.clone(), NOW, 3), Err(Dcvv2Refused::CvvMismatch));
    let before = row.clone();
    let refused = row.generate(&policy(), NOW, |_| false);
    assert_eq!((refused, &row), (Err(Dcvv2Refused::CounterExhausted), &before));
    row.counter = HIGHEST_NUMBER - 1;
    assert_eq!(generate(&mut row, &policy(), NOW), Ok(HIGHEST_NUMBER));
    assert_eq!(generate(&mut row, &policy(), NOW), Err(Dcvv2Refused::CounterExhausted));
    row.withdraw();
    assert_eq!(row.status(NOW).counter, HIGHEST_NUMBER, "never counted from 1 again");
}

#[test]
fn a_clock_that_goes_back() {
    let mut row = Dcvv2Row::default();
    generate(&mut row, &policy(), NOW).unwrap();
    assert_eq!(generate(&mut row, &policy(), NOW - 6), Err(Dcvv2Refused::ClockStepped));
    let small = row.generate(&policy(), NOW - 5, |_| true).unwrap();
    assert_eq!((small.issued_at, small.expires_at), (NOW, NOW + 300));
    // A code that was seen late stays late.
    verify(&mut row, NOW + 299, 9).unwrap_err();
    let late = row.clone();
    generate(&mut row, &policy(), NOW + 300).unwrap();
    assert_eq!(row.status(NOW).code, CodeState::Alive);
    assert_eq!(late.status(NOW + 300).code, CodeState::Expired);
    // Far ahead: off and on again, and nothing that was withdrawn is good.
    generate(&mut row, &policy(), NOW + 1_000_000).unwrap();
    assert_eq!(generate(&mut row, &policy(), NOW), Err(Dcvv2Refused::ClockStepped));
    row.disable(NOW).unwrap();
    row.enable(&policy(), false).unwrap();
    assert_eq!(verify(&mut row, NOW, 4), Err(Dcvv2Refused::NotGenerated));
    assert_eq!(generate(&mut row, &policy(), NOW), Ok(5));
}

#[test]
fn deferred_uses_are_bound_to_the_first_merchant() {
    let deferred = Some(Deferred { uses: 3, window: 86_400 });
    let policy = Policy { deferred, ..policy() };
    let mut row = Dcvv2Row::default();
    generate(&mut row, &policy, NOW).unwrap();
    let mut anonymous = row.clone();
    verify_at(&mut row, NOW + 299, Some("SHOP"), 1).unwrap();
    assert_eq!(row.status(NOW).merchant, Merchant::new("SHOP").ok());
    let before = row.clone();
    for merchant in [Some("SHOQ"), None] {
        let refused = verify_at(&mut row, NOW + 300, merchant, 1);
        assert_eq!(refused, Err(Dcvv2Refused::AnotherMerchant));
    }
    assert_eq!(row, before);
    let last = NOW + 299 + 86_399;
    assert_eq!(verify_at(&mut row.clone(), last + 1, Some("SHOP"), 1), Err(Dcvv2Refused::Expired));
    assert_eq!(verify_at(&mut row, last, Some("SHOP   "), 1), Ok(()));
    assert_eq!(verify_at(&mut row, last, Some("SHOP"), 1), Ok(()));
    assert_eq!(verify_at(&mut row, last, Some("SHOP"), 1), Err(Dcvv2Refused::Used));
    // Bound to nobody: one use.
    assert_eq!(verify(&mut anonymous, NOW, 1), Ok(()));
    assert_eq!(verify(&mut anonymous, NOW, 1), Err(Dcvv2Refused::Used));
}

#[test]
fn verifications_at_the_same_time() {
    let shop = |id| Merchant::new(id).unwrap();
    let mut row = Dcvv2Row::default();
    generate(&mut row, &policy(), NOW).unwrap();
    let first = row.verify_begin(NOW, None).unwrap();
    let second = row.verify_begin(NOW, None).unwrap();
    let third = row.verify_begin(NOW, None).unwrap();
    assert_eq!(row.verify_begin(NOW, None), Err(Dcvv2Refused::Blocked));
    assert_eq!(row.verify_end(second, true), Ok(()));
    assert_eq!(row.verify_end(first, true), Err(Dcvv2Refused::Used));
    generate(&mut row, &policy(), NOW).unwrap();
    assert_eq!(row.verify_end(third, true), Err(Dcvv2Refused::NotGenerated));
    assert_eq!(row.status(NOW).tries_left, 3);
    let withdrawn = row.verify_begin(NOW, None).unwrap();
    row.withdraw();
    assert_eq!(row.verify_end(withdrawn, true), Err(Dcvv2Refused::NotGenerated));
    let deferred = Some(Deferred { uses: 9, window: 60 });
    generate(&mut row, &Policy { deferred, ..policy() }, NOW).unwrap();
    let here = row.verify_begin(NOW, Some(&shop("HERE"))).unwrap();
    let there = row.verify_begin(NOW, Some(&shop("THERE"))).unwrap();
    assert_eq!(row.verify_end(here, true), Ok(()));
    assert_eq!(row.verify_end(there, true), Err(Dcvv2Refused::AnotherMerchant));
}

#[test]
fn merchants() {
    assert_eq!(Merchant::new("123456789012345  ").unwrap().as_str(), "123456789012345");
    for id in ["", "   ", "1234567890123456", "caf\u{e9}", "a\nb"] {
        assert_eq!(Merchant::new(id), Err(NoMerchant), "{id}");
    }
}

#[test]
fn policies() {
    assert_eq!(Policy::default().check(), Ok(()));
    assert_eq!(Policy { ttl: 64_800, skew: 3_600, ..timed(64_800) }.check(), Ok(()));
    let wrong = |policy: Policy, mistake| assert_eq!(policy.check(), Err(mistake));
    wrong(Policy { ttl: 59, ..policy() }, PolicyMistake::Ttl(59));
    wrong(Policy { ttl: 64_801, ..policy() }, PolicyMistake::Ttl(64_801));
    wrong(timed(59), PolicyMistake::Step(59));
    wrong(timed(64_801), PolicyMistake::Step(64_801));
    wrong(Policy { tries: 0, ..policy() }, PolicyMistake::Tries(0));
    wrong(Policy { tries: 10, ..policy() }, PolicyMistake::Tries(10));
    wrong(Policy { uses: 0, ..policy() }, PolicyMistake::Uses(0));
    wrong(Policy { skew: 3_601, ..policy() }, PolicyMistake::Skew(3_601));
    let deferred = |uses, window| Policy { deferred: Some(Deferred { uses, window }), ..policy() };
    assert_eq!(deferred(2, 60).check(), Ok(()));
    wrong(deferred(1, 60), PolicyMistake::DeferredUses(1));
    wrong(deferred(2, 59), PolicyMistake::Window(59));
    wrong(deferred(2, 2_678_401), PolicyMistake::Window(2_678_401));
}
