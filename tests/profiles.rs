//! Which profile has which command in which state, and how little the production profiles say.
#![cfg(test)]

#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
mod support;

use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_protocol::{Opcode, host};
use std::collections::BTreeSet;
use std::path::Path;
use support::random::{Chance, long_tests};
use support::reviewed::row;
use support::{ask, authorise, development, host_settings, production, test_lmks};

fn appliance(profile: Profile, legacy: Legacy, state: State, has_lmks: bool) -> Engine {
    let lmks = has_lmks.then(|| test_lmks().into());
    let settings = Settings { profile, legacy };
    let lifecycle = Lifecycle::new(state);
    let engine = Engine::new(lmks, lifecycle, settings, host_settings(), Box::new(LogOnly));
    authorise(&engine, &["generate.*.host", "component.*.host"]);
    authorise(&engine, &["import.*.host", "export.*.host", "command.*.host"]);
    engine
}

fn error(answer: &str) -> String {
    answer.chars().skip(2).take(2).collect()
}

#[test]
fn clear_pins_exist_on_a_developers_machine_alone() {
    let (clear, hidden) = ("BA1234F550000025321%00", "NG55000002532112345%00");
    assert_eq!(error(&ask(&development(), clear)), "00");
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = appliance(profile, Settings::development().legacy, State::Operational, true);
        assert_eq!(ask(&engine, clear), "BB68");
        assert_eq!(ask(&engine, hidden), "NH68");
    }
}

/// Messages with one bad key each: of the wrong scheme, under another LMK, forged in the body,
/// with a header that says something else.
fn with_bad_keys() -> Vec<(Opcode, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut messages = Vec::new();
    for seed in seeds::read(&root.join("fuzz/seeds")).unwrap() {
        let opcode = seed.opcode;
        let message = String::from_utf8(seed.host).unwrap();
        let blocks: Vec<_> = message.match_indices("S00072").map(|(at, _)| at).collect();
        let changed = |at: usize, to: &str| {
            let mut message = message.clone();
            message.replace_range(at..at + to.len(), to);
            message
        };
        if blocks.is_empty() && message.ends_with("%00") && !matches!(opcode, Opcode::BA) {
            messages.push((opcode, message.clone()));
        }
        for at in blocks {
            // The usage of a key for something else, a mode, an exportability, a version number.
            for (offset, to) in [(6, "B0"), (6, "E0"), (9, "V"), (9, "X"), (10, "99"), (12, "S")] {
                messages.push((opcode, changed(at + offset, to)));
            }
            for offset in [17, 40, 65, 72] {
                let digit = if message.as_bytes()[at + offset] == b'7' { "8" } else { "7" };
                messages.push((opcode, changed(at + offset, digit)));
            }
            // The block of another LMK.
            messages.push((opcode, message.replace("%01", "%02")));
            messages.push((opcode, message.replace("%01", "%00")));
        }
    }
    messages
}

#[test]
fn what_is_wrong_with_a_key_is_one_code_in_production() {
    let messages = with_bad_keys();
    for profile in [Profile::Issuer, Profile::Acquirer] {
        // With the reader of a developer, so that every message is read as far as its keys.
        let engine = appliance(profile, Legacy::default(), State::Operational, true);
        let mut asked = BTreeSet::new();
        for (opcode, message) in &messages {
            if row(&opcode.code().to_string()).has(profile) {
                assert_eq!(error(&ask(&engine, message)), "A4", "{profile:?}: {message}");
                asked.insert(opcode);
            }
        }
        // All commands that take a key but those whose only key is a PIN under the LMK.
        let expected = if profile == Profile::Issuer { 35 } else { 18 };
        assert!(asked.len() >= expected, "{profile:?}: {} commands", asked.len());
    }
    // A developer is told more.
    let told: BTreeSet<_> =
        messages.iter().map(|(_, message)| error(&ask(&development(), message))).collect();
    assert!(told.len() > 2, "{told:?}");
}

/// Keys and an account of the published transcripts under LMK 01.
const ZPK: &str = "S00072P0TB00E0001EA421618B34F5FA1A77F7CF6480111B97CF0FAE7BD77D589EC921EF9";
const ZPK_2: &str = "S00072P0TB00E00010D869FE84C1F77AE64E0019151533363D4CCE7E1C3F89F3D86115EE8";
const PVK_PVV: &str = "S00072V2TN00E0001E80A2926443C3AF11BF0317C669FA0EA0E100ABDF92BF7A3AF232D4C";
const PVK_IBM: &str = "S00072V1TN00E00010AE0AD2B1990AB407FAD15059E287760A05DF4DA2391EAB138877E22";
const TABLE: &str = "709F26B22464E96A";
const ACCOUNT: &str = "850103093936";

/// Commands that read a PIN block, around that block and its account.
fn readers_of_pin_blocks(block: &str, account: &str) -> [(&'static str, String); 7] {
    [
        ("CC", format!("CC{ZPK}{ZPK_2}12{block}0101{account}%01")),
        ("JE", format!("JE{ZPK}{block}01{account}%01")),
        ("EC", format!("EC{ZPK}{PVK_PVV}{block}01{account}17548%01")),
        ("FW", format!("FWFFF{ZPK}{PVK_PVV}{block}01{account}1%01")),
        ("CU", format!("CUFFF{ZPK}{PVK_PVV}{block}01{account}17548{block}%01")),
        ("EA", format!("EA{ZPK}{PVK_IBM}12{block}0104{account}{TABLE}50103093936N3097FFFFFFFF%01")),
        ("BK", format!("BKFFF{ZPK}{PVK_IBM}{block}0104{account}{TABLE}50103093936N%01")),
    ]
}

fn production_with_long_pins(profile: Profile) -> Engine {
    let settings = Settings { profile, legacy: Legacy::default() };
    let host = host::Settings { lmk_pin_length: 13, ..host::Settings::default() };
    support::appliance(settings, host)
}

#[test]
fn what_is_wrong_with_a_pin_block_is_one_code_in_production() {
    let mut chance = Chance::new(3);
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production_with_long_pins(profile);
        let mut refused = 0;
        for _ in 0..300 * long_tests() {
            let block = hex::encode_upper(chance.bytes(8));
            for (code, message) in readers_of_pin_blocks(&block, ACCOUNT) {
                if !row(code).has(profile) {
                    continue;
                }
                let said = error(&ask(&engine, &message));
                refused += usize::from(said == "20");
                // A block whose control and length pass is translated, and verified as wrong.
                let passed = if ["EC", "EA", "CU"].contains(&code) { "01" } else { "00" };
                assert!([passed, "20"].contains(&&*said), "{profile:?}: {message}: {said}");
            }
        }
        assert!(refused > 200, "{refused}");
    }
}

/// A block under `ZPK` for a PIN of `ACCOUNT`, made on a developer's machine.
fn block_of(pin: &str) -> String {
    let engine = development();
    let under_lmk = ask(&engine, format!("BA{pin}F{ACCOUNT}%01"));
    let under_lmk = under_lmk.strip_prefix("BB00").unwrap();
    let block = ask(&engine, format!("JG{ZPK}01{ACCOUNT}{under_lmk}%01"));
    block.strip_prefix("JH00").unwrap().to_owned()
}

#[test]
fn the_code_of_an_answer_does_not_depend_on_the_digits_of_a_pin() {
    // Another account turns PIN digits into others, and into what is no digit: whether it does
    // must not be told (Clulow's attack on PIN blocks).
    let pins = ["1234", "9876", "0000", "9999", "5555"];
    let blocks = pins.map(block_of);
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production_with_long_pins(profile);
        for position in 0..12 {
            for digit in b'0'..=b'9' {
                let mut account = ACCOUNT.as_bytes().to_vec();
                account[position] = digit;
                let account = String::from_utf8(account).unwrap();
                if account == ACCOUNT {
                    continue;
                }
                let mut said = BTreeSet::new();
                for block in &blocks {
                    for (code, message) in readers_of_pin_blocks(block, &account) {
                        // From what is no PIN no value of one can be made, and they say so.
                        let makes_values = ["FW", "BK", "JE"].contains(&code);
                        if row(code).has(profile) && !makes_values {
                            said.insert((code, error(&ask(&engine, &message))));
                        }
                    }
                }
                let commands: BTreeSet<_> = said.iter().map(|(code, _)| code).collect();
                assert_eq!(said.len(), commands.len(), "{profile:?}, {account}: {said:?}");
            }
        }
    }
}

#[test]
fn production_takes_nothing_that_is_legacy() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production(profile);
        for (message, codes) in [
            // A key of the variant scheme, a bare one, a translation that drops the account, a
            // translation to a format of no standard.
            (
                "CAU8463435FC4B4DAA0C49025272C29B12CU1EF828AA8F6B80EB83E19FBC373F3A85126428EB94035AF53B0101550000025321%00",
                ["A4", "A4"],
            ),
            (
                "CC2E1AB3C9C6A569392E1AB3C9C6A56939127FE8132B2F7F0D570101111111111111%00",
                ["A4", "A4"],
            ),
            (&format!("CC{ZPK}{ZPK_2}12AD72F973446E84E70105{ACCOUNT}%01"), ["23", "23"]),
            (&format!("CC{ZPK}{ZPK_2}12AD72F973446E84E70103{ACCOUNT}%01"), ["23", "23"]),
            // A decimalisation table in clear.
            (
                &format!(
                    "BKFFF{ZPK}{PVK_IBM}AD72F973446E84E70104{ACCOUNT}012345678901234550103093936N%01"
                ),
                ["25", "68"],
            ),
        ] {
            let code = codes[usize::from(profile == Profile::Acquirer)];
            assert_eq!(error(&ask(&engine, message)), code, "{profile:?}: {message}");
        }
        let good = format!("CC{ZPK}{ZPK_2}12AD72F973446E84E70101{ACCOUNT}%01");
        assert_eq!(ask(&engine, good), "CD0006E614D4AFD47BD3BF01");
    }
}
