use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::{
    CARD, OTHER, appliance, in_both, pvv_of, refuses_in_both, register, setup, stands, verify,
};
use crate::support::{ask, authorise, development, production};
use payhsm::settings::Profile;
use payhsm_protocol::command::wm_register_pin_reference::RegisterPinReference;

fn wm(pin: &str, card: &str) -> String {
    format!("WM{card};V1{}", pvv_of(pin, card))
}

#[test]
fn a_pin_that_another_system_made_is_verified_here() {
    let issuer = appliance();
    assert_eq!(stands(&issuer, CARD), "WDN3");
    assert_eq!(verify(&issuer, "2580", CARD), "N3");
    assert_eq!(in_both::<RegisterPinReference>(&issuer, &wm("2580", CARD)), "00");
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    assert_eq!(verify(&issuer, "2580", OTHER), "N3");
    // Another reference, and the tries stay: it may be the same PIN.
    assert_eq!(verify(&issuer, "1111", CARD), "N1");
    assert_eq!(issuer.ask(wm("9182", CARD)), "WN00");
    assert!(stands(&issuer, CARD).starts_with("WD000103"));
    let issuer = issuer.restarted();
    assert_eq!(verify(&issuer, "2580", CARD), "N1");
    assert_eq!(verify(&issuer, "9182", CARD), "00");
}

#[test]
fn officers_have_a_say_in_it() {
    let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup() });
    assert_eq!(in_both::<RegisterPinReference>(&issuer, &wm("2580", CARD)), "00");
    let caller = issuer.engine.activities();
    caller.revoke_all();
    assert_eq!(in_both::<RegisterPinReference>(&issuer, &wm("9182", CARD)), "17");
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    authorise(&issuer.engine, &["command.WA.host", "pin.clear.host", "import.*.host"]);
    assert_eq!(in_both::<RegisterPinReference>(&issuer, &wm("9182", CARD)), "17");
    authorise(&issuer.engine, &["command.WM.host"]);
    assert_eq!(in_both::<RegisterPinReference>(&issuer, &wm("9182", CARD)), "00");
    assert_eq!(verify(&issuer, "9182", CARD), "00");
}

#[test]
fn refusals_change_nothing() {
    let issuer = appliance();
    register(&issuer, "2580", CARD);
    let before = stands(&issuer, CARD);
    let pvv = pvv_of("9182", CARD);
    let reference = format!(";V1{pvv}");
    let changes = [
        (CARD, "411111111111", "C1"),
        (CARD, "411111111111111A", "C2"),
        (CARD, "4111111111111112", "C3"),
        (CARD, "P0014111", "T3"),
        (CARD, "EZZZ:00112233445566778899AABBCCDDEEFF", "12"),
        (&reference, ";V112X4", "15"),
        (&reference, ";V1123", "15"),
        (&reference, ";Vx1234", "15"),
        (&reference, ";X11234", "15"),
        (&reference, ";V11234X", "15"),
        (&reference, ";O1061234FFFFFFFF", "15"),
        (&reference, ";O1031234FFFFFFFF", "15"),
        (&reference, ";O1041234F1FFFFFF", "15"),
        (&reference, ";O104123FFFFFFFFF", "15"),
        (&reference, ";O1041234FFFF", "15"),
    ];
    refuses_in_both::<RegisterPinReference>(&issuer, &wm("9182", CARD), &changes);
    assert_eq!(stands(&issuer, CARD), before);
    assert_eq!(verify(&issuer, "2580", CARD), "00");
    assert_eq!(ask(&production(Profile::Acquirer), wm("9182", CARD)), "WN68");
    assert_eq!(ask(&development(), wm("9182", CARD)), "WNS0");
}
