use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{
    CARD, CARD_FOR_MCI, CARD_FOR_VIS, CARD_WITH_IV, appliance, ask_as, both, caller, compact,
};
use crate::support::{ask, development, production, tampered};
use payhsm::settings::Profile;
use payhsm_protocol::command::tg_encrypt_card_number::EncryptCardNumber;
use payhsm_protocol::command::ti_decrypt_card_number::DecryptCardNumber;

const MASKED: &str = "411111******1111";

#[test]
fn a_card_number_goes_under_the_key_of_a_zone() {
    let issuer = appliance();
    let forms = [
        format!("{CARD};"),
        format!("C{CARD};"),
        format!("EVIS:{CARD_FOR_VIS};"),
        format!("EVIS:{CARD_WITH_IV};"),
        format!("EMCI:{CARD_FOR_MCI};"),
    ];
    for form in &forms {
        for (zone, value) in [("VIS", CARD_FOR_VIS), ("MCI", CARD_FOR_MCI), ("ENC", CARD_FOR_VIS)] {
            let made = both::<EncryptCardNumber>(&issuer, &format!("TG{form}E{zone};"));
            assert_eq!(made, format!("00E{zone}:{value};{MASKED};"));
        }
        let message = format!("TG{form}RVIS;");
        let answers =
            [issuer.ask(&message)[2..].to_owned(), compact::<EncryptCardNumber>(&issuer, &message)];
        assert_ne!(answers[0], answers[1]);
        for answer in answers {
            let card = answer.strip_prefix("00").unwrap().split_once(';').unwrap().0;
            assert_eq!(card.len(), 5 + 48);
            let back = both::<DecryptCardNumber>(&issuer, &format!("TI{card};"));
            assert_eq!(back, format!("00{CARD};"));
        }
    }
}

#[test]
fn numbers_of_all_lengths() {
    let issuer = appliance();
    for card in ["4000000000006", "30569309025904", "378282246310005", "4000000000000000006"] {
        let made = both::<EncryptCardNumber>(&issuer, &format!("TG{card};EMCI;"));
        let (reference, _) = made[2..].split_once(';').unwrap();
        let back = both::<DecryptCardNumber>(&issuer, &format!("TI{reference};"));
        assert_eq!(back, format!("00{card};"));
    }
}

#[test]
fn every_digit_of_a_value_matters() {
    let issuer = appliance();
    let good = format!("TGEVIS:{CARD_FOR_VIS};EMCI;");
    assert_eq!(issuer.ask(&good), format!("TH00EMCI:{CARD_FOR_MCI};{MASKED};"));
    for value in tampered(CARD_FOR_VIS, 0..32) {
        let answer = issuer.ask(format!("TGEVIS:{value};EMCI;"));
        assert_eq!(answer, "THD1", "{value}");
    }
}

#[test]
fn refusals() {
    let issuer = appliance();
    refuses_in_both::<EncryptCardNumber>(
        &issuer,
        &format!("TG{CARD};EVIS;"),
        &[
            (CARD, "411111111111", "C1"),
            (CARD, "41111111111111111111", "C1"),
            (CARD, "411111111111111x", "C2"),
            (CARD, "4111111111111112", "C3"),
            (CARD, "P998411111PJKSWE1111", "T1"),
            (CARD, &format!("EMCI:{CARD_FOR_VIS}"), "D1"),
            // This key only encrypts.
            (CARD, &format!("EENC:{CARD_FOR_VIS}"), "A8"),
            ("EVIS;", "EOTH;", "12"),
            ("EVIS;", "ENON;", "12"),
            ("EVIS;", "EXYZ;", "12"),
            ("EVIS;", "EVISA;", "21"),
            ("EVIS;", "C", "15"),
            ("EVIS;", "EVIS", "15"),
            ("EVIS;", "EVIS;%01", "12"),
        ],
    );
    assert_eq!(ask(&development(), format!("TG{CARD};EVIS;")), "TH12");
    assert_eq!(ask(&production(Profile::Acquirer), format!("TG{CARD};EVIS;")), "TH68");
    let stranger = caller("stranger", &["VIS"]);
    assert_eq!(ask_as(&issuer.engine, &stranger, &format!("TG{CARD};EVIS;")), "TH12");
}
