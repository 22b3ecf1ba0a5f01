use crate::support::{ask, authorise, call, development, host_settings, test_inventory};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::Settings;
use payhsm_protocol::command::jk_tell_health::TellHealth;
use payhsm_protocol::field::{LmkAlgorithm, Moment, Running};
use std::sync::Arc;

/// Serial, date and time.
const HEAD: usize = 12 + 12;

fn in_state(state: State) -> Engine {
    let (lifecycle, settings) = (Lifecycle::new(state), Settings::development());
    let held = (state == State::Operational).then(|| Arc::new(test_inventory()));
    Engine::new(held, lifecycle, settings, host_settings(), Box::new(LogOnly))
}

#[test]
fn what_is_in_force_is_told() {
    let answer = ask(&in_state(State::Operational), "JK");
    let lmks = "\x1402000K2T9D04A0\x1400000V0T268604\x1401000K1T165126\x15";
    let expected = format!("3313001030302{lmks}00");
    assert_eq!(&answer[4 + HEAD..], expected, "{answer:?}");
    let engine = development();
    authorise(&engine, &["generate.*.host"]);
    let (error, told) = call(&engine, None, &TellHealth {});
    let told = told.unwrap();
    assert_eq!((error.as_str(), told.lmks.len(), told.old_lmks), ("00", 3, 2));
    assert_eq!((told.lmks[0].algorithm, told.lmks[0].test), (LmkAlgorithm::Aes, true));
    assert!(told.lmks[0].activities > 0 && told.tampered.is_none());
    // The officers' socket, while there is one.
    let open = engine.numbers().officers_sockets.enter();
    assert_eq!(call(&engine, None, &TellHealth {}).1.unwrap().console, Running::Yes);
    drop(open);
    assert_eq!(call(&engine, None, &TellHealth {}).1.unwrap().console, Running::NotConfigured);
}

#[test]
fn it_is_told_in_every_state() {
    for state in [State::Uninitialised, State::Sealed] {
        assert_eq!(&ask(&in_state(state), "JK")[4 + HEAD..], "3313001000000\x1500");
    }
    let tampered = in_state(State::Tampered);
    tampered.numbers().lives.tampered(1_700_000_000).unwrap();
    let answer = ask(&tampered, "JK");
    assert_eq!(&answer[4 + HEAD..], "331300210231114221320000000\x1500");
    let (_, told) = call(&tampered, None, &TellHealth {});
    assert_eq!(told.unwrap().tampered, Some(Moment(1_700_000_000)));
}

#[test]
fn there_are_no_fields() {
    for (message, code) in [("JK0", "15"), ("JK%07", "13")] {
        assert_eq!(ask(&development(), message), format!("JL{code}"));
    }
}
