use super::j2::HEAD;
use crate::support::{ask, call, development};
use payhsm_protocol::command::j4_tell_volumes::TellVolumes;
use payhsm_protocol::field::Volume;

#[test]
fn every_command_that_was_called_as_often_as_it_was() {
    let engine = development();
    assert_eq!(ask(&engine, "J4")[4..].len(), HEAD, "nobody has called");
    for message in ["NC", "NC", "B2", "XX", "NC", "NO07"] {
        ask(&engine, message);
    }
    // Refusals count, what is no command does not, and this call is not answered yet.
    let answer = ask(&engine, "J4");
    let counts = "NC000000000003NO000000000001J4000000000001";
    assert_eq!(&answer[4 + HEAD..], format!("B2000000000001{counts}"));
    let (_, told) = call(&engine, None, &TellVolumes {});
    let told = told.unwrap();
    assert_eq!(told.volumes[1], Volume { command: *b"NC", calls: 3 });
    assert_eq!(told.volumes[3], Volume { command: *b"J4", calls: 2 });
}

#[test]
fn there_are_no_fields() {
    for (message, code) in [("J40", "15"), ("J4%07", "13")] {
        assert_eq!(ask(&development(), message), format!("J5{code}"));
    }
}
