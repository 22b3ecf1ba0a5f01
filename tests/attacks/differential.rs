//! Row 2. Another account with a PIN block: what is answered then tells of PIN digits (Clulow, thesis 2003, chapter 3; Steel, TCS 367).

use crate::bank::{Customer, Hsm, Inside, alone, customers, error, named, sealed_table};
use crate::support::random::long_tests;
use crate::timing::{DIFFERENT, MESSAGES, welch};
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use std::collections::{BTreeMap, BTreeSet};

const LAYOUTS: [(&str, Layout); 2] = [("01", Layout::Iso0), ("47", Layout::Iso3)];

/// What the attacker sees of each command that reads the block with this account. The block that a translation makes is not
/// looked at: it is another for every PIN, and shows nothing.
fn views(
    hsm: &mut dyn Hsm,
    block: &str,
    format: &str,
    account: &str,
) -> BTreeMap<&'static str, String> {
    let [zpk, zpk2, pvv, ibm] = ["zpk", "zpk2", "pvv", "ibm"].map(named);
    let table = sealed_table();
    let data = format!("{}N", account.get(1..).unwrap());
    let messages = [
        ("CC 01", format!("CC{zpk}{zpk2}12{block}{format}01{account}")),
        ("CC 47", format!("CC{zpk}{zpk2}12{block}{format}47{account}")),
        ("EC", format!("EC{zpk}{pvv}{block}{format}{account}11597")),
        ("CU", format!("CUFFF{zpk}{pvv}{block}{format}{account}11597{block}")),
        ("EA", format!("EA{zpk}{ibm}12{block}{format}04{account}{table}{data}1597FFFFFFFF")),
        ("FW", format!("FWFFF{zpk}{pvv}{block}{format}{account}1")),
        ("BK", format!("BKFFF{zpk}{ibm}{block}{format}04{account}{table}{data}")),
        ("JE", format!("JE{zpk}{block}{format}{account}")),
    ];
    messages
        .into_iter()
        .map(|(name, message)| {
            let answer = hsm.ask(&message);
            let seen = if name.starts_with("CC") {
                format!("{} and {} characters", error(&answer), answer.len())
            } else {
                answer
            };
            (name, seen)
        })
        .collect()
}

/// The same account with another digit in one place.
fn with_digit(account: &str, place: usize, digit: u8) -> String {
    let digits = account.bytes().enumerate();
    digits.map(|(at, old)| char::from(if at == place { b'0' + digit } else { old })).collect()
}

fn customer_of(account: &str, pin: &str) -> Customer {
    Customer { pan: format!("444{account}0"), pin: pin.to_owned() }
}

/// Two digits whose XOR is this.
fn pair(delta: u8) -> (u8, u8) {
    (0..10).flat_map(|a| (0..10).map(move |b| (a, b))).find(|(a, b)| a ^ b == delta).unwrap()
}

#[test]
fn for_every_digit_delta_and_place_all_pins_look_alike() {
    let base = customers(2, 1).remove(0).account().to_owned();
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        let mut seen_at_all = BTreeSet::new();
        for (format, layout) in LAYOUTS {
            for place in 0..12 {
                for delta in 1..16 {
                    let (digit, other) = pair(delta);
                    let account = with_digit(&base, place, digit);
                    let sent = with_digit(&base, place, other);
                    let mut seen: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
                    for pin in 0..10 {
                        let victim = customer_of(&account, &format!("{pin}{pin}{pin}{pin}"));
                        let block = victim.tapped_as(layout, "zpk");
                        for (name, view) in views(&mut Inside(&engine), &block, format, &sent) {
                            seen_at_all.insert(view.clone());
                            seen.entry(name).or_default().insert(view);
                        }
                    }
                    for (name, views) in seen {
                        // What the fill of format 3 comes to under another account is as random as the fill.
                        assert_eq!(
                            views.len(),
                            1,
                            "{profile:?} {name} {format} {place} {delta}: {views:?}"
                        );
                    }
                }
            }
        }
        // Otherwise nothing was told apart because nothing was read.
        assert!(seen_at_all.iter().any(|view| view.starts_with("00")), "{seen_at_all:?}");
    }
}

/// The attacker's program: sends the third PIN digit through every account that differs in the digit over it, and keeps the
/// digits whose pattern of refusals that is.
fn digits_left(hsm: &mut dyn Hsm, victim: &Customer) -> Vec<u8> {
    let account = victim.account();
    let over = account.as_bytes()[0] - b'0';
    let block = victim.tapped();
    let pattern: Vec<String> = (0..10)
        .map(|digit| {
            let seen = views(hsm, &block, "01", &with_digit(account, 0, digit));
            seen["CC 01"].clone()
        })
        .collect();
    // Refused where the digit that comes out is none; where nothing is ever refused, nothing is learnt.
    if pattern.iter().all(|seen| *seen == pattern[0]) {
        return (0..10).collect();
    }
    let refused = |digit: usize| !pattern[digit].starts_with("00");
    let fits = |pin: &u8| (0..10_u8).all(|digit| refused(digit.into()) == (pin ^ over ^ digit > 9));
    (0..10).filter(fits).collect()
}

fn learnt(hsm: &mut dyn Hsm, victims: &[Customer]) -> Vec<usize> {
    let left = |victim: &Customer| {
        let left = digits_left(hsm, victim);
        assert!(left.contains(&(victim.pin.as_bytes()[2] - b'0')));
        left.len()
    };
    victims.iter().map(left).collect()
}

#[test]
fn refusals_tell_nothing_of_a_digit() {
    let victims = customers(21, 50 * long_tests());
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        assert!(learnt(&mut Inside(&engine), &victims).iter().all(|&left| left == 10));
    }
}

#[cfg(debug_assertions)]
#[test]
fn with_telling_codes_a_digit_is_one_of_a_few() {
    let victims = customers(22, 50);
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        let _off = payhsm_keys::Defence::OneCode.off();
        let left = learnt(&mut Inside(&engine), &victims);
        // By one digit of the account alone: two are left where its other bits are in the way of none.
        let two = left.iter().filter(|&&left| left == 2).count();
        let average = left.iter().sum::<usize>() / left.len();
        assert!(two >= left.len() / 4 && average <= 6, "{left:?}");
    }
}

/// PIN digits that stay digits under another account against such as do not: about two minutes.
#[test]
#[ignore = "long; cargo test --release --test attacks -- --ignored --test-threads=1 takes_the_same_time"]
fn a_digit_that_is_none_takes_the_same_time() {
    let engine = alone(Profile::Issuer);
    let [zpk, zpk2, pvv] = ["zpk", "zpk2", "pvv"].map(named);
    // 1 ^ 8 is a digit, 7 ^ 8 is none.
    let blocks = ["2212", "2272"].map(|pin| {
        let block = |customer: &Customer| {
            let account = with_digit(customer.account(), 0, 0);
            (customer_of(&account, pin).tapped(), with_digit(&account, 0, 8))
        };
        customers(23, usize::try_from(MESSAGES).unwrap()).iter().map(block).collect::<Vec<_>>()
    });
    let all = |message: &dyn Fn(&str, &str) -> String| {
        blocks
            .each_ref()
            .map(|kind| kind.iter().map(|(block, sent)| message(block, sent)).collect())
    };
    for (name, messages) in [
        ("CC", all(&|block, sent| format!("CC{zpk}{zpk2}12{block}0101{sent}"))),
        ("EC", all(&|block, sent| format!("EC{zpk}{pvv}{block}01{sent}11597"))),
    ] {
        let t = welch(&engine, 100 * long_tests(), &messages);
        assert!(t < DIFFERENT, "{name}: {t}");
    }
}
