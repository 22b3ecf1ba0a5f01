//! Against the real daemon, since what is retrieved is in files.

use crate::support::binary::{Caller, Daemon, Folder, configuration, wait_for};
use crate::support::recorders::{NeverKeeps, SHOWN, recorded_by};
use crate::support::{ask, call, development};
use payhsm_audit::note::VerifierKey;
use payhsm_audit::verify::{Folders, Job, verify};
use payhsm_protocol::command::q2_retrieve_audit_record::{
    RetrieveAuditRecord, RetrievedAuditRecord,
};
use payhsm_protocol::field::AuditRecord;
use std::fs;
use std::net::TcpStream;
use std::path::Path;

pub(super) type Plain = Caller<TcpStream>;

/// A developer's appliance that keeps its keys and a log.
pub(super) fn start(folder: &Folder) -> Daemon {
    let text = configuration("development", true, "[audit]\nfolder = 'audit'\n");
    Daemon::configured(folder, &format!("state = 'state'\n{text}"), 8)
}

pub(super) fn stop(mut daemon: Daemon) {
    daemon.terminate();
    assert!(daemon.end().success());
}

/// Counter, command and outcome of the next record; the code if there is none.
pub(super) fn next(plain: &mut Plain) -> Result<(u32, String, String), String> {
    let answer = plain.ask("Q2");
    let record = answer.strip_prefix("Q300").ok_or_else(|| answer[2..].to_owned())?;
    assert_eq!(plain.ask(format!("Q8{record}")), "Q900");
    Ok(read(record))
}

fn read(record: &str) -> (u32, String, String) {
    assert_eq!(record.len(), 80);
    let bytes = hex::decode(record).unwrap();
    let text = |at| String::from_utf8(bytes[at..at + 2].to_vec()).unwrap();
    (u32::from_be_bytes(bytes[..4].try_into().unwrap()), text(10), text(14))
}

/// The next record, when it is signed.
pub(super) fn wait_for_next(plain: &mut Plain) -> (u32, String, String) {
    let mut found = None;
    wait_for("a record", || {
        found = next(plain).ok();
        found.is_some()
    });
    found.unwrap()
}

/// Whether the log is whole, as an auditor finds out.
pub(super) fn is_whole(folder: &Path) -> bool {
    let key = fs::read_to_string(folder.join("audit.pub")).unwrap();
    let key = VerifierKey::parse(key.trim()).unwrap();
    let source = Folders::new(folder.join("audit"), None);
    let job = Job {
        source: &source,
        key: &key,
        checkpoints: &[],
        witnesses: &[],
        threads: 1,
        progress: &|_| (),
    };
    verify(&job).unwrap().good
}

#[test]
fn each_record_comes_once_over_starts_and_callers() {
    let folder = Folder::new();
    let daemon = start(&folder);
    let mut plain = daemon.plain();
    assert_eq!(&plain.ask("NC")[..4], "ND00");
    assert_eq!(plain.ask("B2"), "B315");
    // The start of the daemon, then the two commands; not those that ask for records.
    let (first, code, _) = wait_for_next(&mut plain);
    assert_eq!((first, code.as_str()), (0, "EV"));
    let (second, code, outcome) = wait_for_next(&mut plain);
    assert_eq!((code.as_str(), outcome.as_str()), ("NC", "00"));
    drop(plain);
    stop(daemon);

    let daemon = start(&folder);
    let mut plain = daemon.plain();
    let (third, code, outcome) = wait_for_next(&mut plain);
    assert_eq!((code.as_str(), outcome.as_str()), ("B2", "15"));
    assert_eq!(third, second + 1);
    let mut other = daemon.plain();
    let (stopped, code, _) = wait_for_next(&mut other);
    assert!(stopped > third && code == "EV", "{stopped} {code}");
    let (started, code, _) = wait_for_next(&mut plain);
    assert!(started == stopped + 1 && code == "EV", "{started} {code}");
    for plain in [&mut plain, &mut other] {
        assert_eq!(next(plain), Err("36".to_owned()));
    }
    drop((plain, other));
    stop(daemon);
    assert!(is_whole(&folder.path("")));
}

#[test]
fn a_poll_comes_to_an_end_and_many_at_once_come_in_order() {
    let folder = Folder::new();
    let daemon = start(&folder);
    let mut plain = daemon.plain();
    for _ in 0..600 {
        plain.send("NC");
    }
    for _ in 0..600 {
        assert_eq!(&plain.receive().unwrap()[..4], "ND00");
    }
    let mut counters = vec![wait_for_next(&mut plain).0];
    wait_for("all of them", || {
        for _ in 0..100 {
            plain.send("Q2");
        }
        for _ in 0..100 {
            let answer = plain.receive().unwrap();
            if let Some(record) = answer.strip_prefix("Q300") {
                counters.push(u32::from_str_radix(&record[..8], 16).unwrap());
            } else {
                assert_eq!(answer, "Q336");
            }
        }
        counters.len() > 600
    });
    assert_eq!(counters.len(), 601);
    assert!(counters.is_sorted_by(|one, other| one < other));
}

#[test]
fn each_refusal() {
    let engine = development();
    assert_eq!(ask(&engine, "Q2"), format!("Q300{SHOWN}"));
    for (fields, error) in [("0", "15"), ("%07", "13"), ("?", "15")] {
        assert_eq!(ask(&engine, format!("Q2{fields}")), format!("Q3{error}"), "{fields}");
    }
    // Without a log, and with one that cannot be written.
    let without = recorded_by(payhsm::record::LogOnly);
    let record = "0".repeat(80);
    for (message, answer) in
        [("Q2", "Q368"), ("Q60", "Q768"), ("Q61", "Q768"), (&*format!("Q8{record}"), "Q968")]
    {
        assert_eq!(ask(&without, message), answer);
    }
    assert_eq!(ask(&recorded_by(NeverKeeps), "Q2"), "Q371");
}

#[test]
fn compact() {
    let (error, reply) = call(&development(), None, &RetrieveAuditRecord {});
    let record = AuditRecord(hex::decode(SHOWN).unwrap().try_into().unwrap());
    assert_eq!((error.as_str(), reply), ("00", Some(RetrievedAuditRecord { record })));
}
