use crate::support::cards::{Issuer, Setup};
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{
    CARD, CARD_FOR_MCI, CARD_FOR_VIS, CARD_WITH_IV, appliance, ask_as, both, caller, setup,
};
use crate::support::{ask, development, production, tampered};
use payhsm::cards::Guard;
use payhsm::settings::Profile;
use payhsm_issuing::limit::{Limits, Rates};
use payhsm_protocol::command::tg_encrypt_card_number::EncryptCardNumber;
use payhsm_protocol::command::ti_decrypt_card_number::DecryptCardNumber;

#[test]
fn what_others_encrypted_is_decrypted() {
    let issuer = appliance();
    for (zone, value) in [("VIS", CARD_FOR_VIS), ("VIS", CARD_WITH_IV), ("MCI", CARD_FOR_MCI)] {
        let message = format!("TIE{zone}:{value};");
        assert_eq!(both::<DecryptCardNumber>(&issuer, &message), format!("00{CARD};"));
        assert_eq!(
            issuer.ask(
                message
                    .to_lowercase()
                    .replacen("tie", "TIE", 1)
                    .replace("vis", "VIS")
                    .replace("mci", "MCI")
            ),
            format!("TJ00{CARD};")
        );
        for other in tampered(value, 0..value.len()) {
            let answer = both::<DecryptCardNumber>(&issuer, &format!("TIE{zone}:{other};"));
            assert_eq!(answer, "D1", "{other}");
        }
    }
}

fn guarded(caller: Limits, key: Limits) -> Issuer {
    Issuer::new(Setup { guard: Guard { caller, key }, ..setup() })
}

#[test]
fn calls_have_a_rate() {
    let two = Limits { calls: Rates { minute: Some(2), ..Rates::default() }, ..Limits::default() };
    for issuer in [guarded(two, Limits::default()), guarded(Limits::default(), two)] {
        let message = format!("TIEVIS:{CARD_FOR_VIS};");
        assert_eq!(both::<DecryptCardNumber>(&issuer, &message), format!("00{CARD};"));
        assert_eq!(both::<DecryptCardNumber>(&issuer, &message), "72");
        let issuer = issuer.restarted();
        assert_eq!(both::<DecryptCardNumber>(&issuer, &message), "72");
        issuer.day.pass(70);
        assert_eq!(issuer.ask(&message), format!("TJ00{CARD};"));
    }
}

/// Whoever changes bits of a value and is told whether a card number is left would find out the number.
#[test]
fn values_that_are_none_are_counted_wherever_they_come() {
    let failures = Rates { hour: Some(4), ..Rates::default() };
    let issuer = guarded(Limits { failures, ..Limits::default() }, Limits::default());
    let (good, bad) = (CARD_FOR_VIS, CARD_FOR_MCI);
    let tg = |value: &str| both::<EncryptCardNumber>(&issuer, &format!("TGEVIS:{value};EMCI;"));
    assert_eq!([tg(bad), tg(bad)], ["D1", "D1"]);
    // Four were wrong: now nobody is told whether a value is right.
    assert_eq!([tg(bad), tg(good)], ["72", "72"]);
    assert_eq!(both::<DecryptCardNumber>(&issuer, &format!("TIEVIS:{good};")), "72");
    // Another zone is counted by itself.
    let other = format!("TGEMCI:{CARD_FOR_MCI};EVIS;");
    assert_eq!(&both::<EncryptCardNumber>(&issuer, &other)[..2], "00");
    let issuer = issuer.restarted();
    assert_eq!(issuer.ask(format!("TGEVIS:{good};EMCI;")), "TH72");
    issuer.day.pass(2 * 3_600);
    assert_eq!(&issuer.ask(format!("TGEVIS:{good};EMCI;"))[..4], "TH00");
}

#[test]
fn refusals() {
    let issuer = appliance();
    let message = format!("TIEVIS:{CARD_FOR_VIS};");
    refuses_in_both::<DecryptCardNumber>(
        &issuer,
        &message,
        &[
            ("EVIS", "EMCI", "D1"),
            ("EVIS", "EOTH", "12"),
            ("EVIS", "ENON", "12"),
            ("EVIS", "EXYZ", "12"),
            ("EVIS", "EVISA", "21"),
            ("EVIS", "EENC", "A8"),
            ("EVIS:", "EVIS", "15"),
            ("65;", "65", "15"),
            ("65;", "6;", "D1"),
            ("65;", "6x;", "D1"),
            ("65;", ";", "D1"),
            ("65;", "65;1", "15"),
            ("TIEVIS", "TICVIS", "15"),
        ],
    );
    assert_eq!(issuer.ask(format!("TI{CARD};")), "TJ15");
    assert_eq!(ask(&development(), &message), "TJ12");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "TJ68");
    let stranger = caller("stranger", &["VIS"]);
    assert_eq!(ask_as(&issuer.engine, &stranger, &message), "TJ12");
}
