use crate::support::{ask, call, development, host_settings, test_lmks};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::Settings;
use payhsm_protocol::command::nc_diagnostics::Diagnose;

#[test]
fn every_lmk_has_its_published_check_value() {
    let engine = development();
    let firmware = ask(&engine, "NC").split_off(20);
    assert_eq!(firmware.len(), 9);
    assert!(firmware.bytes().enumerate().all(|(at, byte)| match at {
        4 => byte == b'-',
        _ => byte.is_ascii_digit(),
    }));
    assert_eq!(ask(&engine, "NC"), format!("ND009D04A00000000000{firmware}"));
    assert_eq!(ask(&engine, "NC%00"), format!("ND002686040000000000{firmware}"));
    assert_eq!(ask(&engine, "NC%01"), format!("ND001651260000000000{firmware}"));
    assert_eq!(ask(&engine, "NC%02"), format!("ND009D04A00000000000{firmware}"));
    assert_eq!(ask(&engine, "NC%03"), "ND13");
    assert_eq!(ask(&engine, "NC0"), "ND15");
    let (error, reply) = call(&engine, Some(0), &Diagnose {});
    let reply = reply.unwrap();
    assert_eq!((error.as_str(), reply.lmk_check_value), ("00", [0x26, 0x86, 4, 0, 0, 0, 0, 0]));
    assert_eq!(reply.firmware, firmware.as_bytes());
}

#[test]
fn it_answers_in_every_state_and_tells_of_an_lmk_only_when_one_is_in_force() {
    for state in State::ALL {
        let lifecycle = Lifecycle::new(state);
        let settings = Settings::development();
        let engine = Engine::new(
            Some(test_lmks().into()),
            lifecycle,
            settings,
            host_settings(),
            Box::new(LogOnly),
        );
        let check_value =
            if state == State::Operational { "9D04A00000000000" } else { "0000000000000000" };
        assert!(ask(&engine, "NC").starts_with(&format!("ND00{check_value}")), "{state:?}");
    }
}

#[test]
fn a_sealed_appliance_has_no_lmk_to_tell_of() {
    let sealed = Lifecycle::new(State::Sealed);
    let (settings, host) = (Settings::development(), host_settings());
    let engine = Engine::new(None, sealed, settings, host, Box::new(LogOnly));
    assert!(ask(&engine, "NC").starts_with("ND000000000000000000"));
    assert!(ask(&engine, "NO00").starts_with("NP003199"));
    assert_eq!(ask(&engine, "NO01"), "NP000NO LMK    ");
    assert_eq!(ask(&engine, "N0008").chars().count(), 4 + 8);
    assert_eq!(ask(&engine, "A00FFFS#K0T2B00E00"), "A170");
}
