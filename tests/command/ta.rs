use crate::support::cards::{Issuer, Setup, block, domain};
use crate::support::pin_life::refuses_in_both;
use crate::support::tokens::{
    CARD, CARD_FOR_VIS, CARD_IN_998, MANY, TERMS, TOKEN_KEY, appliance, ask_as, both, caller,
    compact, compact_as, key, published, setup, vault,
};
use crate::support::{ask, development, host_settings, production, tampered, test_inventory};
use payhsm::Engine;
use payhsm::cards::{Cards, Domains, Guard, Scheme, TokenDomain};
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Profile, Settings};
use payhsm_issuing::limit::{MostPer, Rates};
use payhsm_issuing::product::Products;
use payhsm_protocol::command::ta_make_token::MakeToken;
use payhsm_protocol::command::tc_give_card_number::GiveCardNumber;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

/// Card number, domain and token, as they were published.
fn vectors(name: &str, keep_left: Option<u64>) -> Vec<(String, u64, String)> {
    let all = published("issuing.json");
    let of = |vector: &serde_json::Value| {
        assert_eq!(vector["key"], TOKEN_KEY);
        let text = |field: &str| vector[field].as_str().unwrap().to_owned();
        (text("pan"), vector["domain"].as_u64().unwrap(), text("token"))
    };
    let all = all[name].as_array().unwrap().iter();
    all.filter(|vector| vector["keep_left"].as_u64() == keep_left).map(of).collect()
}

#[test]
fn published_tokens_come_out_and_go_back() {
    for (name, keep_left, scheme, count) in [
        ("pan_token_alnum", Some(6), Scheme::Alphanumeric { keep_left: 6 }, 12),
        ("pan_token_alnum", Some(8), Scheme::Alphanumeric { keep_left: 8 }, 1),
        ("pan_token_num9", None, Scheme::Numeric9, 12),
    ] {
        let domains =
            [1, 998].map(|number| TokenDomain { clear: true, ..domain(number, scheme, "tokens") });
        let issuer = Issuer::new(Setup { domains: domains.into(), ..setup() });
        let vectors = vectors(name, keep_left);
        assert_eq!(vectors.len(), count);
        for (pan, domain, token) in vectors {
            let made = both::<MakeToken>(&issuer, &format!("TA{pan};{domain:03}"));
            assert_eq!(made, format!("00{token};"));
            let masked =
                format!("{}{}{}", &pan[..6], "*".repeat(pan.len() - 10), &pan[pan.len() - 4..]);
            let back =
                |token: &str| both::<GiveCardNumber>(&issuer, &format!("TCP{domain:03}{token};C"));
            assert_eq!(back(&token), format!("00C{pan};{masked};"));
            for other in tampered(&token, 0..token.len()) {
                assert!(!back(&other).contains(&pan), "{other}");
            }
            for other in tampered(&pan, 0..pan.len()) {
                let message = format!("TA{other};{domain:03}");
                assert_eq!(both::<MakeToken>(&issuer, &message), "C3", "{other}");
            }
        }
    }
}

#[test]
fn a_vault_gives_another_token_with_each_request() {
    let issuer = appliance();
    let mut tokens = BTreeSet::new();
    for _ in 0..20 {
        let message = format!("TA{CARD};{MANY}X1228");
        let host = issuer.ask(&message);
        for made in [host.strip_prefix("TB").unwrap(), &compact::<MakeToken>(&issuer, &message)] {
            let token = made.strip_prefix("00").unwrap().strip_suffix(';').unwrap();
            assert_eq!((token.len(), token.as_bytes()[14]), (36, b'4'), "{token}");
            let back = both::<GiveCardNumber>(&issuer, &format!("TCP{MANY}{token};C"));
            assert_eq!(back, format!("00C{CARD};411111******1111;1228"));
            assert!(tokens.insert(token.to_owned()));
        }
    }
    let issuer = issuer.restarted();
    for token in tokens {
        let back = issuer.ask(format!("TCP{MANY}{token};C"));
        assert_eq!(back, format!("TD00C{CARD};411111******1111;1228"));
    }
}

#[test]
fn so_many_tokens_under_one_bin_and_ending_and_no_more() {
    let most = MostPer { most: 3, seconds: NonZeroU32::new(3_600).unwrap() };
    let limited = |one: TokenDomain| TokenDomain { tokens: Some(most), ..one };
    let letters = Scheme::Alphanumeric { keep_left: 6 };
    let domains = vec![limited(domain(1, letters, "tokens")), limited(vault(2, TERMS))];
    let issuer = Issuer::new(Setup { domains, ..setup() });
    // Cards that differ in digits that their tokens do not show.
    let cards: Vec<_> = (0..1_000)
        .map(|middle| format!("411111{middle:06}1111"))
        .filter(|card| payhsm_keys::is_luhn(card.as_bytes()))
        .take(8)
        .collect();
    let other = caller("other", &[]);
    for domain in ["001", "002"] {
        let code = |card: &str| issuer.ask(format!("TA{card};{domain}"))[2..4].to_owned();
        // What comes to nothing is not counted.
        assert_eq!(issuer.ask(format!("TA{};{domain}L000000000", cards[0])), "TB15");
        let mut codes = vec![code(&cards[0]), code(&cards[1])];
        let message = format!("TA{};{domain}", cards[2]);
        codes.push(compact::<MakeToken>(&issuer, &message)[..2].to_owned());
        codes.extend(cards[3..].iter().map(|card| code(card)));
        assert_eq!(codes, ["00", "00", "00", "72", "72", "72", "72", "72"]);
        assert_eq!(compact::<MakeToken>(&issuer, &message), "72");
        // Other digits, another caller.
        assert_eq!(code("5555555555554444"), "00");
        assert_eq!(&ask_as(&issuer.engine, &other, &message)[..4], "TB00");
    }
    let issuer = issuer.restarted();
    let message = format!("TA{};001", cards[4]);
    assert_eq!(issuer.ask(&message), "TB72");
    // No longer than the hour and an eighth of it.
    issuer.day.pass(3_600 + 450);
    assert_eq!(&issuer.ask(&message)[..4], "TB00");
}

#[test]
fn refusals() {
    let issuer = appliance();
    let message = format!("TA{CARD};998");
    assert_eq!(both::<MakeToken>(&issuer, &message), format!("00{CARD_IN_998};"));
    refuses_in_both::<MakeToken>(
        &issuer,
        &message,
        &[
            ("998", "997", "T3"),
            ("998", "400", "T3"),
            ("998", "401", "T3"),
            ("998", "99x", "T3"),
            ("998", "99", "T3"),
            ("998", "402", "12"),
            ("998", "403", "A6"),
            ("998", "998X1228", "15"),
            ("998", "998S", "15"),
            ("998", "998M", "15"),
            ("998", "998L000000060", "15"),
            ("998", "100L000000000", "15"),
            ("998", "100X122", "15"),
            ("998", "100X12x8", "15"),
            ("998", "100Q", "15"),
            ("998", "998%01", "12"),
            ("1111;", "1111", "15"),
            (CARD, "411111111111", "C1"),
            (CARD, "41111111111111111111", "C1"),
            (CARD, "411111111111111x", "C2"),
            (CARD, "4111111111111112", "C3"),
            (CARD, "4000000000006", "T6"),
            (CARD, "P998411111PJKSWE1111", "T1"),
            (CARD, "P9984111", "T1"),
            (CARD, &format!("ENON:{CARD_FOR_VIS}"), "12"),
            (CARD, &format!("EOTH:{CARD_FOR_VIS}"), "12"),
            (CARD, &format!("EMCI:{CARD_FOR_VIS}"), "D1"),
            (CARD, "EVIS:246CE232B38AFEEB0EDFD0A7EEFD386", "D1"),
            (CARD, "EVIS:246CE232B38AFEEB0EDFD0A7EEFD3865AA", "D1"),
            (CARD, &format!("EVISA:{CARD_FOR_VIS}"), "21"),
        ],
    );
    let amex = "TA378282246310005;008";
    assert_eq!(both::<MakeToken>(&issuer, amex), "T6");
    // The other scheme has tokens of the shortest numbers too.
    let made = both::<MakeToken>(&issuer, "TA4000000000006;009");
    assert!(made.starts_with("009") && made.ends_with("0006;") && made.len() == 16, "{made}");
}

#[test]
fn a_domain_is_for_its_callers() {
    let issuer = appliance();
    let other = caller("other", &[]);
    let message = format!("TA{CARD};401");
    let made = ask_as(&issuer.engine, &other, &message);
    assert_eq!(made.len(), 21, "{made}");
    assert_eq!(compact_as::<MakeToken>(&issuer.engine, &other, &message), made[2..]);
    let third = caller("third", &["VIS"]);
    assert_eq!(ask_as(&issuer.engine, &third, &message), "TBT3");
    assert_eq!(compact_as::<MakeToken>(&issuer.engine, &third, &message), "T3");
}

/// What no row is needed for goes on without a store.
#[test]
fn without_a_store_a_key_makes_tokens_and_a_vault_none() {
    let letters = Scheme::Alphanumeric { keep_left: 6 };
    let minute = Rates { minute: Some(100), ..Rates::default() };
    let most = MostPer { most: 100, seconds: NonZeroU32::new(60).unwrap() };
    let domains = Domains::new([
        TokenDomain { clear: true, ..domain(998, letters, "tokens") },
        TokenDomain { tokens: Some(most), ..domain(1, letters, "tokens") },
        TokenDomain { card_numbers: minute, clear: true, ..domain(2, letters, "tokens") },
        vault(MANY, TERMS),
    ]);
    let key = block(&key("92AB00N00", TOKEN_KEY));
    let inventory = test_inventory().with_key("tokens", key).unwrap();
    let cards = Cards::none().with_terms(Products::default(), domains, Guard::default());
    let engine = Engine::new(
        Some(Arc::new(inventory)),
        Lifecycle::new(State::Operational),
        Settings::development(),
        host_settings(),
        Box::new(LogOnly),
    )
    .with_cards(cards);
    let in_2 = ask(&engine, format!("TA{CARD};002"));
    let in_2 = in_2.strip_prefix("TB00").unwrap().strip_suffix(';').unwrap();
    for (message, answer) in [
        (format!("TA{CARD};998"), format!("TB00{CARD_IN_998};")),
        (format!("TCP998{CARD_IN_998};C"), format!("TD00C{CARD};411111******1111;")),
        // These would have to be counted.
        (format!("TA{CARD};001"), "TBS0".to_owned()),
        (format!("TCP002{in_2};C"), "TDS0".to_owned()),
        (format!("TA{CARD};{MANY}"), "TBS0".to_owned()),
        (format!("TEP998{CARD_IN_998};C{MANY}"), "TFS0".to_owned()),
        (format!("TCP{MANY}919108f7-52d1-4320-9bac-f847db4148a8;C"), "TDS0".to_owned()),
    ] {
        assert_eq!(ask(&engine, &message), answer, "{message}");
    }
}

#[test]
fn issuers_have_it_and_acquirers_do_not() {
    // An appliance without domains has none for anybody.
    let message = format!("TA{CARD};998");
    assert_eq!(ask(&development(), &message), "TBT3");
    assert_eq!(ask(&production(Profile::Issuer), &message), "TBT3");
    assert_eq!(ask(&production(Profile::Acquirer), &message), "TB68");
}
