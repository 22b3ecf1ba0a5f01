use crate::support::ask;
use crate::support::cards::{Issuer, Setup, domain};
use crate::support::pin_life::refuses_in_both;
use crate::support::production;
use crate::support::tokens::{
    CARD, CARD_IN_998, MANY, ONCE, ONE, SHORT, TERMS, appliance, both, compact, setup, token, vault,
};
use payhsm::cards::{Scheme, TokenDomain};
use payhsm::settings::Profile;
use payhsm_issuing::limit::MostPer;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use payhsm_protocol::command::te_exchange_token::ExchangeToken;
use std::num::NonZeroU32;

fn exchanged(issuer: &Issuer, message: &str) -> String {
    let answer = issuer.ask(message);
    let made = answer.strip_prefix("TF00").unwrap_or_else(|| panic!("{message}: {answer}"));
    made.split_once(';').unwrap().0.to_owned()
}

/// What the answer to TC says of card and expiry.
fn card_of(issuer: &Issuer, domain: u16, token: &str) -> String {
    both::<GiveCardNumber>(issuer, &format!("TCP{domain:03}{token};C"))
}

const GIVEN: &str = "00C4111111111111111;411111******1111;";

#[test]
fn from_any_scheme_to_any_other() {
    let issuer = appliance();
    let domains = [998, 2, 8, 9, MANY, ONE];
    for from in domains {
        for to in domains {
            let made = token(&issuer, CARD, from, "");
            let message = format!("TEP{from:03}{made};C{to:03}");
            let other = exchanged(&issuer, &message);
            // What a key makes is what TA makes.
            if to != MANY {
                assert_eq!(other, token(&issuer, CARD, to, ""), "{from} to {to}");
            }
            if to != 998 {
                assert_eq!(card_of(&issuer, to, &other), GIVEN, "{from} to {to}");
            }
            assert_eq!(&compact::<ExchangeToken>(&issuer, &message)[..2], "00");
        }
    }
    // Published in both.
    let domains = vec![
        domain(998, Scheme::Alphanumeric { keep_left: 6 }, "tokens"),
        domain(1, Scheme::Numeric9, "tokens"),
    ];
    let issuer = Issuer::new(Setup { domains, ..setup() });
    let message = format!("TEP998{CARD_IN_998};C001");
    assert_eq!(both::<ExchangeToken>(&issuer, &message), "009264294599311111;");
}

#[test]
fn a_token_of_the_old_key_becomes_one_of_the_key_in_force() {
    let letters = Scheme::Alphanumeric { keep_left: 6 };
    let before = Issuer::new(Setup {
        domains: vec![domain(2, letters, "old-tokens"), domain(3, Scheme::Numeric9, "old-tokens")],
        ..setup()
    });
    let (old, old_digits) = (token(&before, CARD, 2, ""), token(&before, CARD, 3, ""));
    let rotated = |one: TokenDomain| TokenDomain {
        old_key: Some("old-tokens".to_owned()),
        clear: true,
        ..one
    };
    let issuer = Issuer::new(Setup {
        domains: vec![
            rotated(domain(2, letters, "tokens")),
            rotated(domain(3, Scheme::Numeric9, "tokens")),
            domain(4, letters, "tokens"),
            vault(5, TERMS),
        ],
        ..setup()
    });
    let new = token(&issuer, CARD, 2, "");
    assert_ne!(new, old);
    assert_eq!(both::<ExchangeToken>(&issuer, &format!("TEP002{old};O002")), format!("00{new};"));
    let digits = token(&issuer, CARD, 3, "");
    let message = format!("TEP003{old_digits};O003");
    assert_eq!(both::<ExchangeToken>(&issuer, &message), format!("00{digits};"));
    // A token of the old key is none of the new one, and nobody else takes the old key.
    assert_eq!(both::<ExchangeToken>(&issuer, &format!("TEP002{old};C002")), "T2");
    assert_eq!(both::<GiveCardNumber>(&issuer, &format!("TCP002{old};C")), "T2");
    assert_eq!(both::<ExchangeToken>(&issuer, &format!("TEP002{new};O002")), "T2");
    // These have no old key.
    let vaulted = token(&issuer, CARD, 5, "");
    let in_4 = token(&issuer, CARD, 4, "");
    for message in [format!("TEP004{in_4};O002"), format!("TEP005{vaulted};O002")] {
        assert_eq!(both::<ExchangeToken>(&issuer, &message), "12");
    }
}

#[test]
fn a_token_for_one_use_is_used_up_with_the_exchange() {
    let issuer = appliance();
    for to in [998, MANY, ONCE, ONE] {
        let once = token(&issuer, CARD, ONCE, "X1228");
        let message = format!("TEP{ONCE}{once};C{to:03}");
        // A refusal does not use it up.
        assert_eq!(issuer.ask(message.replace(&format!("C{to:03}"), "C997")), "TFT3");
        assert_eq!(issuer.ask(format!("{message}L000000000")), "TF15");
        let other = exchanged(&issuer, &message);
        for message in
            [&message, &format!("TEP{ONCE}{once};C998"), &format!("TEP{ONCE}{once};C{ONE}")]
        {
            assert_eq!(both::<ExchangeToken>(&issuer, message), "T4");
        }
        assert_eq!(issuer.ask(format!("TCP{ONCE}{once};C")), "TDT4");
        // The expiry goes along where there is a place for it.
        if to != 998 {
            let given = issuer.ask(format!("TCP{to}{other};C"));
            assert_eq!(given, format!("TD{GIVEN}1228"), "{to}");
        }
    }
    // A second use of what came of it is refused as well.
    let once = token(&issuer, CARD, ONCE, "");
    let other = exchanged(&issuer, &format!("TEP{ONCE}{once};C{MANY}SL000000060"));
    assert_eq!(card_of_once(&issuer, &other), ["00", "T4"]);
}

fn card_of_once(issuer: &Issuer, token: &str) -> [String; 2] {
    [(); 2].map(|()| issuer.ask(format!("TCP{MANY}{token};C"))[2..4].to_owned())
}

#[test]
fn of_many_at_a_time_one_exchanges_it() {
    let issuer = appliance();
    for to in [998, MANY, ONE] {
        let once = token(&issuer, CARD, ONCE, "");
        let codes: Vec<String> = std::thread::scope(|scope| {
            let ask = || issuer.ask(format!("TEP{ONCE}{once};C{to:03}"))[2..4].to_owned();
            let asks: Vec<_> = (0..6).map(|_| scope.spawn(ask)).collect();
            asks.into_iter().map(|ask| ask.join().unwrap()).collect()
        });
        assert_eq!(codes.iter().filter(|code| *code == "00").count(), 1, "{codes:?}");
        assert_eq!(codes.iter().filter(|code| *code == "T4").count(), 5, "{codes:?}");
    }
}

#[test]
fn the_limit_of_a_domain_is_not_gone_round() {
    let most = MostPer { most: 2, seconds: NonZeroU32::new(3_600).unwrap() };
    let limited = domain(998, Scheme::Alphanumeric { keep_left: 6 }, "tokens");
    let domains =
        vec![TokenDomain { tokens: Some(most), ..limited }, domain(9, Scheme::Numeric9, "tokens")];
    let issuer = Issuer::new(Setup { domains, ..setup() });
    let free = token(&issuer, CARD, 9, "");
    assert_eq!(token(&issuer, CARD, 998, ""), CARD_IN_998);
    let message = format!("TEP009{free};C998");
    assert_eq!(issuer.ask(&message), format!("TF00{CARD_IN_998};"));
    assert_eq!(both::<ExchangeToken>(&issuer, &message), "72");
    assert_eq!(issuer.ask(format!("TA{CARD};998")), "TB72");
}

#[test]
fn refusals() {
    let issuer = appliance();
    let vaulted = token(&issuer, CARD, SHORT, "");
    let message = format!("TEP{SHORT}{vaulted};C998");
    assert_eq!(both::<ExchangeToken>(&issuer, &message), format!("00{CARD_IN_998};"));
    refuses_in_both::<ExchangeToken>(
        &issuer,
        &message,
        &[
            ("P103", "P100", "T2"),
            ("P103", "P997", "T3"),
            ("P103", "P998", "T1"),
            ("P103", "C103", "15"),
            (&vaulted, CARD_IN_998, "T1"),
            (&vaulted, "919108f7-52d1-4320-9bac-f847db4148a8", "T2"),
            (";C998", ";O998", "12"),
            (";C998", ";X998", "15"),
            (";C998", ";C997", "T3"),
            (";C998", ";C400", "T3"),
            (";C998", ";C401", "T3"),
            (";C998", ";C402", "12"),
            (";C998", ";C403", "A6"),
            (";C998", ";C998S", "15"),
            (";C998", ";C102S", "15"),
            (";C998", ";C100L000000000", "15"),
            (";C998", ";C998X", "15"),
        ],
    );
    issuer.day.pass(300);
    assert_eq!(both::<ExchangeToken>(&issuer, &message), "T5");
    let amex = token(&issuer, "378282246310005", MANY, "");
    assert_eq!(both::<ExchangeToken>(&issuer, &format!("TEP{MANY}{amex};C008")), "T6");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "TF68");
}
