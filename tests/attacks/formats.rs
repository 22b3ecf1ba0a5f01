//! Row 3. Translation to formats that do not hold the account (Berkman and Ostrovsky, 2006; PCI PIN Security v3.1, 3-3).

use crate::bank::{Customer, Hsm, Inside, alone, customers, error, named};
use payhsm::settings::Profile;
use payhsm_crypto::pin::Layout;
use std::collections::BTreeMap;

/// The formats that there are, and what a tapped block of each looks like; 46 is published by nobody.
const FORMATS: [(&str, Option<Layout>); 8] = [
    ("01", Some(Layout::Iso0)),
    ("03", Some(Layout::Diebold)),
    ("04", Some(Layout::Plus)),
    ("05", Some(Layout::Iso1)),
    ("34", Some(Layout::Iso2)),
    ("46", None),
    ("47", Some(Layout::Iso3)),
    ("48", Some(Layout::Iso4)),
];

/// The table of requirement 3-3; formats of no standard may become a standard one that holds the account, or stay.
fn permitted(from: &str, to: &str) -> bool {
    match from {
        "01" | "47" | "48" => ["01", "47", "48"].contains(&to),
        "05" => ["01", "47", "48", "05"].contains(&to),
        "03" => ["01", "47", "48", "03"].contains(&to),
        // Its account is not the whole card number that format 4 is bound to.
        "04" => ["01", "47", "04"].contains(&to),
        _ => false,
    }
}

fn key_of(format: &str, command: &str, source: bool) -> String {
    match (format, command, source) {
        ("48", ..) => named("aes"),
        (_, "CA", true) => named("tpk"),
        (_, _, true) => named("zpk"),
        (_, _, false) => named("zpk2"),
    }
}

/// The account of a card as these formats want it.
fn account_of(pan: &str, from: &str, to: &str) -> String {
    if [from, to].contains(&"48") {
        format!("{pan};")
    } else if [from, to].contains(&"04") {
        format!("FFF{}", pan.get(..15).unwrap())
    } else {
        pan.get(3..15).unwrap().to_owned()
    }
}

fn translated(
    hsm: &mut dyn Hsm,
    command: &str,
    (from, to): (&str, &str),
    block: &str,
    pan: &str,
) -> String {
    let (source, destination) = (key_of(from, command, true), key_of(to, command, false));
    let account = account_of(pan, from, to);
    hsm.ask(&format!("{command}{source}{destination}12{block}{from}{to}{account}"))
}

/// Every cell that is answered with 00, with the account of the block and with another.
fn done(hsm: &mut dyn Hsm, command: &str) -> Vec<(String, String, bool)> {
    let [victim, other]: [Customer; 2] = customers(33, 2).try_into().unwrap_or_else(|_| panic!());
    let mut done = Vec::new();
    for (from, to) in
        (0..10_000).map(|pair| (format!("{:02}", pair / 100), format!("{:02}", pair % 100)))
    {
        let layout =
            FORMATS.iter().find(|(format, _)| *format == from).and_then(|(_, layout)| *layout);
        let key = match (&*from, command) {
            ("48", _) => "aes",
            (_, "CA") => "tpk",
            _ => "zpk",
        };
        let block = layout.map_or_else(|| "0".repeat(16), |layout| victim.tapped_as(layout, key));
        for pan in [&victim.pan, &other.pan] {
            let answer = translated(hsm, command, (&from, &to), &block, pan);
            if error(&answer) == "00" {
                done.push((from.clone(), to.clone(), pan == &victim.pan));
            }
        }
    }
    done
}

#[test]
fn of_all_formats_exactly_the_pairs_of_the_table_are_translated() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        for command in ["CC", "CA"] {
            let done = done(&mut Inside(&engine), command);
            let all = FORMATS
                .iter()
                .flat_map(|(from, _)| FORMATS.iter().map(move |(to, _)| (*from, *to)));
            let mut expected: Vec<_> = all
                .filter(|(from, to)| permitted(from, to))
                .flat_map(|(from, to)| [(from, to, true), (from, to, false)])
                // The account of format 4 is in the cipher: with another one there is no PIN in the block.
                .filter(|(from, _, same)| *same || *from != "48")
                .map(|(from, to, same)| (from.to_owned(), to.to_owned(), same))
                .collect();
            expected.sort();
            let mut done = done;
            done.sort();
            assert_eq!(done, expected, "{profile:?} {command}");
        }
    }
}

#[test]
fn another_account_takes_no_pin_along() {
    let engine = alone(Profile::Acquirer);
    let mut hsm = Inside(&engine);
    for (victim, other) in customers(34, 60).into_iter().zip(customers(35, 60)) {
        for (from, layout) in [("01", Layout::Iso0), ("47", Layout::Iso3)] {
            let answer = translated(
                &mut hsm,
                "CC",
                (from, "01"),
                &victim.tapped_as(layout, "zpk"),
                &other.pan,
            );
            let block = answer.get(6..22).unwrap();
            // The PIN of the victim for the other account would be this one: to move a PIN, its digits have to change.
            let (over, under) = (victim.account(), other.account());
            if over.get(..2) != under.get(..2) {
                assert_ne!(block, other.typed_as(&victim.pin, Layout::Iso0, "zpk2"));
            }
        }
    }
}

/// The attacker's program: PINs typed for one card and tapped PINs of others, all turned into a format without account and
/// fill; equal blocks are equal PINs.
fn recovered(hsm: &mut dyn Hsm, victims: &[Customer], own: &Customer, typed: &[String]) -> usize {
    for to in ["34", "03", "05"] {
        let mut book = BTreeMap::new();
        for pin in typed {
            let answer = translated(hsm, "CC", ("01", to), &own.typed(pin), &own.pan);
            if error(&answer) == "00" {
                book.insert(answer.get(4..).unwrap().to_owned(), pin);
            }
        }
        let found = |victim: &&Customer| {
            let answer = translated(hsm, "CC", ("01", to), &victim.tapped(), &victim.pan);
            book.get(answer.get(4..).unwrap()).is_some_and(|pin| **pin == victim.pin)
        };
        let found = victims.iter().filter(found).count();
        if found > 0 {
            return found;
        }
    }
    0
}

fn scene() -> (Vec<Customer>, Customer, Vec<String>) {
    let victims = customers(36, 100);
    let typed = victims.iter().map(|victim| victim.pin.clone()).collect();
    (victims, customers(37, 1).remove(0), typed)
}

#[test]
fn no_block_becomes_a_book_of_pins() {
    let (victims, own, typed) = scene();
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = alone(profile);
        assert_eq!(recovered(&mut Inside(&engine), &victims, &own, &typed), 0);
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_the_table_two_calls_find_a_pin() {
    let (victims, own, typed) = scene();
    let engine = alone(Profile::Acquirer);
    let _off = payhsm_keys::Defence::Translations.off();
    assert_eq!(recovered(&mut Inside(&engine), &victims, &own, &typed), victims.len());
}
