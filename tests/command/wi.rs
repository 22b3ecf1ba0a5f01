use crate::support::pin_life::{
    CARD, OTHER, appliance, block, block_as, in_both, issuers, refuses_in_both, register, stands,
    verify,
};
use crate::support::pins::table_under_aes;
use crate::support::{ask, development, production};
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use payhsm_protocol::command::wi_assign_pin::AssignPin;

fn wi(pin: &str, card: &str) -> String {
    format!("WIL03zpkL03pvv{}01{card};V1", block(pin, card))
}

#[test]
fn a_card_has_the_pin_that_its_customer_chose() {
    let issuer = issuers();
    for card in [CARD, OTHER, "30569309025904"] {
        assert_eq!(in_both::<AssignPin>(&issuer, &wi("2580", card)), "00");
        assert_eq!(verify(&issuer, "2580", card), "00");
        assert_eq!(verify(&issuer, "2581", card), "N1");
    }
    // The last one is the one that holds, and no try counts against it.
    for _ in 0..2 {
        assert_eq!(verify(&issuer, "2581", CARD), "N1");
    }
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
    assert_eq!(issuer.ask(wi("918273", CARD)), "WJ00");
    assert!(stands(&issuer, CARD).starts_with("WD000003"));
    let issuer = issuer.restarted();
    assert_eq!(verify(&issuer, "918273", CARD), "00");
    assert_eq!(verify(&issuer, "2580", CARD), "N1");
    // That it is the same PIN is not told: it would be a verdict without a try.
    assert_eq!(issuer.ask(wi("918273", CARD)), "WJ00");
}

#[test]
fn a_block_by_hand_stays() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(issuer.ask(format!("WE{CARD};B")), "WF00");
    assert_eq!(issuer.ask(wi("918273", CARD)), "WJ00");
    assert_eq!(verify(&issuer, "918273", CARD), "N2");
    assert_eq!(issuer.ask(format!("WE{CARD};U")), "WF00");
    assert_eq!(verify(&issuer, "918273", CARD), "00");
}

#[test]
fn refusals_change_nothing() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(verify(&issuer, "2581", CARD), "N1");
    let before = stands(&issuer, CARD);
    for (pin, code) in [("1111", "86"), ("4321", "86"), ("123499", "86")] {
        assert_eq!(in_both::<AssignPin>(&issuer, &wi(pin, CARD)), code, "{pin}");
    }
    let table = table_under_aes("0123456789012345");
    let by_offset = format!("O106{table}4111111111NF");
    let message = wi("9182", CARD);
    let short = message.replace("V1", &by_offset).replacen("L03pvv", "L03ibm", 1);
    assert_eq!(in_both::<AssignPin>(&issuer, &short), "81");
    let changes = [
        (&*block("9182", CARD), "0123456789ABCDEF", "20"),
        ("L03pvv", "L03dek", "A6"),
        ("L03pvv", "L03ibm", "A6"),
        ("L03zpk", "L03dek", "A6"),
        ("L03zpk", "L04none", "12"),
        (CARD, "411111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P0014111", "T3"),
        ("014111", "034111", "23"),
        ("014111", "464111", "69"),
        (";V1", ";X1", "15"),
        (";V1", ";Vx", "15"),
        (";V1", ";", "15"),
        (";V1", ";V1X", "15"),
        (";V1", &*format!(";{by_offset}"), "A6"),
        (";V1", &*format!(";O103{table}4111111111NF"), "15"),
        (";V1", &*format!(";O106{table}4111111111FF"), "15"),
    ];
    refuses_in_both::<AssignPin>(&issuer, &message, &changes);
    assert_eq!(stands(&issuer, CARD), before);
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "WJ68");
}

/// What a block becomes under another card's number: no PIN, or one that nobody knows; the card that it came from keeps its own.
#[test]
fn a_block_that_is_no_pin_is_refused() {
    let issuer = issuers();
    register(&issuer, "2580", CARD);
    // 9 XOR 1 is 8, and 9 XOR 6 is no digit.
    let stem = "4666666666666";
    let card = (0..10).map(|check| format!("{stem}66{check}"));
    let card = card.clone().find(|card| !issuer.ask(format!("WC{card};")).ends_with("C3")).unwrap();
    let moved = wi("999999", CARD).replace(&format!("01{CARD}"), &format!("01{card}"));
    assert_eq!(in_both::<AssignPin>(&issuer, &moved), "20");
    assert_eq!(stands(&issuer, &card), "WDN3");
    let free = block_as(Layout::Iso1, "9182", CARD);
    assert_eq!(in_both::<AssignPin>(&issuer, &format!("WIL03zpkL03pvv{free}05{CARD};V1")), "23");
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    let nowhere = format!(
        "WI{}{}{free}01{CARD};V1%01",
        crate::support::pins::ZPK,
        crate::support::pins::PVK_PVV
    );
    assert_eq!(ask(&development(), nowhere), "WJS0");
}
