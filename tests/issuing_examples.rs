//! docs/issuing.md is run: its examples, in their order, on one appliance; and it leaves out no operation.
#![cfg(test)]

mod support;

use payhsm::cards::{Scheme, TokenDomain, VaultTerms};
use payhsm_issuing::dcvv2::Policy;
use payhsm_issuing::product::Product;
use payhsm_protocol::Opcode;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use support::cards::{Issuer, Setup, domain, zone};

const AES: &str = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
const CVKS: &str = "D676DCF3AFB7350532EAF00EA253D875";

/// The operations of the two APIs.
const OPERATIONS: [&str; 18] = [
    "POST /cards/embosser/l8vf",
    "POST /cards/embosser/card-pan-l8v2",
    "/cards/v1/pan/encryption",
    "POST /cards/mass-card-issue-L8V3",
    "PUT /cards/embosser/cardAction-L8V2",
    "POST /account/v2/instantCard",
    "/cards/v1/embosser/instantGeneration",
    "POST /cards/pin/security-codes",
    "/cards/v1/pin/codes",
    "POST /cards/pin/dynamic-values",
    "validateCVV2",
    "POST /cards/pin/validation",
    "POST /cards/pin/invalid-attempts",
    "PUT /cards/pin/status",
    "PUT /cards/pin/pin-change",
    "PUT /cards/pin/",
    "POST /tarjeta",
    "POST /cargo",
];

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/issuing.md");
    std::fs::read_to_string(path).unwrap()
}

/// What stands between one heading and the next of its rank.
fn part<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, rest) = page.split_once(heading).unwrap_or_else(|| panic!("there is no {heading}"));
    rest.split("\n## ").next().unwrap()
}

/// An appliance with what a quickstart has, by keys that are known.
fn issuer() -> Issuer {
    let vault = VaultTerms { single_use: false, seconds: None, one_per_card: false };
    let tokens = domain(998, Scheme::Alphanumeric { keep_left: 6 }, "pan-tokens");
    let other = domain(2, Scheme::Numeric9, "pan-tokens");
    let vault = TokenDomain { clear: true, ..domain(1, Scheme::Vault(vault), "") };
    let policy = Policy { auto_enable: true, ..Policy::default() };
    let product = Product {
        name: "credit".to_owned(),
        bins: vec!["4".to_owned()],
        dcvv2: Some(policy),
        ..Product::default()
    };
    Issuer::new(Setup {
        products: vec![product],
        domains: vec![vault, other, tokens],
        zones: vec![zone("OV1", Some("zpk"), Some("zek"), "E6")],
        keys: vec![
            ("zpk", "P0TB00N00", "C1D0F8FB4958670DBA40AB1F3752EF0D"),
            // The same key, so that a PIN block is the same.
            ("tpk", "71TB00N00", "C1D0F8FB4958670DBA40AB1F3752EF0D"),
            ("acquirer", "P0TB00N00", "98519E45CBB9291F49EFAD4AFEFDDC79"),
            ("zek", "22TB00N00", "C1D0F8FB4958670DBA40AB1F3752EF0D"),
            ("etk", "95TB00N00", "98519E45CBB9291F49EFAD4AFEFDDC79"),
            ("pvk", "V2TN00N00", "76E65BCDD3D923C15D9E239113E91F3B"),
            ("cvk", "C0TN00N00", CVKS),
            ("dcvk", "90TN00N00", "404043434545464649494A4A4C4C4F4F"),
            ("pan-tokens", "92AB00N00", AES),
            ("pan-issue", "93AN00N00", AES),
            ("fingerprint", "94AN00N00", AES),
            ("fields", "96AB00N00", AES),
        ],
        ..Setup::default()
    })
}

/// The text with what earlier answers have put in the place of names.
fn filled_in(text: &str, known: &BTreeMap<String, String>) -> String {
    known
        .iter()
        .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// Whether an answer is as it is written; what stands in the place of new names is kept.
fn fits(written: &str, answer: &str, known: &mut BTreeMap<String, String>) -> bool {
    let Some((before, rest)) = written.split_once('{') else {
        return match written.strip_suffix('*') {
            Some(start) => answer.starts_with(start),
            None => answer == written,
        };
    };
    let Some(answer) = answer.strip_prefix(before) else { return false };
    let (name, after) = rest.split_once('}').unwrap();
    // `{name:16}`: so many characters; else as far as the next that is written.
    let (name, length) = match name.split_once(':') {
        Some((name, length)) => (name, length.parse().unwrap()),
        None => {
            let next = after.chars().next().unwrap();
            let Some(length) = answer.find(next) else { return false };
            (name, length)
        }
    };
    let Some((value, answer)) = answer.split_at_checked(length) else { return false };
    known.insert(name.to_owned(), value.to_owned());
    fits(after, answer, known)
}

#[test]
fn the_examples_hold() {
    let page = page();
    let examples = part(&page, "\n## Examples\n");
    let (issuer, mut known) = (issuer(), BTreeMap::new());
    let (mut inside, mut answer, mut asked) = (false, String::new(), BTreeSet::new());
    let mut wrong = Vec::new();
    for line in examples.lines() {
        match line.strip_prefix("```") {
            Some(kind) => inside = !inside && kind == "host",
            None if !inside => {}
            None => {
                if let Some(message) = line.strip_prefix("> 0000") {
                    asked.insert(message.get(..2).unwrap().to_owned());
                    answer = format!("0000{}", issuer.ask(filled_in(message, &known)));
                } else if let Some(written) = line.strip_prefix("< ") {
                    if !fits(&filled_in(written, &known), &answer, &mut known) {
                        wrong.push(format!("{line}\n  {answer} came back"));
                    }
                } else if let Some(seconds) = line.strip_prefix("# seconds later: ") {
                    issuer.day.pass(seconds.parse().unwrap());
                } else {
                    panic!("{line}");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Whatever the table names is shown.
    let table = part(&page, "\n## Operation by operation\n");
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 16, "{rows:#?}");
    for row in rows {
        let commands = row.split('|').nth(2).unwrap();
        let codes = commands.split(|letter: char| !letter.is_ascii_uppercase());
        let codes: Vec<_> = codes
            .filter(|code| code.as_bytes().try_into().ok().and_then(Opcode::from_code).is_some())
            .collect();
        assert!(!codes.is_empty(), "{row}");
        for code in codes {
            assert!(asked.contains(code), "{code} has no example: {row}");
        }
        let (_, link) = row.rsplit_once("](#").unwrap();
        let anchor = link.split(')').next().unwrap();
        let heading = page.lines().filter_map(|line| line.strip_prefix("### ")).any(|heading| {
            let heading = heading.to_lowercase().replace('.', "").replace(' ', "-");
            heading == anchor
        });
        assert!(heading, "there is no #{anchor}");
    }
    for operation in OPERATIONS {
        assert!(table.contains(&format!("`{operation}`")), "{operation}");
    }
}

#[test]
fn names_in_answers() {
    let mut known = BTreeMap::new();
    assert!(fits("TB00{token};{at:3}x*", "TB00abc;123xyz", &mut known));
    assert_eq!(
        known,
        BTreeMap::from(
            [("token", "abc"), ("at", "123")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        )
    );
    assert_eq!(filled_in("P{token};", &known), "Pabc;");
    for wrong in ["TB00abc", "TB01abc;123x", "TB00abc;12", "TB00abc;123y"] {
        assert!(!fits("TB00{token};{at:3}x*", wrong, &mut known), "{wrong}");
    }
    assert!(!fits("TB00", "TB001", &mut known));
}
