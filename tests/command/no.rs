use crate::support::{appliance, ask, call, development, host_settings, production, test_lmks};
use payhsm::Engine;
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_protocol::command::no_status::{
    ApplianceState, LmkKind, ReportStatus, Status, StatusMode,
};

#[test]
fn the_configuration_has_the_shape_that_monitors_read() {
    for (profile, letters) in
        [(Profile::Development, "DEVE"), (Profile::Issuer, "ISSU"), (Profile::Acquirer, "ACQU")]
    {
        let answer = ask(&production(profile), "NO00");
        assert_eq!(answer.len(), 4 + 18);
        assert!(answer.starts_with("NP003199"), "{answer}");
        assert!(answer.ends_with(&format!("0{letters}")), "{answer}");
    }
}

#[test]
fn what_is_not_compliant_is_said() {
    // The test LMK is in force in every appliance of these tests.
    assert_eq!(ask(&production(Profile::Acquirer), "NO01"), "NP002TEST LMK  ");
    assert_eq!(ask(&development(), "NO01"), "NP000TEST LMK  ");
    let legacy = Legacy { legacy_lmk: true, single_des: true, ..Legacy::default() };
    let settings = Settings { profile: Profile::Issuer, legacy };
    assert_eq!(ask(&appliance(settings, host_settings()), "NO01"), "NP002TEST LMK  ");
    let request = ReportStatus { mode: StatusMode::Compliance };
    let (_, reply) = call(&production(Profile::Issuer), None, &request);
    let status = Status::Compliance { compliant: false, separated: true, lmk: LmkKind::Test };
    assert_eq!(reply.unwrap().status, status);
}

#[test]
fn there_are_no_other_modes() {
    let engine = development();
    for message in ["NO", "NO0", "NO03", "NO000", "NOxx"] {
        assert_eq!(ask(&engine, message), "NP15", "{message}");
    }
}

#[test]
fn the_state_is_told_in_every_state() {
    for (state, text, said) in [
        (State::Uninitialised, "UNINITIALISED", ApplianceState::Uninitialised),
        (State::Sealed, "SEALED       ", ApplianceState::Sealed),
        (State::Operational, "OPERATIONAL  ", ApplianceState::Operational),
        (State::Tampered, "TAMPERED     ", ApplianceState::Tampered),
    ] {
        let (settings, host) = (Settings::development(), host_settings());
        let lifecycle = Lifecycle::new(state);
        let engine =
            Engine::new(Some(test_lmks().into()), lifecycle, settings, host, Box::new(LogOnly));
        assert_eq!(ask(&engine, "NO02"), format!("NP00{text}"));
        let (_, reply) = call(&engine, None, &ReportStatus { mode: StatusMode::State });
        assert_eq!(reply.unwrap().status, Status::State(said));
    }
}
