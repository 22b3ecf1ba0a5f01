use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::{
    CARD, appliance, in_both, issuers, product, refuses_in_both, register, setup, stands, verify,
};
use crate::support::pins::{PVK_PVV, ZPK, compact, table_under_aes};
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_issuing::product::Product;
use payhsm_protocol::command::wk_issue_pin::IssuePin;
use payhsm_protocol::field::{PinReference, Pvki};
use std::collections::BTreeSet;

fn wk(card: &str) -> String {
    format!("WKL03zpkL03pvv01{card};V1")
}

/// The block and the reference of an answer.
fn issued(issuer: &Issuer, message: &str) -> (String, String) {
    let answer = issuer.ask(message);
    let fields = answer.strip_prefix("WL00").unwrap_or_else(|| panic!("{answer}"));
    let (block, reference) = fields.split_at(fields.find(['V', 'O']).unwrap());
    (block.to_owned(), reference.to_owned())
}

#[test]
fn a_pin_that_nobody_chose() {
    let issuer = issuers();
    let (block, reference) = issued(&issuer, &wk(CARD));
    assert_eq!((block.len(), reference.len(), &reference[..2]), (16, 6, "V1"));
    let wa = format!("WAL03zpkL03pvv{block}01{CARD};");
    assert_eq!(issuer.ask(&wa), "WB00");
    // Its PVV is what another system needs to verify it.
    let ec = format!("ECL03zpkL03pvv{block}01111111111111{}", &reference[1..]);
    assert_eq!(issuer.ask(&ec), "ED00");
    let other = if reference.ends_with('0') { "1" } else { "0" };
    let forged = format!("{}{other}", &ec[..ec.len() - 1]);
    assert_eq!(issuer.ask(forged), "ED01");
    let issuer = issuer.restarted();
    assert_eq!(issuer.ask(&wa), "WB00");
    // Each time another, and the last one holds.
    let blocks: BTreeSet<_> = (0..20).map(|_| issued(&issuer, &wk(CARD)).0).collect();
    assert!(blocks.len() > 15);
    let (error, reply, _) = compact::<IssuePin>(&issuer.engine, &host_settings(), &wk(CARD));
    let reply = reply.unwrap();
    assert_eq!(error, "00");
    assert!(matches!(reply.reference, PinReference::Pvv { pvki: Pvki(1), .. }));
    let block = hex::encode_upper(reply.pin_block.as_slice());
    assert_eq!(issuer.ask(format!("WAL03zpkL03pvv{block}01{CARD};")), "WB00");
}

#[test]
fn as_long_as_the_product_says_in_each_format() {
    let products = vec![Product { pin_length: 6, ..product(&["411111"], 3) }];
    let issuer = Issuer::new(Setup { products, ..setup() });
    let table = table_under_aes("0123456789012345");
    let terms = format!("{table}4111111111NF");
    for (zpk, format, length) in [("L03zpk", "01", 16), ("L03zpk", "47", 16), ("L03aes", "48", 32)]
    {
        let (block, reference) =
            issued(&issuer, &format!("WK{zpk}L03ibm{format}{CARD};O206{terms}B"));
        assert_eq!(block.len(), length);
        assert!(reference.starts_with("O206") && reference.ends_with("FFFFFF"), "{reference}");
        let (offset, _) = reference[4..].split_at(6);
        assert!(offset.bytes().all(|byte| byte.is_ascii_digit()), "{reference}");
        let wa = format!("WA{zpk}L03ibm{block}{format}{CARD};O{terms}");
        assert_eq!(issuer.ask(&wa), "WB00");
        // Registered elsewhere it does the same.
        assert_eq!(issuer.ask(format!("WM{CARD};{reference}")), "WN00");
        assert_eq!(issuer.ask(&wa), "WB00");
    }
    // The offset would cover more digits than the PIN has.
    let long = format!("WKL03zpkL03ibm01{CARD};O207{terms}");
    assert_eq!(in_both::<IssuePin>(&issuer, &long), "81");
}

/// Of 10,000 PINs of four digits, this product leaves few: they come out, and no other.
#[test]
fn never_a_weak_one() {
    let kept = |pin: &usize| pin % 4 == 1;
    let excluded_pins =
        (0..10_000).filter(|pin| !kept(pin)).map(|pin| format!("{pin:04}")).collect();
    let products = vec![Product { excluded_pins, ..product(&["411111"], 3) }];
    let issuer = Issuer::new(Setup { products, ..setup() });
    let mut drawn = 0;
    for _ in 0..60 {
        // Sixteen draws may all be excluded ones, once in a hundred times.
        let answer = issuer.ask(wk(CARD));
        let Some(fields) = answer.strip_prefix("WL00") else {
            assert_eq!(answer, "WL86");
            continue;
        };
        drawn += 1;
        let block = &fields[..16];
        let right = (0..10_000)
            .filter(kept)
            .filter(|pin| crate::support::pin_life::block(&format!("{pin:04}"), CARD) == block);
        assert_eq!(right.count(), 1, "{block}");
    }
    assert!(drawn > 40, "{drawn}");
}

#[test]
fn refusals_change_nothing() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(verify(&issuer, "2581", CARD), "N1");
    let before = stands(&issuer, CARD);
    let changes = [
        ("L03pvv", "L03dek", "A6"),
        ("L03pvv", "L03ibm", "A6"),
        ("L03zpk", "L03dek", "A6"),
        ("L03zpk", "L03aes", "23"),
        ("L03zpk", "L04none", "12"),
        (CARD, "411111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P0014111", "T3"),
        ("014111", "034111", "23"),
        ("014111", "464111", "69"),
        (";V1", ";X1", "15"),
        (";V1", ";", "15"),
        (";V1", ";V1X", "15"),
    ];
    refuses_in_both::<IssuePin>(&issuer, &wk(CARD), &changes);
    assert_eq!(stands(&issuer, CARD), before);
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    let issuer = issuers();
    assert_eq!(in_both::<IssuePin>(&issuer, &wk(CARD).replace("014111", "054111")), "23");
    assert_eq!(ask(&production(Profile::Acquirer), wk(CARD)), "WL68");
    assert_eq!(ask(&development(), format!("WK{ZPK}{PVK_PVV}01{CARD};V1%01")), "WLS0");
}
