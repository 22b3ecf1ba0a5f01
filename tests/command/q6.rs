use super::q2::{is_whole, next, start, stop, wait_for_next};
use crate::support::binary::Folder;
use crate::support::{ask, authorise, call, development, production};
use payhsm::settings::Profile;
use payhsm_audit::tile::entries_path;
use payhsm_protocol::command::q6_release_audit_records::{
    ReleaseAuditRecords, ReleaseMode, ReleasedAuditRecords,
};
use std::fs;

#[test]
fn it_counts_and_deletes_nothing() {
    let folder = Folder::new();
    let daemon = start(&folder);
    let mut plain = daemon.plain();
    for _ in 0..300 {
        assert_eq!(&plain.ask("NC")[..4], "ND00");
    }
    let mut retrieved = 1;
    let first = wait_for_next(&mut plain);
    assert_eq!(first.0, 0);
    while retrieved < 301 {
        wait_for_next(&mut plain);
        retrieved += 1;
    }
    let bundle = folder.path("audit").join(entries_path(0, 256));
    let before = fs::read(&bundle).unwrap();
    assert_eq!(next(&mut plain), Err("36".to_owned()));
    assert_eq!(plain.ask("Q61"), "Q736", "none was printed");
    assert_eq!(plain.ask("Q60"), "Q7000301");
    for message in ["Q60", "Q61"] {
        assert_eq!(plain.ask(message), "Q735", "{message}");
    }
    assert_eq!(next(&mut plain), Err("35".to_owned()));
    assert_eq!(&plain.ask("NC")[..4], "ND00");
    drop(plain);
    stop(daemon);
    assert_eq!(fs::read(&bundle).unwrap(), before);
    assert!(is_whole(&folder.path("")));

    // What was let go stays so; what came since is there.
    let daemon = start(&folder);
    let mut plain = daemon.plain();
    assert_eq!(wait_for_next(&mut plain).1, "NC");
    assert_eq!(plain.ask("Q60"), "Q7000001");
    drop(plain);
    stop(daemon);
    assert!(is_whole(&folder.path("")));
}

#[test]
fn each_refusal() {
    let engine = development();
    assert_eq!(ask(&engine, "Q60"), "Q7000001");
    assert_eq!(ask(&engine, "Q61"), "Q736");
    for (fields, error) in
        [("", "15"), ("2", "15"), ("x", "15"), ("00", "15"), ("0%07", "13"), ("0?", "15")]
    {
        assert_eq!(ask(&engine, format!("Q6{fields}")), format!("Q7{error}"), "{fields}");
    }
}

#[test]
fn officers_authorise_it() {
    for profile in [Profile::Issuer, Profile::Acquirer] {
        let engine = production(profile);
        engine.activities().revoke_all();
        for others in [&["command.Q2.host", "command.Q6.console"][..], &["export.*.host"]] {
            authorise(&engine, others);
            assert_eq!(ask(&engine, "Q60"), "Q717");
            assert_eq!(ask(&engine, "Q61"), "Q717");
        }
        authorise(&engine, &["command.Q6.host"]);
        assert_eq!(ask(&engine, "Q60"), "Q7000001");
    }
}

#[test]
fn compact() {
    let engine = development();
    let (error, reply) = call(&engine, None, &ReleaseAuditRecords { mode: ReleaseMode::Retrieved });
    assert_eq!((error.as_str(), reply), ("00", Some(ReleasedAuditRecords { count: 1 })));
    let archived = ReleaseAuditRecords { mode: ReleaseMode::Archived };
    assert_eq!(call(&engine, None, &archived), ("36".to_owned(), None));
}
