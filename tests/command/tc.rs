use crate::support::cards::{Issuer, Setup, domain};
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{
    CARD, CARD_FOR_MCI, CARD_FOR_VIS, CARD_IN_998, MANY, ONCE, TERMS, appliance, ask_as, both,
    caller, compact, compact_as, key, setup, token, vault,
};
use crate::support::{ask, production};
use payhsm::cards::{Scheme, TokenDomain};
use payhsm::settings::Profile;
use payhsm_issuing::limit::Rates;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use payhsm_protocol::command::ti_decrypt_card_number::DecryptCardNumber;

const MASKED: &str = "411111******1111";

#[test]
fn a_card_number_leaves_under_the_key_of_a_zone() {
    let issuer = appliance();
    let vaulted = token(&issuer, CARD, MANY, "X0131");
    for (reference, expiry) in
        [(format!("P998{CARD_IN_998};"), ""), (format!("P{MANY}{vaulted};"), "0131")]
    {
        for (zone, value) in [("VIS", CARD_FOR_VIS), ("MCI", CARD_FOR_MCI)] {
            let given = both::<GiveCardNumber>(&issuer, &format!("TC{reference}E{zone};"));
            assert_eq!(given, format!("00E{zone}:{value};{MASKED};{expiry}"));
            // With an IV another value each time, of the same card.
            let message = format!("TC{reference}R{zone};");
            let (one, other) = (issuer.ask(&message), compact::<GiveCardNumber>(&issuer, &message));
            let (one, other) = (one[4..].to_owned(), other[2..].to_owned());
            assert_ne!(one, other);
            for given in [one, other] {
                let (card, rest) = given.split_once(';').unwrap();
                assert_eq!(card.len(), 5 + 48);
                assert_eq!(rest, format!("{MASKED};{expiry}"));
                let back = both::<DecryptCardNumber>(&issuer, &format!("TI{card};"));
                assert_eq!(back, format!("00{CARD};"));
            }
        }
    }
}

#[test]
fn a_token_for_one_use_is_used_up() {
    let issuer = appliance();
    let zones = ["C", "EVIS;"];
    for (form, other) in [(zones[0], zones[1]), (zones[1], zones[0])] {
        let token = token(&issuer, CARD, ONCE, "");
        let message = |form: &str| format!("TCP{ONCE}{token};{form}");
        // Neither what is refused nor another command uses it up.
        assert_eq!(issuer.ask(message("ENON;")), "TD12");
        assert_eq!(issuer.ask(message("EVIS")), "TD15");
        assert_eq!(issuer.ask(format!("TCP{MANY}{token};C")), "TDT2");
        let cvv = key("C0TN00N00", "0123456789ABCDEFFEDCBA9876543210");
        let looked = issuer.ask(format!("CW{cvv}P{ONCE}{token};2812201"));
        assert_eq!(looked, issuer.ask(format!("CW{cvv}{CARD};2812201")));
        assert_eq!(&compact::<GiveCardNumber>(&issuer, &message(form))[..2], "00");
        for form in [form, other] {
            assert_eq!(both::<GiveCardNumber>(&issuer, &message(form)), "T4");
        }
        assert_eq!(issuer.ask(format!("CW{cvv}P{ONCE}{token};2812201")), "CXT4");
    }
    let used = token(&issuer, CARD, ONCE, "");
    assert_eq!(&issuer.ask(format!("TCP{ONCE}{used};C"))[..4], "TD00");
    let issuer = issuer.restarted();
    assert_eq!(issuer.ask(format!("TCP{ONCE}{used};C")), "TDT4");
}

#[test]
fn of_many_at_a_time_one_has_it() {
    let issuer = appliance();
    for _ in 0..30 {
        let token = token(&issuer, CARD, ONCE, "");
        let codes: Vec<String> = std::thread::scope(|scope| {
            let asks: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| issuer.ask(format!("TCP{ONCE}{token};C"))[2..4].to_owned()))
                .collect();
            asks.into_iter().map(|ask| ask.join().unwrap()).collect()
        });
        let of = |code: &str| codes.iter().filter(|one| *one == code).count();
        assert_eq!((of("00"), of("T4")), (1, 5), "{codes:?}");
    }
}

#[test]
fn card_numbers_have_a_rate_of_their_own() {
    let rates = Rates { minute: Some(2), ..Rates::default() };
    let of = |one: TokenDomain| TokenDomain { card_numbers: rates, clear: true, ..one };
    let letters = Scheme::Alphanumeric { keep_left: 6 };
    let domains = vec![of(domain(998, letters, "tokens")), of(vault(5, TERMS))];
    let issuer = Issuer::new(Setup { domains, ..setup() });
    let vaulted = token(&issuer, CARD, 5, "S");
    for (reference, guess, first) in [
        (format!("P998{CARD_IN_998};"), "P998411111PJKSWE1112;", "00"),
        // The other caller uses the token of the vault up.
        (format!("P005{vaulted};"), "P005919108f7-52d1-4320-9bac-f847db4148a8;", "T4"),
    ] {
        let message = format!("TC{reference}C");
        // Another caller's are counted apart.
        assert_eq!(&ask_as(&issuer.engine, &caller("other", &[]), &message)[..4], "TD00");
        // A guess counts as well.
        assert_eq!(issuer.ask(format!("TC{guess}C")), "TDT2");
        let codes = [(); 2].map(|()| compact::<GiveCardNumber>(&issuer, &message)[..2].to_owned());
        assert_eq!(codes, [first, "72"]);
        assert_eq!(both::<GiveCardNumber>(&issuer, &message), "72");
    }
    let issuer = issuer.restarted();
    let message = format!("TCP998{CARD_IN_998};C");
    assert_eq!(issuer.ask(&message), "TD72");
    issuer.day.pass(70);
    assert_eq!(&issuer.ask(&message)[..4], "TD00");
}

#[test]
fn refusals() {
    let issuer = appliance();
    let vaulted = token(&issuer, CARD, MANY, "");
    let other = token(&issuer, CARD, ONCE, "");
    let message = format!("TCP{MANY}{vaulted};EVIS;");
    let unknown = "919108f7-52d1-4320-9bac-f847db4148a8";
    refuses_in_both::<GiveCardNumber>(
        &issuer,
        &message,
        &[
            ("P100", "P101", "T2"),
            ("P100", "P997", "T3"),
            ("P100", "P400", "T3"),
            ("P100", "P401", "T3"),
            ("P100", "P998", "T1"),
            (&vaulted, &other, "T2"),
            (&vaulted, unknown, "T2"),
            (&vaulted, CARD_IN_998, "T1"),
            (&vaulted, "", "T1"),
            (&vaulted, "4111 1111", "T1"),
            ("EVIS;", "EOTH;", "12"),
            ("EVIS;", "ENON;", "12"),
            ("EVIS;", "EXYZ;", "12"),
            ("EVIS;", "EVISA;", "21"),
            ("EVIS;", "E;", "21"),
            ("EVIS;", "XVIS;", "15"),
            ("EVIS;", "", "15"),
            ("EVIS;", "EVIS;X", "15"),
            ("TCP100", "TCC100", "15"),
        ],
    );
    // Tokens of the scheme that are none of this domain, and none at all.
    for (token, code) in [
        ("411111PJKSWE1112", "T2"),
        ("411111SVET5T1111", "T2"),
        ("411111111111111", "T1"),
        ("411111pjkswe1111", "T1"),
        (CARD, "T1"),
    ] {
        assert_eq!(both::<GiveCardNumber>(&issuer, &format!("TCP998{token};EVIS;")), code);
    }
    // In the clear only where the domain says so.
    assert_eq!(both::<GiveCardNumber>(&issuer, &format!("TCP998{CARD_IN_998};C")), "17");
    assert_eq!(both::<GiveCardNumber>(&issuer, &format!("TCP402{CARD_IN_998};EVIS;")), "12");
    assert_eq!(both::<GiveCardNumber>(&issuer, &format!("TCP403{CARD_IN_998};EVIS;")), "A6");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "TD68");
}

#[test]
fn domain_and_zone_have_to_be_the_callers() {
    let issuer = appliance();
    let message = format!("TCP998{CARD_IN_998};EOTH;");
    let other = caller("other", &["OTH"]);
    let given = format!("TD00EOTH:{CARD_FOR_VIS};{MASKED};");
    assert_eq!(ask_as(&issuer.engine, &other, &message), given);
    assert_eq!(compact_as::<GiveCardNumber>(&issuer.engine, &other, &message), given[2..]);
    for stranger in [caller("other", &[]), caller("third", &["OTH"])] {
        assert_eq!(ask_as(&issuer.engine, &stranger, &message), "TD12");
        assert_eq!(compact_as::<GiveCardNumber>(&issuer.engine, &stranger, &message), "12");
    }
}
