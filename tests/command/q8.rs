use super::q2::{start, stop, wait_for_next};
use crate::support::binary::{Folder, wait_for};
use crate::support::recorders::SHOWN;
use crate::support::{ask, call, development, tampered};
use payhsm_protocol::command::Done;
use payhsm_protocol::command::q8_verify_audit_record::VerifyAuditRecord;
use payhsm_protocol::field::AuditRecord;

#[test]
fn a_changed_digit_is_found_wherever_it_is() {
    let folder = Folder::new();
    let daemon = start(&folder);
    let mut plain = daemon.plain();
    let mut record = String::new();
    wait_for("a record", || {
        let answer = plain.ask("Q2");
        record = answer.strip_prefix("Q300").unwrap_or_default().to_owned();
        !record.is_empty()
    });
    let right = format!("Q8{record}");
    assert_eq!(plain.ask(&right), "Q900");
    assert_eq!(plain.ask(right.to_ascii_lowercase().replace("q8", "Q8")), "Q900");
    let wrong = tampered(&right, 2..right.len());
    assert_eq!(wrong.len(), 80);
    for wrong in wrong {
        assert_eq!(plain.ask(&wrong), "Q901", "{wrong}");
    }
    // Another appliance has other keys.
    let elsewhere = Folder::new();
    let other = start(&elsewhere);
    assert_eq!(other.plain().ask(&right), "Q901");
    // A record is good as long as the keys are there.
    drop(plain);
    stop(daemon);
    let daemon = start(&folder);
    let mut plain = daemon.plain();
    assert_eq!(plain.ask(&right), "Q900");
    assert_eq!(wait_for_next(&mut plain).1, "EV");
}

#[test]
fn each_refusal() {
    let engine = development();
    assert_eq!(ask(&engine, format!("Q8{SHOWN}")), "Q900");
    for wrong in tampered(&format!("Q8{SHOWN}"), 2..82) {
        assert_eq!(ask(&engine, wrong), "Q901");
    }
    let message = |fields: &str| ask(&engine, format!("Q8{fields}"));
    assert_eq!(message(&SHOWN[1..]), "Q915");
    assert_eq!(message(&format!("{SHOWN}0")), "Q915");
    assert_eq!(message(&SHOWN.replace('D', "G")), "Q915");
    assert_eq!(message(""), "Q915");
    assert_eq!(message(&format!("{SHOWN}%07")), "Q913");
}

#[test]
fn compact() {
    let engine = development();
    let mut record = AuditRecord(hex::decode(SHOWN).unwrap().try_into().unwrap());
    let answer = call(&engine, None, &VerifyAuditRecord { record });
    assert_eq!(answer, ("00".to_owned(), Some(Done::Done)));
    record.0[39] ^= 1;
    assert_eq!(call(&engine, None, &VerifyAuditRecord { record }), ("01".to_owned(), None));
}
