use crate::support::cards::NEW_YEAR;
use crate::support::pin_life::{
    CARD, OTHER, appliance, in_both, refuses_in_both, register, stands, verify,
};
use crate::support::pins::same_in_compact;
use crate::support::{ask, development, host_settings, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::wc_tell_pin_tries::TellPinTries;

#[test]
fn tries_limit_time_and_whether_it_is_blocked() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    assert_eq!(stands(&issuer, CARD), "WD0000030000000000N0");
    issuer.day.pass(60);
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    assert_eq!(stands(&issuer, CARD), format!("WD000103{}N0", NEW_YEAR + 60));
    issuer.day.pass(3_600);
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    assert_eq!(stands(&issuer, CARD), format!("WD000303{}BT", NEW_YEAR + 3_660));
    // A try that was refused for its count is none.
    issuer.day.pass(1);
    assert_eq!(verify(&issuer, "2580", CARD), "N2");
    assert_eq!(stands(&issuer, CARD), format!("WD000303{}BT", NEW_YEAR + 3_660));
    assert_eq!(issuer.ask(format!("WE{CARD};B")), "WF00");
    assert_eq!(stands(&issuer, CARD), format!("WD009903{}BH", NEW_YEAR + 3_660));
    same_in_compact::<TellPinTries>(&issuer.engine, &host_settings(), &format!("WC{CARD};I"));
    assert_eq!(issuer.ask(format!("WE{CARD};U")), "WF00");
    assert_eq!(stands(&issuer, CARD), "WD0000030000000000N0");
}

#[test]
fn refusals() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    let message = format!("WC{CARD};");
    assert_eq!(in_both::<TellPinTries>(&issuer, &message), "00");
    let changes = [
        (CARD, OTHER, "N3"),
        (CARD, "411111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P0014111", "T3"),
        (CARD, "EZZZ:00112233445566778899AABBCCDDEEFF", "12"),
        (";", "", "15"),
        (";", ";X", "15"),
        (";", ";II", "15"),
    ];
    refuses_in_both::<TellPinTries>(&issuer, &message, &changes);
    assert_eq!(ask(&production(Profile::Acquirer), &message), "WD68");
    assert_eq!(ask(&development(), &message), "WDS0");
}
