use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{both, published};
use crate::support::values::{ISSUE, appliance, setup};
use payhsm::settings::Profile;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use payhsm_protocol::command::xc_next_card_numbers::NextCardNumbers;
use std::collections::BTreeMap;

fn batch(issuer: &Issuer, range: &str, quantity: u32) -> String {
    let answer = issuer.ask(format!("XAL07issuing{range}{quantity:05}"));
    answer.strip_prefix("XB00").unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// What both dialects say of numbers that were given before.
fn again(issuer: &Issuer, batch: &str, rest: &str) -> String {
    both::<NextCardNumbers>(issuer, &format!("XC{batch}L07issuing{rest}"))
}

#[test]
fn published_card_numbers_come_out() {
    let vectors = published("issuing.json");
    let mut ranges = BTreeMap::<String, Vec<(u64, String)>>::new();
    for vector in vectors["pan_issue"].as_array().unwrap() {
        assert_eq!(vector["key"], ISSUE);
        let text = |field: &str| vector[field].as_str().unwrap().to_owned();
        let range = format!("{};{:02}", text("bin"), vector["len"].as_u64().unwrap());
        let counter = vector["counter"].as_u64().unwrap();
        ranges.entry(range).or_default().push((counter, text("pan")));
    }
    let count: usize = ranges.values().map(Vec::len).sum();
    assert!(count >= 8, "{count}");
    let issuer = appliance();
    for (range, vectors) in ranges {
        // Of a fresh range the counters are the places in the batch.
        let batch = batch(&issuer, &range, 1000);
        for _ in 0..2 {
            assert!(issuer.ask(format!("XC{batch}L07issuingN500C")).starts_with("XD00"));
        }
        for (counter, pan) in vectors {
            let given = again(&issuer, &batch, &format!("{counter:05}001C"));
            assert_eq!(given, format!("000100001000001C{pan};"), "{range}");
            let other = again(&issuer, &batch, &format!("{:05}001C", (counter + 1) % 1000));
            assert!(!other.contains(&pan), "{range}");
        }
    }
}

#[test]
fn an_answer_that_was_lost_is_asked_for_again() {
    let issuer = appliance();
    let batch = batch(&issuer, "411111;16", 7);
    let next = |issuer: &Issuer, rest: &str| issuer.ask(format!("XC{batch}L07issuing{rest}"));
    let first = next(&issuer, "00000003T998");
    assert!(first.starts_with("XD000000300007003P998411111"), "{first}");
    // By its place it is the same again, in both dialects, also after a start; and as far as it was given.
    let issuer = issuer.restarted();
    let again_first = again(&issuer, &batch, "00000003T998");
    assert_eq!(format!("XD{again_first}"), first);
    assert!(again(&issuer, &batch, "00001500T998").starts_with("000000300007002P998"));
    assert_eq!(again(&issuer, &batch, "00004003T998"), "21");
    // The place behind is the next part: then there is nothing left.
    assert!(next(&issuer, "00003003T998").starts_with("XD000000600007003P998"));
    assert!(next(&issuer, "N500T998").starts_with("XD000000700007001P998"));
    assert_eq!(again(&issuer, &batch, "N500T998"), "000000700007000");
    assert_eq!(again(&issuer, &batch, "00007500T998"), "000000700007000");
}

#[test]
fn a_number_leaves_in_the_forms_that_were_asked_for() {
    let issuer = appliance();
    let batch = batch(&issuer, "411111;16", 2);
    assert!(issuer.ask(format!("XC{batch}L07issuingN002C")).contains("C4111119923378778;C4"));
    let give = |forms: &str| {
        let given = again(&issuer, &batch, &format!("00000001{forms}"));
        given.strip_prefix("000000200002001").unwrap_or_else(|| panic!("{given}")).to_owned()
    };
    let card = |given: &str| {
        // Whatever it is, a command that takes a card takes it.
        assert_eq!(issuer.ask(format!("VG{given}")), issuer.ask("VG4111119923378778;"), "{given}");
    };
    let token = give("T998");
    card(&token);
    let back = both::<GiveCardNumber>(&issuer, &format!("TC{token}EE6;"));
    assert!(back.starts_with("00EE6:"), "{back}");
    assert!(back.contains(";411111******8778;"), "{back}");
    let encrypted = give("EE6;");
    assert_eq!(encrypted.len(), "EE6:".len() + 32 + 1);
    card(&encrypted);
    let forms = give("B998EE6;");
    assert_eq!(forms, format!("{token}{encrypted}"));
    // With an IV it is another each time, and from a vault too.
    let with_iv = || issuer.ask(format!("XC{batch}L07issuing00000001REE6;").replace("REE6", "RE6"));
    let (one, two) = (with_iv(), with_iv());
    assert_eq!(one.len(), "XD00000020000200".len() + 1 + "EE6:".len() + 48 + 1);
    assert_ne!(one, two);
    card(&one["XD000000200002001".len()..]);
    let vault = issuer.ask(format!("XC{batch}L07issuing00000001T100"));
    card(&vault["XD000000200002001".len()..]);
}

#[test]
fn refusals() {
    let issuer = appliance();
    let batch = batch(&issuer, "411111;16", 10);
    let message = format!("XC{batch}L07issuingN001T998");
    refuses_in_both::<NextCardNumbers>(
        &issuer,
        &message,
        &[
            (&batch, &"0".repeat(32), "C5"),
            (&batch, &"G".repeat(32), "15"),
            ("L07issuing", "L06tokens", "A6"),
            ("L07issuing", "L04none", "12"),
            ("N001", "N000", "21"),
            ("N001", "N501", "21"),
            ("N001", "N00x", "21"),
            ("N001", "99999001", "21"),
            ("N001", "00001001", "21"),
            ("T998", "T999", "T3"),
            ("T998", "T99x", "T3"),
            ("T998", "ENOK;", "12"),
            ("T998", "EOTH;", "12"),
            ("T998", "EXXXX;", "21"),
            ("T998", "Q", "15"),
            ("T998", "", "15"),
        ],
    );
    // Nothing of this took a number.
    assert!(issuer.ask(message).starts_with("XD000000100010001P998"));
}

#[test]
fn tokens_that_a_length_does_not_have_take_no_number() {
    let issuer = appliance();
    let batch = batch(&issuer, "411111;13", 1);
    assert_eq!(again(&issuer, &batch, "N001T998"), "T6");
    assert!(
        issuer.ask(format!("XC{batch}L07issuingN001EE6;")).starts_with("XD000000100001001EE6:")
    );
}

#[test]
fn an_issuer_gives_no_number_in_clear() {
    let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() });
    let batch = batch(&issuer, "411111;16", 1);
    assert_eq!(again(&issuer, &batch, "N001C"), "17");
    assert!(
        issuer.ask(format!("XC{batch}L07issuingN001T998")).starts_with("XD000000100001001P998")
    );
}
