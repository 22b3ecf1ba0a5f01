use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::{
    CARD, OTHER, appliance, block, block_as, in_both, issuers, product, refuses_in_both, register,
    setup, stands, verify,
};
use crate::support::pins::table_under_aes;
use crate::support::{ask, development, production};
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use payhsm_issuing::product::Product;
use payhsm_protocol::command::wg_change_pin::ChangePin;

fn wg(current: &str, new: &str, card: &str) -> String {
    format!("WGL03zpkL03pvv{}{}01{card};", block(current, card), block(new, card))
}

#[test]
fn the_new_pin_comes_in_place_of_the_old_one() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(verify(&issuer, "9182", CARD), "N1");
    assert_eq!(issuer.ask(wg("2580", "9182", CARD)), "WH00");
    assert!(stands(&issuer, CARD).starts_with("WD000003"));
    assert_eq!(verify(&issuer, "9182", CARD), "00");
    assert_eq!(verify(&issuer, "2580", CARD), "N1");
    // In the compact dialect, and through a new start.
    let (code, _, _) = crate::support::pins::compact::<ChangePin>(
        &issuer.engine,
        &crate::support::host_settings(),
        &wg("9182", "736450", CARD),
    );
    assert_eq!(code, "00");
    let issuer = issuer.restarted();
    assert_eq!(verify(&issuer, "736450", CARD), "00");
    assert_eq!(verify(&issuer, "9182", CARD), "N1");
}

#[test]
fn an_offset_becomes_another_offset() {
    let issuer = appliance();
    let table = table_under_aes("0123456789012345");
    let terms = format!("O{table}4111111111NF");
    let assigned =
        format!("WIL03zpkL03ibm{}01{CARD};O306{table}4111111111NF", block("258036", CARD));
    assert_eq!(issuer.ask(assigned), "WJ00");
    let change = |current, new| {
        let blocks = format!("{}{}", block(current, CARD), block(new, CARD));
        issuer.ask(format!("WGL03zpkL03ibm{blocks}01{CARD};{terms}W"))
    };
    let verify = |pin| issuer.ask(format!("WAL03zpkL03ibm{}01{CARD};{terms}W", block(pin, CARD)));
    assert_eq!(verify("258036"), "WB00");
    assert_eq!(verify("258037"), "WBN1");
    assert_eq!(change("258036", "918273"), "WH00");
    assert_eq!(verify("918273"), "WB00");
    assert_eq!(verify("258036"), "WBN1");
    // The offset covers six digits, now as before.
    assert_eq!(change("918273", "2580"), "WH81");
    assert_eq!(change("918273", "918273"), "WHN4");
    assert_eq!(change("918273", "91827364"), "WHN4", "the digits that count are the same");
    assert_eq!(verify("918273"), "WB00");
    let without = format!("WGL03zpkL03ibm{0}{0}01{CARD};", block("918273", CARD));
    assert_eq!(in_both::<ChangePin>(&issuer, &without), "25");
}

#[test]
fn a_wrong_pin_counts_and_changes_nothing() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    for tries in ["02", "03"] {
        // Weak, the same, or good: nothing of the new PIN is told.
        let before = if tries == "02" { ["1111", "2580"] } else { ["9182", "9182"] };
        for (new, _) in before.iter().zip(0..if tries == "02" { 2 } else { 1 }) {
            assert_eq!(issuer.ask(wg("2581", new, CARD)), "WHN1", "{new}");
        }
        assert_eq!(stands(&issuer, CARD).get(4..6), Some(tries));
    }
    assert_eq!(in_both::<ChangePin>(&issuer, &wg("2580", "9182", CARD)), "N2");
    assert_eq!(issuer.ask(format!("WE{CARD};U")), "WF00");
    assert_eq!(verify(&issuer, "2580", CARD), "00");
}

#[test]
fn a_new_pin_that_must_not_be() {
    let products = vec![Product {
        excluded_pins: vec!["2468".to_owned(), "736450".to_owned()],
        ..product(&["411111"], 3)
    }];
    let issuer = Issuer::new(Setup { products, ..setup() });
    register(&issuer, "2580", CARD);
    register(&issuer, "2580", OTHER);
    assert_eq!(verify(&issuer, "9999", CARD), "N1");
    for (new, code) in [
        ("1111", "86"),
        ("1234", "86"),
        ("0987", "86"),
        ("2468", "86"),
        ("736450", "86"),
        // A PVV covers four digits, and whoever enters those four has the PIN.
        ("246813", "86"),
        ("123459", "86"),
        ("2580", "N4"),
        ("258000", "N4"),
    ] {
        assert_eq!(in_both::<ChangePin>(&issuer, &wg("2580", new, CARD)), code, "{new}");
        // The current PIN was right, so the tries before it no longer count.
        assert!(stands(&issuer, CARD).starts_with("WD000003"), "{new}");
        assert_eq!(verify(&issuer, "2580", CARD), "00", "{new}");
    }
    // Another product excludes others.
    assert_eq!(issuer.ask(wg("2580", "2468", OTHER)), "WH00");
}

#[test]
fn refusals_change_nothing() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    let before = stands(&issuer, CARD);
    let changes = [
        ("L03pvv", "L03dek", "A6"),
        ("L03pvv", "L03ibm", "A6"),
        ("L03zpk", "L03dek", "A6"),
        ("L03zpk", "L04none", "12"),
        (CARD, OTHER, "N3"),
        (CARD, "411111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P0014111", "T3"),
        ("014111", "034111", "23"),
        ("014111", "464111", "69"),
        (";", ";X", "15"),
    ];
    refuses_in_both::<ChangePin>(&issuer, &wg("2580", "9182", CARD), &changes);
    assert_eq!(stands(&issuer, CARD), before);
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    let issuer = issuers();
    register(&issuer, "2580", CARD);
    let damaged = wg("2580", "9182", CARD).replace(&block("9182", CARD), "0123456789ABCDEF");
    assert_eq!(in_both::<ChangePin>(&issuer, &damaged), "20");
    assert_eq!(stands(&issuer, CARD), before);
    let free = block_as(Layout::Iso1, "9182", CARD);
    let unbound = format!("WGL03zpkL03pvv{free}{free}05{CARD};");
    assert_eq!(in_both::<ChangePin>(&issuer, &unbound), "23");
    assert_eq!(ask(&production(Profile::Acquirer), wg("2580", "9182", CARD)), "WH68");
    assert_eq!(ask(&development(), format!("WG{}", &wg("2580", "9182", CARD)[2..])), "WH12");
}

#[test]
fn six_digits_and_format_four() {
    let issuer = issuers();
    register(&issuer, "2580", CARD);
    let of = |pin| block_as(Layout::Iso4, pin, CARD);
    let message = format!("WGL03aesL03pvv{}{}48{CARD};", of("2580"), of("918273"));
    assert_eq!(issuer.ask(&message), "WH00");
    assert_eq!(issuer.ask(&message), "WHN1", "it works once");
    assert_eq!(verify(&issuer, "918273", CARD), "00");
}
