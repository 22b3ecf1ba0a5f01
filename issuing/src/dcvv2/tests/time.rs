use super::{NOW, generate, timed, verify};
use crate::dcvv2::{Dcvv2Refused, Dcvv2Row, HIGHEST_NUMBER};

#[test]
fn time_form_numbers() {
    let mut row = Dcvv2Row::default();
    // The published vectors.
    assert_eq!(generate(&mut row.clone(), &timed(60), NOW), Ok(3_156_480));
    assert_eq!(generate(&mut row.clone(), &timed(60), NOW + 59), Ok(3_156_480));
    assert_eq!(generate(&mut row.clone(), &timed(60), NOW + 60), Ok(3_156_481));
    assert_eq!(generate(&mut row.clone(), &timed(3_600), NOW), Ok(52_608));
    // Seven digits, and then from the start: where N would be 0 there is no code.
    let around = 1_577_836_800 + 60 * 10_000_000;
    assert_eq!(generate(&mut row.clone(), &timed(60), around - 1), Ok(HIGHEST_NUMBER));
    assert_eq!(generate(&mut row.clone(), &timed(60), around), Err(Dcvv2Refused::NotExpired));
    assert_eq!(generate(&mut row.clone(), &timed(60), around + 60), Ok(1));
    assert_eq!(generate(&mut row, &timed(60), 1_577_836_799), Err(Dcvv2Refused::ClockStepped));
    generate(&mut row, &timed(60), NOW).unwrap();
    assert_eq!(row.status(NOW).counter, 0, "the counter counts its own form");
}

#[test]
fn time_form_is_good_in_its_step_and_the_next() {
    let mut row = Dcvv2Row::default();
    let generated = row.generate(&timed(60), NOW + 10, |_| true).unwrap();
    assert_eq!(generated.expires_at, NOW + 120);
    let number = generated.code.number;
    assert_eq!(verify(&mut row.clone(), NOW + 119, number), Ok(()));
    assert_eq!(verify(&mut row.clone(), NOW + 120, number), Err(Dcvv2Refused::Expired));
    // The code of the next step was not told.
    assert_eq!(verify(&mut row.clone(), NOW + 60, number + 1), Err(Dcvv2Refused::CvvMismatch));
    let long = row.clone().generate(&timed(3_600), NOW + 10, |_| true).unwrap();
    assert_eq!(long.expires_at, NOW + 310, "no longer than it lives");
}

#[test]
fn a_step_has_one_code() {
    let mut row = Dcvv2Row::default();
    let number = generate(&mut row, &timed(3_600), NOW).unwrap();
    verify(&mut row, NOW, 0).unwrap_err();
    // Again, after it expired: the same one, with the tries that it had left.
    let again = row.generate(&timed(3_600), NOW + 400, |_| true).unwrap();
    assert_eq!((again.code.number, again.expires_at), (number, NOW + 700));
    assert_eq!(row.status(NOW + 400).tries_left, 2);
    let mut blocked = row.clone();
    verify(&mut blocked, NOW + 400, 0).unwrap_err();
    verify(&mut blocked, NOW + 400, 0).unwrap_err();
    assert_eq!(generate(&mut blocked, &timed(3_600), NOW + 400), Err(Dcvv2Refused::Blocked));
    verify(&mut row, NOW + 400, number).unwrap();
    let before = row.clone();
    assert_eq!(generate(&mut row, &timed(3_600), NOW + 3_599), Err(Dcvv2Refused::Used));
    let refused = row.generate(&timed(3_600), NOW + 3_600, |_| false);
    assert_eq!((refused, &row), (Err(Dcvv2Refused::NotExpired), &before));
    // Off and on gives it no new tries either.
    row.disable(NOW + 3_599).unwrap();
    row.enable(&timed(3_600), false).unwrap();
    assert_eq!(generate(&mut row, &timed(3_600), NOW + 3_599), Err(Dcvv2Refused::Used));
    assert_eq!(generate(&mut row, &timed(3_600), NOW + 3_600), Ok(number + 1));
}
