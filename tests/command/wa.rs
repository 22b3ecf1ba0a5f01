use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::{
    CARD, OTHER, appliance, block, block_as, in_both, issuers, patient, published_card,
    published_wa, refuses_in_both, register, setup, stands, verify, wa,
};
use crate::support::pins::{BLOCK_121791, PVK_IBM, TABLE, ZPK, table_under_aes};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use payhsm_protocol::command::wa_verify_pin::VerifyPin;

/// Every digit of a message whose PIN is right: with another in its place it is refused.
fn every_digit_matters(issuer: &Issuer, message: &str, unblock: &str) {
    assert_eq!(issuer.ask(message), "WB00");
    let changed = tampered(message, 2..message.len());
    assert!(changed.len() > 100);
    for changed in changed {
        assert_ne!(issuer.ask(&changed), "WB00", "{changed}");
        assert_eq!(issuer.ask(unblock), "WF00");
    }
    assert_eq!(issuer.ask(message), "WB00");
}

#[test]
fn a_published_pin_is_verified_by_its_published_pvv() {
    let issuer = patient();
    let card = published_card();
    let unblock = format!("WE{card};U");
    assert_eq!(issuer.ask(format!("WM{card};V17548")), "WN00");
    every_digit_matters(&issuer, &published_wa(), &unblock);
    assert_eq!(in_both::<VerifyPin>(&issuer, &published_wa()), "00");
    for (index, pvv) in [(1, "7549"), (2, "7548")] {
        assert_eq!(issuer.ask(format!("WM{card};V{index}{pvv}")), "WN00");
        assert_eq!(in_both::<VerifyPin>(&issuer, &published_wa()), "N1", "{index} {pvv}");
    }
}

#[test]
fn a_published_pin_is_verified_by_its_published_offset() {
    let issuer = patient();
    let card = published_card();
    let message = format!("WA{ZPK}{PVK_IBM}{BLOCK_121791}01{card};O{TABLE}50103093936N%01");
    for (check_length, offset) in
        [("06", "309783FFFFFF"), ("04", "309783FFFFFF"), ("04", "3097FFFFFFFF")]
    {
        assert_eq!(issuer.ask(format!("WM{card};O0{check_length}{offset}")), "WN00");
        assert_eq!(in_both::<VerifyPin>(&issuer, &message), "00");
    }
    assert_eq!(issuer.ask(format!("WM{card};O006309783FFFFFF")), "WN00");
    every_digit_matters(&issuer, &message, &format!("WE{card};U"));
    for offset in ["309784FFFFFF", "209783FFFFFF"] {
        assert_eq!(issuer.ask(format!("WM{card};O006{offset}")), "WN00");
        assert_eq!(in_both::<VerifyPin>(&issuer, &message), "N1", "{offset}");
    }
    // The reference says that a table is needed; the PVK of a PVV is none of an offset.
    let without = message.replace(&format!("O{TABLE}50103093936N"), "");
    assert_eq!(in_both::<VerifyPin>(&issuer, &without), "25");
}

#[test]
fn three_wrong_pins_and_no_more() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    assert_eq!(verify(&issuer, "2581", CARD), "N1");
    assert_eq!(verify(&issuer, "0852", CARD), "N1");
    // A right one takes back the wrong ones before it.
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    assert_eq!(stands(&issuer, CARD), "WD0000030000000000N0");
    for _ in 0..3 {
        assert_eq!(verify(&issuer, "2581", CARD), "N1");
    }
    // From now on a right one is as good as a wrong one.
    for pin in ["2580", "2581", "2580"] {
        assert_eq!(verify(&issuer, pin, CARD), "N2", "{pin}");
    }
    assert_eq!(stands(&issuer, CARD), "WD0003031767225600BT");
    // Another card is another count; and so it is after a new start.
    register(&issuer, "2580", OTHER);
    assert_eq!(verify(&issuer, "2580", OTHER), "00");
    let issuer = issuer.restarted();
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
    assert_eq!(verify(&issuer, "2580", OTHER), "00");
}

#[test]
fn the_limit_is_that_of_the_product() {
    use crate::support::pin_life::product;
    let products = vec![
        product(&["411111"], 5),
        payhsm_issuing::product::Product { name: "one".to_owned(), ..product(&["4000"], 1) },
    ];
    let issuer = Issuer::new(Setup { products, ..setup() });
    for (card, limit) in [(CARD, 5), (OTHER, 1), ("5555555555554444", 3)] {
        register(&issuer, "2580", card);
        for _ in 0..limit {
            assert_eq!(verify(&issuer, "9999", card), "N1", "{card}");
        }
        assert_eq!(verify(&issuer, "2580", card), "N2", "{card}");
    }
}

#[test]
fn the_compact_dialect_counts_too() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(in_both::<VerifyPin>(&issuer, &wa("2580", CARD)), "00");
    assert_eq!(in_both::<VerifyPin>(&issuer, &wa("2581", CARD)), "N1");
    assert!(stands(&issuer, CARD).starts_with("WD000203"));
    assert_eq!(verify(&issuer, "2581", CARD), "N1");
    assert_eq!(in_both::<VerifyPin>(&issuer, &wa("2580", CARD)), "N2");
}

#[test]
fn the_formats_that_bind_a_pin_to_its_card() {
    let issuer = issuers();
    let development = appliance();
    for issuer in [&issuer, &development] {
        register(issuer, "2580", CARD);
        for (layout, key, format) in [
            (Layout::Iso0, "L03zpk", "01"),
            (Layout::Iso3, "L03zpk", "47"),
            (Layout::Iso4, "L03aes", "48"),
        ] {
            let message =
                |pin| format!("WA{key}L03pvv{}{format}{CARD};", block_as(layout, pin, CARD));
            assert_eq!(issuer.ask(message("2580")), "WB00", "{format}");
            assert_eq!(issuer.ask(message("2589")), "WBN1", "{format}");
        }
    }
    let free = format!("WAL03zpkL03pvv{}05{CARD};", block_as(Layout::Iso1, "2580", CARD));
    assert_eq!(in_both::<VerifyPin>(&development, &free), "00");
    assert_eq!(in_both::<VerifyPin>(&issuer, &free), "23");
    let good = wa("2580", CARD);
    for issuer in [&issuer, &development] {
        let before = stands(issuer, CARD);
        for (format, code) in [("03", "23"), ("34", "23"), ("46", "69"), ("99", "23")] {
            let other = good.replace(&format!("01{CARD}"), &format!("{format}{CARD}"));
            assert_eq!(issuer.ask(&other), format!("WB{code}"));
        }
        assert_eq!(stands(issuer, CARD), before);
    }
}

#[test]
fn what_is_refused_counts_no_try() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    let before = stands(&issuer, CARD);
    let changes = [
        ("L03pvv", "L03dek", "A6"),
        ("L03pvv", "L03ibm", "A6"),
        ("L03zpk", "L03dek", "A6"),
        ("L03zpk", "L04none", "12"),
        ("L03pvv", "L04none", "12"),
        ("L03pvv", "K001", "12"),
        ("L03pvv", "?", "26"),
        (CARD, "411111111111", "C1"),
        (CARD, "41111111111111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P9994111", "T3"),
        (CARD, "PX994111", "T3"),
        (CARD, "EZZZ:00112233445566778899AABBCCDDEEFF", "12"),
        (CARD, "EZZZ:0011", "D1"),
        (CARD, OTHER, "N3"),
        (";", "", "15"),
        (";", ";X", "15"),
        (";", ";WW", "15"),
        (";", ";O123", "15"),
        (";", ";%07", "13"),
    ];
    refuses_in_both::<VerifyPin>(&issuer, &wa("2580", CARD), &changes);
    let single = wa("2580", CARD).replacen("L03pvv", "L03aes", 1);
    assert_eq!(issuer.ask(single), "WBA6");
    assert_eq!(stands(&issuer, CARD), before);
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    // Where keys are not told apart, neither are they here.
    let issuer = issuers();
    register(&issuer, "2580", CARD);
    let changes =
        [("L03pvv", "L03dek", "A4"), ("L03pvv", "L03ibm", "A4"), ("L03zpk", "L03dek", "A4")];
    refuses_in_both::<VerifyPin>(&issuer, &wa("2580", CARD), &changes);
}

#[test]
fn a_card_may_be_given_by_reference() {
    let issuer = Issuer::documented();
    register(&issuer, "2580", CARD);
    // As TA and TG give them for this card.
    for card in ["P998411111PJKSWE1111", "EVIS:246CE232B38AFEEB0EDFD0A7EEFD3865"] {
        let by_reference =
            |pin| wa(pin, CARD).replace(&format!("01{CARD};"), &format!("01{card};"));
        assert_eq!(in_both::<VerifyPin>(&issuer, &by_reference("2580")), "00", "{card}");
        assert_eq!(issuer.ask(by_reference("2581")), "WBN1", "{card}");
        assert_eq!(stands(&issuer, CARD), stands(&issuer, card));
        assert_eq!(issuer.ask(format!("WE{card};U")), "WF00");
        assert!(stands(&issuer, CARD).starts_with("WD0000"));
    }
}

#[test]
fn a_channel_is_one_of_six_letters() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    for letter in 'A'..='Z' {
        let code = if "IAWBCF".contains(letter) { "WB00" } else { "WB15" };
        assert_eq!(issuer.ask(format!("{}{letter}", wa("2580", CARD))), code, "{letter}");
    }
    assert_eq!(in_both::<VerifyPin>(&issuer, &format!("{}W", wa("2580", CARD))), "00");
    let table = table_under_aes("0123456789012345");
    let both = format!("{}O{table}4111111111NFA", wa("2580", CARD));
    assert_eq!(
        issuer.ask(format!("{both}%02")),
        "WB00",
        "a PVV needs no table, and it does no harm"
    );
}

/// A block of another card, or one that was tampered with: control and length decide, digits do not.
#[test]
fn a_refused_block_costs_a_try_where_its_digits_are_looked_at() {
    let (issuer, development) = (issuers(), appliance());
    for one in [&issuer, &development] {
        register(one, "2580", CARD);
    }
    let damaged = wa("2580", CARD).replace(&block("2580", CARD), "0123456789ABCDEF");
    assert_eq!(issuer.ask(&damaged), "WB20");
    assert!(stands(&issuer, CARD).starts_with("WD000003"));
    assert_eq!(development.ask(&damaged), "WB20");
    assert!(stands(&development, CARD).starts_with("WD000103"));
    // Two more, and there are none left: then the block is not told of any more.
    assert_eq!(development.ask(&damaged), "WB20");
    assert_eq!(development.ask(&damaged), "WB20");
    assert_eq!(development.ask(&damaged), "WBN2");
    for _ in 0..3 {
        assert_eq!(verify(&issuer, "1111", CARD), "N1");
    }
    assert_eq!(issuer.ask(&damaged), "WB20");
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
}

/// Clulow's attack: a block goes in with card numbers that differ from its own, and the answer must not depend on what the digits
/// become.
#[test]
fn a_block_of_another_card_is_a_wrong_pin_whatever_it_becomes() {
    let issuer = issuers();
    let mut asked = 0;
    for digit in 0..10 {
        // A card whose account differs in the digits that a PIN of format 0 is bound to, with its check digit.
        let stem = format!("4{digit}{digit}{digit}{digit}{digit}{digit}11111111");
        let card = (0..10)
            .map(|check| format!("{stem}{check}"))
            .find(|card| issuer.ask(format!("WM{card};V11234")) == "WN00");
        let card = card.unwrap();
        for pin in ["258012", "999999", "000000"] {
            let changed = wa(pin, CARD).replace(&format!("01{CARD}"), &format!("01{card}"));
            assert_eq!(issuer.ask(&changed), "WBN1", "{card} {pin}");
            asked += 1;
        }
    }
    assert_eq!(asked, 30);
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    assert_eq!(ask(&production(Profile::Acquirer), wa("2580", CARD)), "WB68");
    // What remembers nothing gives no verdict.
    assert_eq!(ask(&development(), published_wa()), "WBS0");
}
