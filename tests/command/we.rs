use crate::support::pin_life::{
    CARD, OTHER, appliance, in_both, refuses_in_both, register, stands, verify,
};
use crate::support::{ask, development, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::we_set_pin_status::SetPinStatus;

#[test]
fn a_blocked_pin_is_not_verified_until_it_is_unblocked() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    let (block, unblock) = (format!("WE{CARD};B"), format!("WE{CARD};UF"));
    assert_eq!(in_both::<SetPinStatus>(&issuer, &block), "00");
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
    let issuer = issuer.restarted();
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
    assert_eq!(in_both::<SetPinStatus>(&issuer, &unblock), "00");
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    // Tries are free again, all of them.
    for _ in 0..3 {
        assert_eq!(verify(&issuer, "1111", CARD), "N1");
    }
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
    assert_eq!(issuer.ask(&unblock), "WF00");
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    assert_eq!(verify(&issuer, "2580", CARD), "00");
}

#[test]
fn refusals_change_nothing() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    let before = stands(&issuer, CARD);
    let changes = [
        (CARD, OTHER, "N3"),
        (CARD, "411111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P0014111", "T3"),
        (";B", ";X", "15"),
        (";B", ";", "15"),
        (";B", ";BX", "15"),
        (";B", "B", "15"),
    ];
    refuses_in_both::<SetPinStatus>(&issuer, &format!("WE{CARD};B"), &changes);
    assert_eq!(stands(&issuer, CARD), before);
    assert_eq!(stands(&issuer, OTHER), "WDN3", "nothing is remembered of a card that has no PIN");
    assert_eq!(ask(&production(Profile::Acquirer), format!("WE{CARD};B")), "WF68");
    assert_eq!(ask(&development(), format!("WE{CARD};B")), "WFS0");
}
