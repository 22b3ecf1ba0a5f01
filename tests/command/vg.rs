use crate::support::both::BOTH;
use crate::support::cards::{Issuer, NEW_YEAR, Setup};
use crate::support::dynamic::{CARD, issuer, next, policy, setup, verify};
use crate::support::{ask, production};
use payhsm::settings::Profile;
use payhsm_issuing::dcvv2::Policy;

const NO_TIMES: &str = "00000000000000000000";

#[test]
fn the_life_of_a_code() {
    let times = format!("{NEW_YEAR}{}", NEW_YEAR + 300);
    for dialect in BOTH {
        let issuer = issuer(Policy { fallback: true, tries: 2, ..policy() });
        let told = || issuer.ask_in(dialect, &format!("VG{CARD};"));
        assert_eq!(told(), format!("VH000N{NO_TIMES}0000N0000000").replacen("VH000N", "VH000N", 1));
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};1")), "VF00");
        assert_eq!(told(), format!("VH001N{NO_TIMES}0000N0000000"));
        next(&issuer, dialect, CARD);
        assert_eq!(told(), format!("VH001A{times}0201N0000001"));
        issuer.ask_in(dialect, &verify(CARD, "828"));
        assert_eq!(told(), format!("VH001A{times}0101W0000001"));
        issuer.ask_in(dialect, &verify(CARD, "829"));
        assert_eq!(told(), format!("VH001U{times}0100R0000001"));
        issuer.day.pass(299);
        assert_eq!(told(), format!("VH001U{times}0100R0000001"));
        issuer.day.pass(1);
        assert_eq!(told(), format!("VH001E{times}0100R0000001"));
        issuer.day.set(NEW_YEAR);
        next(&issuer, dialect, CARD);
        for _ in 0..2 {
            issuer.ask_in(dialect, &verify(CARD, "829"));
        }
        assert_eq!(told(), format!("VH001B{times}0001W0000002"));
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};0")), "VF00");
        assert_eq!(told(), format!("VH000N{times}0001W0000002"));
    }
}

#[test]
fn an_issuers_appliance_does_not_tell_the_count() {
    for dialect in BOTH {
        let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup(policy()) });
        assert_eq!(issuer.ask_in(dialect, &format!("VG{CARD};")), format!("VH000N{NO_TIMES}0000N"));
    }
}

#[test]
fn asking_changes_nothing() {
    let issuer = issuer(policy());
    next(&issuer, BOTH[0], CARD);
    let first = issuer.ask(format!("VG{CARD};"));
    for _ in 0..9 {
        assert_eq!(issuer.ask(format!("VG{CARD};")), first);
    }
    assert_eq!(issuer.restarted().ask(format!("VG{CARD};")), first);
}

#[test]
fn refusals() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        for (message, refused) in [
            (format!("VG{CARD}"), "15"),
            (format!("VG{CARD};1"), "15"),
            ("VG4111111111111112;".to_owned(), "C3"),
            ("VG411111111111;".to_owned(), "C1"),
            ("VG411111111111111x;".to_owned(), "C2"),
        ] {
            assert_eq!(issuer.ask_in(dialect, &message), format!("VH{refused}"), "{message}");
        }
    }
    assert_eq!(ask(&production(Profile::Acquirer), format!("VG{CARD};")), "VH68");
}
