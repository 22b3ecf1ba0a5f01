use crate::support::{appliance, ask, call, development, host_settings, production};
use payhsm::settings::{Legacy, Profile, Settings};
use payhsm_protocol::command::no_status::{LmkKind, ReportStatus, Status, StatusMode};

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
    for message in ["NO", "NO0", "NO02", "NO000", "NOxx"] {
        assert_eq!(ask(&engine, message), "NP15", "{message}");
    }
}
