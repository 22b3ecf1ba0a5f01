//! The cube of caller, profile, state and command, against the table that people have agreed on.
#![cfg(test)]

#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
mod support;

use payhsm::Engine;
use payhsm::caller::{Caller, Commands};
use payhsm::command::policy;
use payhsm::engine::{Dialect, Session};
use payhsm::lifecycle::{Lifecycle, Needs, State};
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_protocol::Opcode;
use payhsm_protocol::frame::{Taken, compact, host};
use seeds::Seed;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use support::recorders::Shows;
use support::reviewed::{reviewed, row};
use support::time::ByHand;
use support::{host_settings, test_lmks};

#[test]
fn the_reviewed_table_is_complete() {
    let listed: BTreeSet<_> = reviewed().iter().map(|row| row.code.to_owned()).collect();
    let known: BTreeSet<_> = Opcode::ALL.iter().map(|opcode| opcode.code().to_string()).collect();
    assert_eq!(listed, known, "a new command is reviewed before it is in force");
    assert_eq!(reviewed().len(), known.len(), "a command is listed twice");
}

#[test]
fn the_policies_are_those_of_the_table() {
    for &opcode in Opcode::ALL {
        let (stated, row) = (policy(opcode), row(&opcode.code().to_string()));
        for profile in Profile::ALL {
            assert_eq!(stated.profiles.contains(&profile), row.has(profile), "{opcode:?}");
        }
        assert_eq!(stated.needs == Needs::Nothing, row.always, "{opcode:?}");
        assert_eq!(stated.activity.map(|category| category.name()), row.activity, "{opcode:?}");
    }
}

fn appliance(profile: Profile, legacy: Legacy, state: State, has_lmks: bool) -> Engine {
    let lmks = has_lmks.then(|| test_lmks().into());
    let settings = Settings { profile, legacy };
    Engine::new(lmks, Lifecycle::new(state), settings, host_settings(), Box::new(Shows))
}

fn session(caller: &Arc<Caller>, dialect: Dialect) -> Session {
    Session { peer: "cube".into(), caller: Arc::clone(caller), dialect, port_lmk: None }
}

/// The code that a caller gets: for the code alone, for a body that is empty, and for one that
/// names an LMK.
fn codes(engine: &Engine, caller: &Arc<Caller>, opcode: Opcode) -> [String; 3] {
    let text = |code: [u8; 2]| String::from_utf8(code.to_vec()).unwrap();
    let compact = |body: &[u8]| {
        let seed = Seed { opcode, host: Vec::new(), compact: body.to_vec() };
        let mut output = Vec::new();
        engine.answer(&session(caller, Dialect::Compact), &seed.compact_frame(1), &mut output);
        let Taken::Frame(reply, _) = compact::take_reply(&output) else { panic!("no reply") };
        text(reply.error)
    };
    let mut input = Vec::new();
    host::put(&mut input, |out| {
        out.extend_from_slice(b"0000");
        out.extend_from_slice(&opcode.code().0);
    });
    let mut output = Vec::new();
    engine.answer(&session(caller, Dialect::Host), &input, &mut output);
    let Taken::Frame(answer, _) = host::take(&output) else { panic!("no answer") };
    [text([answer[6], answer[7]]), compact(&[]), compact(&[1, 2])]
}

/// A caller that has every command but this one.
fn all_but(opcode: Opcode) -> Caller {
    let others = Opcode::ALL.iter().filter(|&&other| other != opcode);
    let commands = others.fold(Commands::NONE, |commands, &other| commands.with(other));
    Caller::new("all-but-one", commands)
}

#[test]
fn every_caller_profile_state_and_command_answers_as_reviewed() {
    let everything_legacy = Settings::development().legacy;
    let mut cells = 0;
    for &opcode in Opcode::ALL {
        let row = row(&opcode.code().to_string());
        let roles = [
            (Caller::unknown(), false),
            (all_but(opcode), false),
            (Caller::new("just-one", Commands::NONE.with(opcode)), true),
            (Caller::new("all", Commands::ALL), true),
            (Caller::plain(), true),
        ]
        .map(|(caller, permitted)| (Arc::new(caller), permitted));
        for profile in Profile::ALL {
            for state in State::ALL {
                for (legacy, has_lmks) in [
                    (Legacy::default(), true),
                    (everything_legacy, true),
                    (Legacy::default(), false),
                ] {
                    let engine = appliance(profile, legacy, state, has_lmks);
                    // Who says operational and has no LMK is sealed.
                    let standing = match (state, has_lmks) {
                        (State::Operational, false) => State::Sealed,
                        (state, _) => state,
                    };
                    for (caller, permitted) in &roles {
                        let refusal = row.refusal(*permitted, profile, standing);
                        for code in codes(&engine, caller, opcode) {
                            let name = caller.name();
                            let cell =
                                format!("{opcode:?} by {name}, {profile:?}, {state:?}: {code}");
                            match refusal {
                                Some(refusal) => assert_eq!(code, refusal, "{cell}"),
                                None => {
                                    let other = ["68", "70", "71", "72", "73"].contains(&&*code);
                                    assert!(!other, "{cell}");
                                }
                            }
                            cells += 1;
                        }
                    }
                }
            }
        }
    }
    assert_eq!(cells, 3 * 4 * 3 * 5 * 3 * Opcode::ALL.len());
}

#[test]
fn who_asks_too_often_is_refused_until_time_has_passed() {
    let clock = ByHand::default();
    let engine = appliance(Profile::Issuer, Legacy::default(), State::Operational, true);
    let engine = engine.with_clock(Arc::new(clock.clone()));
    let rate = NonZeroU32::new(5).unwrap();
    let caller = Arc::new(Caller::new("five", Commands::NONE.with(Opcode::NC)).with_rate(rate));
    let other = Arc::new(Caller::new("other", Commands::ALL));
    let batch: Vec<u8> = b"\0\x060000NC".repeat(8);
    let ask = |caller: &Arc<Caller>| {
        let mut output = Vec::new();
        engine.answer(&session(caller, Dialect::Host), &batch, &mut output);
        let mut codes = Vec::new();
        let mut rest = output.as_slice();
        while let Taken::Frame(answer, size) = host::take(rest) {
            codes.push(String::from_utf8(answer[6..8].to_vec()).unwrap());
            rest = &rest[size..];
        }
        codes
    };
    let answered = |codes: &[String]| codes.iter().filter(|code| *code == "00").count();
    let codes = ask(&caller);
    assert_eq!(codes.len(), 8);
    assert!(
        codes[..5].iter().all(|code| code == "00") && codes[5..].iter().all(|code| code == "72")
    );
    assert_eq!(answered(&ask(&caller)), 0, "another connection of the same caller");
    assert_eq!(answered(&ask(&other)), 8);
    clock.pass(std::time::Duration::from_millis(400));
    assert_eq!(answered(&ask(&caller)), 2);
    clock.pass(std::time::Duration::from_secs(60));
    assert_eq!(answered(&ask(&caller)), 5);
    // What is refused anyway costs nothing.
    clock.pass(std::time::Duration::from_secs(1));
    let [host, ..] = codes_of(&engine, &caller);
    assert_eq!((host.as_str(), answered(&ask(&caller))), ("68", 5));
}

fn codes_of(engine: &Engine, caller: &Arc<Caller>) -> [String; 3] {
    codes(engine, caller, Opcode::N0)
}

#[test]
fn the_pages_of_the_commands_say_the_same() {
    for row in reviewed() {
        let path = format!("docs/protocol/{}.md", row.code);
        let page =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        let Some((_, rest)) = page.split_once("Profiles: ") else {
            panic!("{}.md names no profiles", row.code)
        };
        let line = rest.split(['.', '\n']).next().unwrap();
        let says = |name: &str| line.starts_with("all") || line.contains(name);
        let said: String = [('D', "development"), ('I', "issuer"), ('A', "acquirer")]
            .into_iter()
            .filter_map(|(letter, name)| says(name).then_some(letter))
            .collect();
        assert_eq!(said, row.profiles, "{}.md: {line}", row.code);
        assert_eq!(line.contains("every state"), row.always, "{}.md: {line}", row.code);
    }
}

#[test]
fn the_pages_of_the_commands_name_what_officers_authorise() {
    for row in reviewed() {
        let path = format!("docs/protocol/{}.md", row.code);
        let page =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
        match row.activity {
            Some(category) => {
                assert!(page.contains(&format!("`{category}.")), "{}.md: {category}", row.code);
            }
            None => assert!(!page.contains("officers authorise"), "{}.md", row.code),
        }
    }
}
