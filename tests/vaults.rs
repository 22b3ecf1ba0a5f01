//! Tokens whose card number is in the store: how long they live, for how many uses, and that a card may have one.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "the answers are ASCII")]

mod support;

use payhsm::cards::VaultTerms;
use payhsm_protocol::command::ta_make_token::MakeToken;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use std::collections::BTreeSet;
use support::cards::{Issuer, Setup};
use support::tokens::{
    CARD, CARD_FOR_VIS, MANY, ONCE, ONE, SHORT, TERMS, appliance, both, compact, setup, token,
    vault,
};

#[test]
fn a_card_has_one_token_where_the_domain_says_so() {
    let issuer = appliance();
    let first = token(&issuer, CARD, ONE, "");
    for form in [format!("{CARD};"), format!("C{CARD};"), format!("EVIS:{CARD_FOR_VIS};")] {
        let made = both::<MakeToken>(&issuer, &format!("TA{form}{ONE}"));
        assert_eq!(made, format!("00{first};"));
    }
    assert_ne!(token(&issuer, "5555555555554444", ONE, ""), first);
    // A new expiry takes the place of the old one; no expiry leaves it.
    let expiry = |issuer: &Issuer| issuer.ask(format!("TCP{ONE}{first};C"))[39..].to_owned();
    assert_eq!(expiry(&issuer), "");
    assert_eq!(token(&issuer, CARD, ONE, "X1228"), first);
    assert_eq!(token(&issuer, CARD, ONE, ""), first);
    assert_eq!(expiry(&issuer), "1228");
    assert_eq!(token(&issuer, CARD, ONE, "X0131"), first);
    let issuer = issuer.restarted();
    assert_eq!(expiry(&issuer), "0131");
    assert_eq!(token(&issuer, CARD, ONE, ""), first);
    for terms in ["S", "M", "L000000300"] {
        let message = format!("TA{CARD};{ONE}{terms}");
        assert_eq!(both::<MakeToken>(&issuer, &message), "15");
    }
}

#[test]
fn many_at_a_time_get_the_one_token_of_a_card() {
    let issuer = appliance();
    let tokens: BTreeSet<String> = std::thread::scope(|scope| {
        let asks = (0..8).map(|_| {
            scope.spawn(|| (0..20).map(|_| token(&issuer, CARD, ONE, "")).collect::<Vec<_>>())
        });
        let asks: Vec<_> = asks.collect();
        asks.into_iter().flat_map(|ask| ask.join().unwrap()).collect()
    });
    assert_eq!(tokens.len(), 1);
}

#[test]
fn an_expired_token_of_a_card_gives_way_to_another() {
    let terms = VaultTerms { one_per_card: true, seconds: Some(60), ..TERMS };
    let issuer = Issuer::new(Setup { domains: vec![vault(5, terms)], ..setup() });
    let first = token(&issuer, CARD, 5, "");
    issuer.day.pass(59);
    assert_eq!(token(&issuer, CARD, 5, "X1228"), first);
    assert_eq!(
        issuer.ask(format!("TCP005{first};C")),
        "TD00C4111111111111111;411111******1111;1228"
    );
    issuer.day.pass(1);
    assert_eq!(issuer.ask(format!("TCP005{first};C")), "TDT5");
    let second = token(&issuer, CARD, 5, "");
    assert_ne!(second, first);
    assert_eq!(token(&issuer, CARD, 5, ""), second);
}

#[test]
fn the_end_of_a_token_is_told_and_comes() {
    let issuer = appliance();
    let made = |message: &str| {
        let host = issuer.ask(message).strip_prefix("TB00").unwrap().to_owned();
        let compact = compact::<MakeToken>(&issuer, message);
        let (token, end) = host.split_once(';').unwrap();
        assert_eq!(compact.split_once(';').unwrap().1, end);
        (token.to_owned(), end.to_owned())
    };
    // The domain has 300 seconds; a request may have fewer, and no more.
    let (domains, end) = made(&format!("TA{CARD};{SHORT}"));
    assert_eq!(end, "1767225900");
    assert_eq!(made(&format!("TA{CARD};{SHORT}L000000301")).1, "1767225900");
    let (shorter, end) = made(&format!("TA{CARD};{SHORT}L000000299"));
    assert_eq!(end, "1767225899");
    assert_eq!(made(&format!("TA{CARD};{MANY}ML999999999")).1, "2767225599");
    let alive = |token: &str| {
        both::<GiveCardNumber>(&issuer, &format!("TCP{SHORT}{token};C"))[..2].to_owned()
    };
    issuer.day.pass(298);
    assert_eq!([alive(&domains), alive(&shorter)], ["00", "00"]);
    issuer.day.pass(1);
    assert_eq!([alive(&domains), alive(&shorter)], ["00", "T5"]);
    issuer.day.pass(1);
    assert_eq!([alive(&domains), alive(&shorter)], ["T5", "T5"]);
}

#[test]
fn a_request_decides_for_how_many_uses() {
    let issuer = appliance();
    let uses = |domain: u16, terms: &str| {
        let token = token(&issuer, CARD, domain, terms);
        [(); 2].map(|()| issuer.ask(format!("TCP{domain}{token};C"))[2..4].to_owned())
    };
    assert_eq!(uses(MANY, ""), ["00", "00"]);
    assert_eq!(uses(MANY, "S"), ["00", "T4"]);
    assert_eq!(uses(ONCE, ""), ["00", "T4"]);
    assert_eq!(uses(ONCE, "M"), ["00", "00"]);
}
