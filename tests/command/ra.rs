use crate::support::{ask, authorise, call, development, production};
use payhsm::Engine;
use payhsm::settings::Profile;
use payhsm_protocol::command::ra_revoke_activities::{
    ActivityName, ActivityNames, RevokeActivities, Revoked,
};

const ZPK: &str = "A00FFFS#P0T2B00E00";
const ZMK: &str = "A00FFFS#K0T2B00E00";

fn authorised() -> Engine {
    let engine = production(Profile::Issuer);
    engine.activities().revoke_all();
    authorise(&engine, &["generate.P0.host", "generate.K0.host", "export.*.console"]);
    engine
}

fn allowed(engine: &Engine, message: &str) -> bool {
    match &ask(engine, message)[2..4] {
        "00" => true,
        "17" => false,
        other => panic!("{message}: {other}"),
    }
}

#[test]
fn all_are_taken_back() {
    for message in ["RA", "RA00", "RA%01", "RA00%01"] {
        let engine = authorised();
        assert!(allowed(&engine, ZPK) && allowed(&engine, ZMK));
        assert_eq!(ask(&engine, message), "RB00", "{message}");
        assert!(!allowed(&engine, ZPK) && !allowed(&engine, ZMK));
        assert!(engine.activities().list().is_empty(), "{message}");
        assert_eq!(ask(&engine, message), "RB00", "{message} again");
    }
}

#[test]
fn those_that_are_named_are_taken_back_and_counted() {
    let engine = authorised();
    for (message, answer, zpk, left) in [
        ("RA01000", "000", true, 3),
        ("RA01001generate.M3.host;", "000", true, 3),
        // As it was given, and in no other way.
        ("RA01001generate.*.host;", "000", true, 3),
        ("RA01001generate.P0.console;", "000", true, 3),
        ("RA01002generate.P0.host;import.P0.host;", "001", false, 2),
        ("RA01001generate.P0.host;", "000", false, 2),
        // With the time that it was authorised for.
        ("RA01002generate.K0.host.720;export.*.console;%01", "002", false, 0),
    ] {
        assert_eq!(ask(&engine, message), format!("RB00{answer}"), "{message}");
        assert_eq!(allowed(&engine, ZPK), zpk, "{message}");
        assert_eq!(engine.activities().list().len(), left, "{message}");
    }
}

#[test]
fn each_refusal() {
    let engine = authorised();
    for (fields, error) in [
        ("0", "15"),
        ("02", "15"),
        ("00000", "15"),
        ("01", "15"),
        ("0100x", "15"),
        ("01001", "15"),
        ("01001generate.P0.host", "15"),
        ("01002generate.P0.host;", "15"),
        ("01001generate.P0.host;generate.K0.host;", "15"),
        ("01001;", "15"),
        ("01001generate.P0;", "15"),
        ("01001generate.P0.720;", "15"),
        ("01001generate.P0.host.;", "15"),
        ("01001generate.P0.host.7x;", "15"),
        ("01001generate.P0.host.720.720;", "15"),
        ("01001generate.p0.host;", "15"),
        ("01001GENERATE.P0.host;", "15"),
        ("01001generate.P0 .host;", "15"),
        // One that is wrong, and none is taken back.
        ("01002generate.P0.host;generate.P0.nobody;", "15"),
        ("%07", "13"),
        ("?", "15"),
    ] {
        assert_eq!(ask(&engine, format!("RA{fields}")), format!("RB{error}"), "{fields}");
    }
    let long = format!("RA01001{};", "generate.".repeat(8));
    assert_eq!(ask(&engine, long), "RB15");
    assert_eq!(engine.activities().list().len(), 3);
    assert!(allowed(&engine, ZPK));
}

#[test]
fn what_follows_in_the_same_batch_is_refused() {
    use payhsm::engine::Dialect;
    use payhsm_protocol::frame::{Taken, host};
    let engine = authorised();
    let mut input = Vec::new();
    for message in [ZPK, ZMK, "RA", ZPK, ZMK, "RA", ZPK] {
        host::put(&mut input, |out| {
            out.extend_from_slice(b"0000");
            out.extend_from_slice(message.as_bytes());
        });
    }
    let mut output = Vec::new();
    engine.answer(&crate::support::session(Dialect::Host, None), &input, &mut output);
    let (mut codes, mut rest) = (Vec::new(), output.as_slice());
    while let Taken::Frame(answer, size) = host::take(rest) {
        codes.push(String::from_utf8(answer[6..8].to_vec()).unwrap());
        rest = &rest[size..];
    }
    assert_eq!(codes, ["00", "00", "00", "17", "17", "00", "17"]);
}

#[test]
fn it_changes_nothing_where_everything_is_authorised() {
    let engine = development();
    assert_eq!(ask(&engine, "RA"), "RB00");
    assert!(allowed(&engine, ZPK));
}

#[test]
fn compact() {
    let engine = authorised();
    let named = |names: &[&str]| RevokeActivities {
        activities: Some(ActivityNames(
            names.iter().map(|name| ActivityName(name.as_bytes().to_vec())).collect(),
        )),
    };
    let (error, reply) = call(&engine, None, &named(&["generate.P0.host", "import.P0.host"]));
    assert_eq!((error.as_str(), reply), ("00", Some(Revoked { count: Some(1) })));
    assert!(!allowed(&engine, ZPK) && allowed(&engine, ZMK));
    for refused in ["", "generate.K0.h;st", "generate.K0.host\u{e4}"] {
        assert_eq!(call(&engine, None, &named(&[refused])).0, "15", "{refused}");
    }
    assert_eq!(call(&engine, None, &named(&["import.P0.host"; 1000])).0, "15");
    let (error, reply) = call(&engine, None, &RevokeActivities { activities: None });
    assert_eq!((error.as_str(), reply), ("00", Some(Revoked { count: None })));
    assert!(!allowed(&engine, ZMK));
}
