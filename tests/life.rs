//! The life of an appliance while it serves: LMKs come and go, and no answer is a mixture.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "the answers are ASCII")]

mod support;

use payhsm::Engine;
use payhsm::engine::Held;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, LmkNotAdmitted, Profile, Settings};
use payhsm_keys::{Lmk, LmkSet, SystemRandom};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::host;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use support::{ask, ask_on, authorise, test_lmks};

const ISSUER: Settings = Settings {
    profile: Profile::Issuer,
    legacy: Legacy {
        legacy_lmk: false,
        key_schemes: false,
        single_des: false,
        shared_002: false,
        plain_decimalisation_tables: false,
    },
};

fn sealed() -> Engine {
    let lifecycle = Lifecycle::new(State::Sealed);
    Engine::new(None, lifecycle, ISSUER, host::Settings::default(), Box::new(LogOnly))
}

fn live(id: u8) -> Lmk {
    Lmk::generate_aes(LmkId(id), &mut SystemRandom::new()).unwrap()
}

fn held(lmk: Lmk) -> Held {
    Held::admitted(LmkSet::new(lmk), &ISSUER).unwrap()
}

const NEW_ZPK: &str = "A00FFFS#P0T2B00E00";

#[test]
fn an_appliance_goes_through_its_states_while_it_serves() {
    let engine = sealed();
    assert_eq!(engine.lmk_ids(), []);
    assert_eq!(
        (ask(&engine, "BUFFF"), ask(&engine, "NO01")),
        ("BV70".into(), "NP001NO LMK    ".into())
    );
    assert!(engine.change(held(live(0))).is_err() && engine.seal().is_err());

    engine.unseal(held(live(3))).unwrap();
    authorise(&engine, &["generate.*.host"]);
    assert_eq!(engine.lmk_ids(), [LmkId(3)]);
    assert_eq!(ask(&engine, "NO01"), "NP001LIVE LMK  ");
    let first = ask(&engine, NEW_ZPK);
    let (key, _) = support::keys::take_key(first.strip_prefix("A100").unwrap());
    assert_eq!(&ask(&engine, format!("BUFFF{key}"))[..4], "BV00");
    // A port whose LMK is loaded, and one whose LMK is not.
    assert_eq!(&ask_on(&engine, Some(3), format!("BUFFF{key}"))[..4], "BV00");
    assert_eq!(ask_on(&engine, Some(4), format!("BUFFF{key}")), "BV13");
    assert!(engine.unseal(held(live(0))).is_err(), "it is unsealed");

    // Another LMK takes its place: what was under the old one is refused.
    let old = engine.change(held(live(3))).unwrap();
    assert!(old.is_some());
    assert_eq!(ask(&engine, format!("BUFFF{key}")), "BVA4");

    assert!(engine.seal().unwrap().is_some());
    assert_eq!(ask(&engine, format!("BUFFF{key}")), "BV70");
    assert_eq!(ask_on(&engine, Some(4), format!("BUFFF{key}")), "BV70");
    engine.unseal(old.unwrap()).unwrap();
    assert_eq!(&ask(&engine, format!("BUFFF{key}"))[..4], "BV00");

    assert!(engine.tamper().unwrap().is_some());
    assert_eq!(ask(&engine, format!("BUFFF{key}")), "BV73");
    assert_eq!(ask(&engine, "NO02"), "NP00TAMPERED     ");
    assert!(engine.unseal(held(live(0))).is_err() && engine.in_force().is_none());
}

#[test]
fn only_what_the_settings_admit_comes_into_force() {
    let refused = Held::admitted(test_lmks(), &ISSUER).unwrap_err();
    assert_eq!(refused, LmkNotAdmitted::Test("issuer"));
}

#[test]
fn lmks_come_and_go_under_load_and_every_answer_is_of_one_moment() {
    let engine = sealed();
    engine.unseal(held(live(0))).unwrap();
    authorise(&engine, &["generate.*.host"]);
    let (stop, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let batch: Vec<u8> = {
        let mut input = Vec::new();
        for message in ["NC", "BUFFF", "NO01", "NO02"] {
            input.extend_from_slice(&support::binary::framed(message));
        }
        input
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let session = support::session(payhsm::engine::Dialect::Host, None);
                while !stop.load(Ordering::Relaxed) {
                    let mut output = Vec::new();
                    engine.answer(&session, &batch, &mut output);
                    let text = String::from_utf8(output).unwrap();
                    let operational = text.contains("OPERATIONAL");
                    assert_eq!(text.contains("LIVE LMK"), operational, "{text:?}");
                    assert_eq!(text.contains("ND000000000000000000"), !operational, "{text:?}");
                    assert_eq!(text.contains("BV70"), !operational, "{text:?}");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let mut waiting = held(live(1));
        let seen = |count| answered.load(Ordering::Relaxed) >= count;
        for round in 0..200 {
            let before = engine.change(waiting).unwrap();
            drop(before);
            let out = engine.seal().unwrap();
            drop(out);
            waiting = held(live(round));
            engine.unseal(waiting).unwrap();
            waiting = held(live(round.wrapping_add(1) % 100));
            while !seen(usize::from(round) * 3) {
                std::thread::yield_now();
            }
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert!(answered.load(Ordering::Relaxed) > 500);
}
