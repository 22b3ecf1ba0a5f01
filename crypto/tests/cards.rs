//! Card verification against published values.

#![cfg(test)]
#![expect(clippy::unwrap_in_result, clippy::string_slice, reason = "a test stops where it fails")]

mod common;

use common::{Case, Tally, cases, next_digit};
use payhsm_crypto::card::{CvvError, CvvInput, CvvKey};

fn cvv(case: &Case, pan: &str) -> Result<String, CvvError> {
    let expiry = case.text("expiry").as_bytes().try_into().map_err(|_| CvvError)?;
    let service_code = case.text("service_code").as_bytes().try_into().map_err(|_| CvvError)?;
    let input = CvvInput::new(pan.as_bytes(), expiry, service_code)?;
    let key = CvvKey::new(&case.bytes("cvk"))?;
    let five = String::from_utf8(key.generate::<5>(&input)?.to_vec()).unwrap();
    let text = five[..case.number_or("digits", 3)].to_owned();
    assert!(key.verify(&input, text.as_bytes())?);
    for place in 0..text.len() {
        assert!(!key.verify(&input, next_digit(&text, place).as_bytes())?);
    }
    Ok(text)
}

#[test]
fn card_verification_vectors() {
    let mut tally = Tally::default();
    for case in cases("card_verification") {
        tally.count(case.op());
        match case.op() {
            "generate_cvv" => {
                case.check("cvv", cvv(&case, case.text("pan")));
                let mut other = next_digit(case.text("pan"), 14);
                if case.expected("cvv") == cvv(&case, &other).ok().as_deref() {
                    // One value in a thousand is another card's, too.
                    other = next_digit(&other, 14);
                }
                case.check_differs("cvv", cvv(&case, &other));
            }
            // See tests/contactless.rs; nobody here computes the other two.
            "generate_cavv" | "generate_cvc3" | "generate_cvc3_icc" | "generate_dcvv" => {}
            op => panic!("{op}"),
        }
    }
    tally.assert(&[
        ("generate_cavv", 2),
        ("generate_cvc3", 3),
        ("generate_cvc3_icc", 3),
        ("generate_cvv", 15),
        ("generate_dcvv", 5),
    ]);
}

#[test]
fn inputs_that_do_not_fit_are_errors() {
    let key = CvvKey::new(&[1; 16]).unwrap();
    let input = CvvInput::new(b"4111111111111111", b"2512", b"000").unwrap();
    assert!(CvvInput::new(b"41111111111", b"2512", b"000").is_err());
    assert!(CvvKey::new(&[1; 8]).is_err() && CvvKey::new(&[1; 24]).is_err());
    assert!(key.generate::<0>(&input).is_err() && key.generate::<6>(&input).is_err());
    for bad in ["", "12A", "123456"] {
        assert!(key.verify(&input, bad.as_bytes()).is_err());
    }
    assert_eq!(format!("{key:?} {input:?}"), "CvvKey(..) CvvInput(..)");
}
