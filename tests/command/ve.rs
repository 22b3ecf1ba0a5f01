use crate::support::both::BOTH;
use crate::support::cards::{Issuer, Setup};
use crate::support::dynamic::{CARD, generate, issuer, made, next, policy, setup, verify};
use crate::support::{ask, production};
use payhsm::settings::Profile;
use payhsm_issuing::dcvv2::Policy;

#[test]
fn on_and_off() {
    for dialect in BOTH {
        let issuer = issuer(Policy { fallback: true, ..policy() });
        let set = |mode: &str| issuer.ask_in(dialect, &format!("VE{CARD};{mode}"));
        assert_eq!(set("0"), "VFVD");
        for mode in ["1", "2", "1", "0", "2", "0"] {
            assert_eq!(set(mode), "VF00", "{mode}");
            assert_eq!(set(mode), "VFVD", "{mode}");
        }
        assert_eq!(set("1"), "VF00");
        let made = made(&issuer.ask_in(dialect, &generate(CARD)));
        assert_eq!(made.mode, '1');
        // From one kind to the other the code stays; off, it goes.
        assert_eq!(set("2"), "VF00");
        assert_eq!(issuer.ask_in(dialect, &verify(CARD, "829")), "VD00D");
        let issuer = issuer.restarted();
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};2")), "VFVD");
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};0")), "VF00");
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};1")), "VF00");
        assert_eq!(next(&issuer, dialect, CARD), "378", "the count goes on");
    }
}

#[test]
fn what_the_product_has_not() {
    for dialect in BOTH {
        let issuer = issuer(policy());
        let set = |card: &str, mode: &str| issuer.ask_in(dialect, &format!("VE{card};{mode}"));
        assert_eq!(set(CARD, "2"), "VFV7", "no fallback");
        assert_eq!(set("5555555555554444", "1"), "VFV7", "no dynamic CVV2");
        assert_eq!(set("5555555555554444", "0"), "VFVD");
        assert_eq!(set(CARD, "1"), "VF00");
    }
}

#[test]
fn refusals() {
    for dialect in BOTH {
        let issuer = Issuer::new(Setup { profile: Some(Profile::Issuer), ..setup(policy()) });
        for (message, refused) in [
            (format!("VE{CARD};3"), "15"),
            (format!("VE{CARD};"), "15"),
            (format!("VE{CARD}1"), "15"),
            (format!("VE{CARD};1x"), "15"),
            ("VE4111111111111112;1".to_owned(), "C3"),
            ("VE411111111111;1".to_owned(), "C1"),
            ("VE41111111111111a1;1".to_owned(), "C2"),
        ] {
            assert_eq!(issuer.ask_in(dialect, &message), format!("VF{refused}"), "{message}");
        }
        assert_eq!(issuer.ask_in(dialect, &format!("VE{CARD};1")), "VF00");
    }
    assert_eq!(ask(&production(Profile::Acquirer), format!("VE{CARD};1")), "VF68");
}
