//! Row 8. A key for one thing used for another, by itself or by way of import and export (Bond, 2001; Cortier and
//! Steel, 2009).

use crate::bank::{Customer, Hsm, Inside, KEYS, alone, customers, error, named};
use crate::messages;
use crate::support::authorise;
use crate::support::cards::Issuer;
use crate::support::keys::{KEK, TDES_LMK, sealed, take_key};
use crate::support::pins::{ACCOUNT, BLOCK_300672, TPK, ZPK};
use payhsm::settings::Profile;
use payhsm_crypto::key_block::thales::TdesWrappingKey;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Every usage that a key here may have, the ciphers of such a key, and one that is for nothing here.
const USAGES: &[(&str, &str)] = &[
    ("P0", "TA"),
    ("71", "TA"),
    ("72", "TA"),
    ("V0", "T"),
    ("V1", "T"),
    ("V2", "T"),
    ("C0", "T"),
    ("11", "T"),
    ("12", "T"),
    ("13", "T"),
    ("M0", "TA"),
    ("M1", "TA"),
    ("M3", "TA"),
    ("M5", "TA"),
    ("M6", "TA"),
    ("D0", "TA"),
    ("21", "TA"),
    ("22", "TA"),
    ("23", "TA"),
    ("K0", "TA"),
    ("51", "TA"),
    ("52", "TA"),
    ("90", "T"),
    ("91", "A"),
    ("92", "A"),
    ("93", "A"),
    ("94", "A"),
    ("95", "TA"),
    ("96", "A"),
    ("E0", "T"),
    ("E6", "T"),
    ("B0", "TA"),
    ("G0", "T"),
];

/// A block for each cipher of a usage, under the TDES or the AES test LMK, of a key without restriction.
fn blocks(usage: &str, ciphers: &str, aes_lmk: bool) -> Vec<String> {
    let one = |cipher: char| {
        let key = "0123456789ABCDEFFEDCBA98765432101122334455667788";
        // HMAC keys have the algorithm of AES keys; the longest that all of them can be.
        let key =
            if cipher == 'A' { "00112233445566778899AABBCCDDEEFF" } else { key.get(..32).unwrap() };
        let attributes = format!("{usage}{cipher}N00S00");
        if aes_lmk { sealed(&attributes, key) } else { under_tdes(&attributes, key) }
    };
    // Under a TDES LMK there are no AES keys.
    ciphers.chars().filter(|cipher| aes_lmk || *cipher == 'T').map(one).collect()
}

fn under_tdes(attributes: &str, key: &str) -> String {
    let lmk = TdesWrappingKey::new(&hex::decode(TDES_LMK).unwrap()).unwrap();
    let key = hex::decode(key).unwrap();
    let header = format!("0{:04}{attributes}01", 16 + 2 * lmk.body_len(key.len(), None));
    let body = lmk.wrap(header.as_bytes(), &key, &[0; 8], None).unwrap();
    format!("S{header}{}", hex::encode_upper(body))
}

/// Where a message has keys, and under which LMK a block in that place would be: blocks, and labels of the documented bank.
fn places(message: &str) -> Vec<(usize, usize, bool)> {
    let block = |at: usize| {
        let rest = message.get(at..)?;
        let version = rest.get(..2).filter(|text| ["S0", "S1"].contains(text))?;
        let length: usize = rest.get(2..6)?.parse().ok()?;
        rest.get(1..=length)?.bytes().skip(15).all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        Some((at, length + 1, version == "S1"))
    };
    let label = |at: usize| {
        let rest = message.get(at..)?.strip_prefix('L')?;
        let length: usize = rest.get(..2)?.parse().ok()?;
        let name = rest.get(2..2 + length).filter(|name| !name.is_empty())?;
        let known = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        known.then_some((at, 3 + length, true))
    };
    let mut places = Vec::new();
    let mut at = 2;
    while at < message.len() {
        match block(at).or_else(|| label(at)) {
            Some((start, length, aes)) => {
                places.push((start, length, aes));
                at = start + length;
            }
            None => at += 1,
        }
    }
    places
}

/// The examples of all pages, and the seeds.
fn examples() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol");
    let mut pages: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|page| page.unwrap().path()).collect();
    pages.sort();
    let text: String = pages.iter().map(|page| std::fs::read_to_string(page).unwrap()).collect();
    let of_pages = text.lines().filter_map(|line| line.strip_prefix("> 0000")).map(str::to_owned);
    of_pages.chain(messages::all().into_iter().map(|(_, message)| message)).collect()
}

/// Messages with key blocks where the examples have none of them.
fn others() -> Vec<String> {
    let pins = "00000";
    vec![
        format!("JE{ZPK}{BLOCK_300672}01{ACCOUNT}%01"),
        format!("JC{TPK}{BLOCK_300672}01{ACCOUNT}%01"),
        format!("BE{ZPK}{BLOCK_300672}01{ACCOUNT}{pins}%01"),
        format!("BC{TPK}{BLOCK_300672}01{ACCOUNT}{pins}%01"),
        format!("GC{KEK}{ZPK}%01"),
        format!("FE{KEK}{TPK}%01"),
    ]
}

/// Codes that say that it is the wrong key, in the profile that tells them apart: usage, algorithm, mode, the length that goes
/// with the usage, the type; and 15, where an AES key goes with a longer PIN block.
const WRONG_KEY: [&str; 9] = ["A5", "A6", "A7", "A8", "27", "28", "26", "29", "15"];

/// Codes of a message whose keys were all taken: whatever came of the PIN, or of the card's state.
const DONE: [&str; 6] = ["00", "01", "72", "N1", "N2", "N3"];

/// Commands of cards, whose first key says how long the PIN block behind it is: that of an AES key would be another message.
const OF_SHORT_BLOCKS: [&str; 3] = ["WA", "WG", "WI"];

/// Which command takes which usages in which place. What A6 takes in is under another key than the LMK.
fn taken() -> BTreeMap<(String, usize), BTreeSet<&'static str>> {
    let issuer = Issuer::documented();
    let done = |message: &String| {
        let code = issuer.ask(message);
        DONE.contains(&error(&code)) || error(&code).starts_with('V')
    };
    let mut taken: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for message in examples().into_iter().filter(done).chain(others()) {
        let code = message.get(..2).unwrap().to_owned();
        for (number, (start, length, aes)) in (1..).zip(places(&message)) {
            if (&*code, number) == ("A6", 2) {
                continue;
            }
            let of_place = taken.entry((code.clone(), number)).or_default();
            for (usage, ciphers) in USAGES {
                let short = number == 1 && OF_SHORT_BLOCKS.contains(&&*code);
                let ciphers = if short { ciphers.trim_end_matches('A') } else { ciphers };
                for block in blocks(usage, ciphers, aes) {
                    let mut changed = message.clone();
                    changed.replace_range(start..start + length, &block);
                    if !WRONG_KEY.contains(&error(&issuer.ask(&changed))) {
                        of_place.insert(*usage);
                    }
                }
            }
        }
    }
    taken
}

fn table(taken: &BTreeMap<(String, usize), BTreeSet<&str>>) -> String {
    taken.iter().fold(String::new(), |mut text, ((code, place), usages)| {
        let usages: Vec<_> = usages.iter().copied().collect();
        writeln!(text, "{code} {place}: {}", usages.join(" ").trim()).unwrap();
        text
    })
}

#[test]
fn a_command_takes_the_keys_of_the_reviewed_table_and_no_other() {
    let reviewed = include_str!("usages.txt").lines().filter(|line| !line.starts_with('#'));
    let reviewed: String = reviewed.flat_map(|line| [line, "\n"]).collect();
    assert_eq!(table(&taken()), reviewed);
}

/// The attacker's programs: a PIN block through the data commands, with the PIN key as it is, or cast to a data key before.
fn read_as_data(hsm: &mut dyn Hsm, key: &str, victim: &Customer) -> Option<String> {
    let answer = hsm.ask(&format!("M20011FFF{key}0010{}", victim.tapped()));
    let clear = answer.get(8..24).filter(|_| error(&answer) == "00")?;
    let account = format!("0000{}", victim.account());
    let nibbles = clear.chars().zip(account.chars());
    let field: String = nibbles
        .filter_map(|(a, b)| char::from_digit(a.to_digit(16)? ^ b.to_digit(16)?, 16))
        .collect();
    field.strip_prefix("04")?.get(..4).map(str::to_owned)
}

fn by_itself(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    read_as_data(hsm, &named("zpk"), victim)
}

fn by_another_header(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    let (_, attributes, clear) = KEYS[0];
    let answer = hsm.ask(&format!("CS{}UP0;D0", sealed(attributes, clear)));
    let (block, _) = take_key(answer.get(4..).filter(|_| error(&answer) == "00")?);
    read_as_data(hsm, block, victim)
}

/// Out under a ZMK and in again as a data key.
fn by_export_and_import(hsm: &mut dyn Hsm, victim: &Customer) -> Option<String> {
    let (_, attributes, clear) = KEYS[0];
    let (zmk, key) = (named("zmk"), sealed(attributes, clear));
    let answer = hsm.ask(&format!("A8FFF{zmk}{key}R"));
    let (exported, _) = take_key(answer.get(4..).filter(|_| error(&answer) == "00")?);
    let answer = hsm.ask(&format!("A6FFF{zmk}{exported}S#D000"));
    let (block, _) = take_key(answer.get(4..).filter(|_| error(&answer) == "00")?);
    read_as_data(hsm, block, victim)
}

type Attack = fn(&mut dyn Hsm, &Customer) -> Option<String>;
const ATTACKS: [Attack; 3] = [by_itself, by_another_header, by_export_and_import];

fn engine(profile: Profile) -> payhsm::Engine {
    let engine = alone(profile);
    authorise(&engine, &["import.*.host", "export.*.host"]);
    engine
}

#[test]
fn no_pin_is_read_as_data() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = engine(profile);
        for victim in customers(80, 20) {
            for attack in ATTACKS {
                assert_eq!(attack(&mut Inside(&engine), &victim), None);
            }
        }
    }
}

#[cfg(debug_assertions)]
#[test]
fn without_usages_and_without_narrowing_every_pin_is() {
    use payhsm_keys::Defence;
    let engine = engine(Profile::Acquirer);
    for victim in customers(81, 20) {
        for (attack, defence) in
            ATTACKS.into_iter().zip([Defence::Usages, Defence::Narrowing, Defence::Narrowing])
        {
            let _off = defence.off();
            assert_eq!(
                attack(&mut Inside(&engine), &victim),
                Some(victim.pin.clone()),
                "{defence:?}"
            );
        }
    }
}

/// Usage, mode and exportability of a block.
fn attributes(block: &str) -> [&str; 3] {
    [6..8, 9..10, 12..13].map(|place| block.get(place).unwrap())
}

fn narrows(from: &str, to: &str, order: &str) -> bool {
    order.find(from) <= order.find(to)
}

#[test]
fn what_is_exported_may_no_more_than_what_is_stored() {
    let mut done = 0;
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = engine(profile);
        for (usage, ciphers) in USAGES.iter().filter(|(_, ciphers)| ciphers.contains('T')) {
            assert!(!ciphers.is_empty());
            for stored in ["S", "E", "N"] {
                let block = sealed(&format!("{usage}TN00{stored}00"), KEYS[0].2);
                for asked in ["", "&S", "&E", "&N"] {
                    for form in ["R", "S", "U", "X"] {
                        let answer = Inside(&engine)
                            .ask(&format!("A8FFF{}{block}{form}{asked}", named("zmk")));
                        if error(&answer) != "00" {
                            continue;
                        }
                        let (copy, _) = take_key(answer.get(4..).unwrap());
                        let ([u, m, e], [of_u, of_m, of_e]) =
                            (attributes(copy), attributes(&block));
                        assert!(["R", "S"].contains(&form), "{answer}");
                        assert_eq!((u, m), (of_u, of_m), "{block}: {copy}");
                        assert!(stored != "N" && narrows(of_e, e, "SEN"), "{block}: {copy}");
                        done += 1;
                    }
                }
            }
        }
    }
    assert!(done > 100, "{done}");
}
