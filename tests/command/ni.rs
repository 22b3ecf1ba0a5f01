use crate::support::binary::Folder;
use crate::support::{ask, call, development};
use payhsm_protocol::command::ni_tell_network::{HostPort, TellNetwork};

/// Hex digits of what went through.
const TRAFFIC: usize = 2 * 16 + 9 * 8;

/// Characters of a connection.
const CONNECTION: usize = 26;

#[test]
fn connections_and_what_went_through() {
    let folder = Folder::new();
    let daemon = folder.development("");
    let mut first = daemon.plain();
    assert_eq!(&first.ask("NC")[..4], "ND00");
    let mut second = daemon.plain();
    assert_eq!(&second.ask("NC")[..4], "ND00");
    let answer = first.ask("NI11");
    let (head, rest) = answer.split_at(8);
    assert_eq!((head, rest.len()), ("NJ000002", 2 * CONNECTION + TRAFFIC));
    let (one, rest) = rest.split_at(CONNECTION);
    let port = daemon.address(false, None).port();
    assert!(one.starts_with(&format!("0{port:04X}7F000001")), "{one}");
    assert!(one[17..].starts_with("0000000"), "established, seconds ago: {one}");
    let (other, traffic) = rest.split_at(CONNECTION);
    assert_ne!(one[13..17], other[13..17], "their ports");
    let number = |at: usize, digits| u64::from_str_radix(&traffic[at..at + digits], 16).unwrap();
    // Two NC of 8 bytes; an answer is longer than its question.
    assert!(number(0, 16) > number(16, 16) && number(16, 16) >= 16, "{traffic}");
    assert_eq!((number(32, 8), number(40, 8)), (2, 2), "answers, requests");
    assert!(traffic[48..].bytes().all(|digit| digit == b'0'), "{traffic}");
    drop(second);
    // Only the connections, once the other has gone.
    crate::support::binary::wait_for("its end", || first.ask("NI10").len() == 8 + CONNECTION);
}

#[test]
fn the_second_port_is_not_there() {
    let engine = development();
    assert_eq!(ask(&engine, "NI20"), "NJ000000");
    assert_eq!(ask(&engine, "NI21"), format!("NJ000000{}", "0".repeat(TRAFFIC)));
    let (error, told) =
        call(&engine, None, &TellNetwork { port: HostPort::First, statistics: false });
    let told = told.unwrap();
    assert_eq!((error.as_str(), told.connections.len(), told.traffic), ("00", 0, None));
}

#[test]
fn each_refusal() {
    for (fields, code) in
        [("", "15"), ("3", "15"), ("1", "15"), ("12", "82"), ("110", "15"), ("11%07", "13")]
    {
        assert_eq!(ask(&development(), format!("NI{fields}")), format!("NJ{code}"), "{fields}");
    }
}
