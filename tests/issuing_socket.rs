//! The published values of issuing, asked of a real daemon over its socket. Those that need a clock or a counter of their own (dynamic
//! CVV2s of a time, and after millions of others) come out of the same engine in `tests/command/va.rs`.
#![cfg(test)]

mod support;

use serde_json::Value;
use std::net::TcpStream;
use support::binary::{Caller, Daemon, Folder, configuration};
use support::keys::sealed;

const AES: &str = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";

fn vectors(name: &str) -> Vec<Value> {
    let all: Value = serde_json::from_str(include_str!("vectors/issuing.json")).unwrap();
    all[name].as_array().unwrap().clone()
}

fn text<'v>(vector: &'v Value, field: &str) -> &'v str {
    vector[field].as_str().unwrap()
}

/// A developer's daemon, on a connection to its plain port.
struct Appliance {
    caller: Caller<TcpStream>,
    _daemon: Daemon,
    _folder: Folder,
}

impl Appliance {
    /// With this in its configuration, a store, and keys for tokens and card numbers.
    fn new(rest: &str) -> Self {
        let folder = Folder::new();
        let (tokens, issuing) = (sealed("92AB00N00", AES), sealed("93AN00N00", AES));
        folder.write("keys.toml", &format!("[keys]\ntokens = '{tokens}'\nissuing = '{issuing}'\n"));
        let rest = format!("[development]\nkeys = 'keys.toml'\n{rest}");
        let config = format!("state = 'state'\n{}", configuration("development", true, &rest));
        let daemon = Daemon::configured(&folder, &config, 8);
        Self { caller: daemon.plain(), _daemon: daemon, _folder: folder }
    }

    /// What is answered: behind the code where it is 00.
    fn done(&mut self, message: &str) -> String {
        let answer = self.caller.ask(message);
        let (code, rest) = answer.split_at_checked(4).unwrap();
        assert!(code.ends_with("00"), "{message}: {answer}");
        rest.to_owned()
    }
}

#[test]
fn ff1() {
    let mut appliance = Appliance::new("");
    let vectors = vectors("ff1");
    assert_eq!(vectors.len(), 9);
    for vector in &vectors {
        let field = |name| text(vector, name).to_uppercase();
        let key = sealed("96AB00N00", text(vector, "key"));
        let (radix, tweak) = (vector["radix"].as_u64().unwrap(), field("tweak"));
        for (command, from, to) in [("YA", "pt", "ct"), ("YC", "ct", "pt")] {
            let message = format!("{command}{key}{radix:02}{tweak};{};", field(from));
            assert_eq!(appliance.done(&message), format!("{};", field(to)));
        }
    }
}

#[test]
fn tokens() {
    for (name, scheme, keep_left) in [
        ("pan_token_alnum", "alphanumeric", Some(6)),
        ("pan_token_alnum", "alphanumeric", Some(8)),
        ("pan_token_num9", "numeric", None),
    ] {
        let kept = keep_left.map_or_else(String::new, |kept| format!("keep_left = {kept}\n"));
        let domain = |number| {
            format!(
                "[[token_domain]]\nnumber = {number}\nscheme = '{scheme}'\nkey = 'tokens'\n{kept}callers = ['*']\nclear = true\n"
            )
        };
        let mut appliance = Appliance::new(&format!("{}{}", domain(998), domain(1)));
        let all = vectors(name);
        let of = all.iter().filter(|one| one["keep_left"].as_u64() == keep_left);
        let mut seen = 0;
        for vector in of {
            let (pan, token) = (text(vector, "pan"), text(vector, "token"));
            let domain = vector["domain"].as_u64().unwrap();
            let made = appliance.done(&format!("TA{pan};{domain:03}"));
            assert_eq!(made.split(';').next(), Some(token));
            let back = appliance.done(&format!("TCP{domain:03}{token};C"));
            assert!(back.contains(pan), "{back}");
            seen += 1;
        }
        assert!(seen > 0, "{name}");
    }
}

#[test]
fn card_numbers() {
    let mut appliance = Appliance::new("");
    let mut batches = std::collections::BTreeMap::new();
    for vector in vectors("pan_issue") {
        let range = format!("{};{:02}", text(&vector, "bin"), vector["len"].as_u64().unwrap());
        let batch = batches.entry(range.clone()).or_insert_with(|| {
            // All of it is given once; then any place may be asked for.
            let batch = appliance.done(&format!("XAL07issuing{range}01000"));
            for _ in 0..2 {
                appliance.done(&format!("XC{batch}L07issuingN500C"));
            }
            batch
        });
        let counter = vector["counter"].as_u64().unwrap();
        let given = appliance.done(&format!("XC{batch}L07issuing{counter:05}001C"));
        assert!(given.contains(text(&vector, "pan")), "{range} {counter}: {given}");
    }
    assert!(batches.len() > 2);
}

#[test]
fn values_of_a_card() {
    let mut appliance = Appliance::new("");
    for vector in vectors("cvv") {
        let key = sealed("12TC00N00", text(&vector, "cvk"));
        let [pan, expiry, service_code, three, five] =
            ["pan", "expiry_yymm", "service_code", "digits3", "digits5"]
                .map(|field| text(&vector, field));
        let card = format!("{pan};{expiry}{service_code}");
        assert_eq!(appliance.done(&format!("CW{key}{card}")), three);
        appliance.done(&format!("XI{key}5{five};{card}"));
    }
}

#[test]
fn dynamic_values_of_a_counter() {
    for digits in [3, 4] {
        let product = |method: &str| {
            format!(
                "[[product]]\nname = 'all'\nbins = ['3', '4', '5', '6']\n[product.dynamic_cvv2]\nmethod = '{method}'\n\
                 digits = {digits}\nauto_enable = true\n"
            )
        };
        let field = format!("digits{digits}");
        // As the answer has it behind times and life: `C` and the digits.
        let code =
            |answer: &str| answer.rsplit_once('C').unwrap().1.trim_end_matches(';').to_owned();
        let mut appliance = Appliance::new(&product("cvv7"));
        let all = vectors("dcvv2_cvv7");
        let cards: std::collections::BTreeSet<_> = all.iter().map(|one| text(one, "pan")).collect();
        for pan in cards {
            for n in 1..=10_u64 {
                let key = sealed("90TN00N00", text(&all[0], "dcvk"));
                let made = code(&appliance.done(&format!("VA{key}{pan};291201;")));
                let published = all.iter().find(|one| text(one, "pan") == pan && one["n"] == n);
                if let Some(vector) = published {
                    assert_eq!(made, text(vector, &field), "{pan} {n}");
                }
            }
        }
        let mut appliance = Appliance::new(&product("hmac"));
        let all = vectors("dcvv2_hmac");
        for n in 1..=2_u64 {
            let key = sealed("91AN00N00", text(&all[0], "key"));
            let pan = text(&all[0], "pan");
            let made = code(&appliance.done(&format!("VA{key}{pan};291201;")));
            let vector = all.iter().find(|one| one["counter"] == n).unwrap();
            assert_eq!(made, text(vector, &field), "{n}");
        }
    }
}

#[test]
fn contactless_values() {
    let mut appliance = Appliance::new("");
    for vector in vectors("visa_contactless_dcvv") {
        let [imk, pan, option, expiry, service_code, atc, dcvv] =
            ["imk", "pan", "option", "expiry", "service_code", "atc", "dcvv"]
                .map(|field| text(&vector, field));
        let key = sealed("E0TX00N00", imk);
        let head = format!("PM00{key}{option}{pan};{expiry}{service_code}00{atc}");
        appliance.done(&format!("{head}{dcvv}"));
        assert_eq!(appliance.caller.ask(format!("{head}000")), "PN01");
    }
    for vector in vectors("mastercard_cvc3") {
        let [imk, pan, option, psn, un, cvc3] =
            ["imk", "pan", "option", "psn", "un", "cvc3_5"].map(|field| text(&vector, field));
        let key = sealed("E6TX00N00", imk);
        let atc = u16::from_str_radix(text(&vector, "atc"), 16).unwrap();
        let track = match vector["track2"].as_str() {
            Some(track) => format!("{:03}{track}", track.len()),
            None => format!("000{}", text(&vector, "ivcvc3")),
        };
        let head = format!("PM12{key}{option}{pan};{psn}{track}{un}{atc:05}");
        appliance.done(&format!("{head}{cvc3}"));
        assert_eq!(appliance.caller.ask(format!("{head}00000")), "PN01");
    }
}
