//! What officers have to authorise: refused before, done after, refused when the time is over.
#![cfg(test)]

#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
mod support;

use payhsm::Engine;
use payhsm::authorization::Activity;
use payhsm::engine::Held;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_keys::{Lmk, LmkSet, SystemRandom};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::host;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use support::keys::{KEK, ZMK, ZPK, take_key};
use support::recorders::Shows;
use support::reviewed::row;
use support::time::ByHand;
use support::{ask, authorise, host_settings, test_inventory};

const MINUTE: Duration = Duration::from_secs(60);

/// An issuer's appliance that takes everything legacy, so that published messages are read to
/// their end, and the clock that its time-outs go by.
fn issuer() -> (Engine, ByHand) {
    of(Profile::Issuer)
}

fn of(profile: Profile) -> (Engine, ByHand) {
    let clock = ByHand::default();
    let settings = Settings { profile, legacy: Settings::development().legacy };
    let lifecycle = Lifecycle::new(State::Operational);
    let lmks = Some(Arc::new(test_inventory()));
    let engine = Engine::new(lmks, lifecycle, settings, host_settings(), Box::new(Shows));
    (engine.with_clock(Arc::new(clock.clone())), clock)
}

fn error(answer: &str) -> &str {
    answer.get(2..4).unwrap()
}

fn seeds_of_commands() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = seeds::read(&root.join("fuzz/seeds")).unwrap();
    let text =
        |seed: seeds::Seed| (seed.opcode.code().to_string(), String::from_utf8(seed.host).unwrap());
    seeds.into_iter().map(text).collect()
}

#[test]
fn every_command_with_an_activity_is_refused_until_it_is_authorised() {
    let mut asked = BTreeSet::new();
    for (code, message) in seeds_of_commands() {
        let row = row(&code);
        for profile in Profile::ALL.into_iter().filter(|&profile| row.has(profile)) {
            let (engine, clock) = of(profile);
            let before = ask(&engine, &message);
            let Some(category) = row.activity else {
                assert_ne!(error(&before), "17", "{profile:?}: {message}");
                continue;
            };
            if profile == Profile::Development {
                assert_ne!(error(&before), "17", "everything is authorised: {message}");
                continue;
            }
            assert_eq!(error(&before), "17", "{profile:?}: {message}");
            authorise(&engine, &["generate.*.console", "import.*.console", "export.*.console"]);
            assert_eq!(error(&ask(&engine, &message)), "17", "the console is not the host");
            authorise(&engine, &[&format!("{category}.*.host"), "export.*.host"]);
            let after = ask(&engine, &message);
            // What is kept in rows has no store here, which is not asked before officers are.
            let done = matches!(error(&after), "00" | "01" | "S0");
            assert!(done, "{profile:?}: {message}: {after}");
            clock.pass(720 * MINUTE);
            assert_eq!(ask(&engine, &message), before, "twelve hours later");
            asked.insert(code.clone());
        }
    }
    let expected = "A0 A4 A6 A8 BK BW CS DE DG EE FA FC FE FW GC HA HC IA JC JE Q6 WM";
    assert_eq!(asked, expected.split(' ').map(str::to_owned).collect());
}

/// Exactly these activities, all of them, are what a message needs.
fn needs(message: &str, activities: &[&str]) {
    let (engine, _) = issuer();
    assert_eq!(error(&ask(&engine, message)), "17", "{message}");
    for one in activities {
        let (engine, _) = issuer();
        let others: Vec<_> = activities.iter().filter(|other| other != &one).copied().collect();
        authorise(&engine, &others);
        // Its neighbours in every direction.
        let [category, _, _] = one.split('.').collect::<Vec<_>>()[..] else { panic!("{one}") };
        for sub in ["K0", "P0", "V2", "M3", "000", "001", "002", "003", "FFF"] {
            for category in ["generate", "import", "export", "component", "migrate"] {
                let neighbour = format!("{category}.{sub}.host");
                if neighbour != *one {
                    authorise(&engine, &[&neighbour]);
                }
            }
        }
        assert_eq!(error(&ask(&engine, message)), "17", "{message} without {one}");
        authorise(&engine, &[&format!("{category}.*.host")]);
        assert_ne!(error(&ask(&engine, message)), "17", "{message} with all of {category}");
    }
    authorise(&engine, activities);
    let answer = ask(&engine, message);
    assert!(matches!(error(&answer), "00" | "01"), "{message} with {activities:?}: {answer}");
}

#[test]
fn it_is_the_key_type_or_the_usage_that_is_authorised() {
    needs("A00FFFS%01#P0T2B00E00", &["generate.P0.host"]);
    needs("A00FFFS%01#V2T2N00E00", &["generate.V2.host"]);
    needs("A00001U%00", &["generate.001.host"]);
    needs("A00002U%00", &["generate.002.host"]);
    // A copy that leaves the appliance is an export too.
    needs(&format!("A01FFFS{KEK}R%01#P0T2B00E00"), &["generate.P0.host", "export.P0.host"]);
    needs(&format!("A01001U{ZMK}X%00"), &["generate.001.host", "export.001.host"]);
    needs(&format!("A8FFF{KEK}{ZPK}R%01"), &["export.P0.host"]);
    needs(&format!("GC{KEK}{ZPK};RS1%01"), &["export.P0.host"]);
    needs(&format!("IA{KEK};RS1%01"), &["generate.P0.host"]);
    needs(&format!("IA{ZMK};XU1%00"), &["generate.001.host"]);
    needs(&format!("CS{ZPK}EE;N%01"), &["import.P0.host"]);
}

#[test]
fn what_comes_in_is_authorised_as_what_it_becomes() {
    let (engine, _) = issuer();
    authorise(&engine, &["export.*.host"]);
    let answer = ask(&engine, format!("A8FFF{KEK}{ZPK}R%01"));
    let (block, _) = take_key(answer.strip_prefix("A900").unwrap());
    needs(&format!("A6FFF{KEK}{block}S%01"), &["import.P0.host"]);
    needs(&format!("FA{KEK}{block};RS1%01"), &["import.P0.host"]);
    // A key of the old LMK, which is a variant one.
    needs(&format!("BW001{ZMK}%01#K0B00E00"), &["migrate.K0.host"]);
    needs(&format!("BWFF1{ZMK};000%01#52B00E00"), &["migrate.52.host"]);
}

#[test]
fn a_live_lmk_is_unsealed_and_what_officers_authorise_lasts_as_long_as_they_said() {
    let clock = ByHand::default();
    let settings = Settings { profile: Profile::Issuer, legacy: Legacy::default() };
    let lifecycle = Lifecycle::new(State::Sealed);
    let (host, recorder) = (host::Settings::default(), Box::new(LogOnly));
    let engine =
        Engine::new(None, lifecycle, settings, host, recorder).with_clock(Arc::new(clock.clone()));
    let (zpk, kek) = ("A00FFFS#P0T2B00E00", "A00FFFS#K0A3B00E00");
    assert_eq!(ask(&engine, zpk), "A170");
    let lmk = Lmk::generate_aes(LmkId(0), &mut SystemRandom::new()).unwrap();
    engine.unseal(Held::admitted(LmkSet::new(lmk), &settings).unwrap()).unwrap();

    let officers = ["alice", "bob"];
    let activity: Activity = "generate.P0.host".parse().unwrap();
    assert_eq!(ask(&engine, zpk), "A117");
    engine.activities().authorise(activity.clone(), 10, &officers).unwrap();
    assert_eq!(error(&ask(&engine, zpk)), "00");
    assert_eq!(ask(&engine, kek), "A117");
    clock.pass(10 * MINUTE - Duration::from_nanos(1));
    assert_eq!(error(&ask(&engine, zpk)), "00");
    clock.pass(Duration::from_nanos(1));
    assert_eq!(ask(&engine, zpk), "A117");

    // Taken back, and taken away by sealing.
    engine.activities().authorise(activity.clone(), 10, &officers).unwrap();
    assert_eq!(error(&ask(&engine, zpk)), "00");
    assert!(engine.activities().revoke(&activity));
    assert_eq!(ask(&engine, zpk), "A117");
    engine.activities().authorise(activity, 10, &officers).unwrap();
    let held = engine.seal().unwrap().unwrap();
    assert_eq!(ask(&engine, zpk), "A170");
    engine.unseal(held).unwrap();
    assert_eq!(ask(&engine, zpk), "A117");
}
