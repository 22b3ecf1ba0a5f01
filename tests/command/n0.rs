use crate::support::{ask_bytes, call, development};
use payhsm_protocol::command::n0_generate_random::{GenerateRandom, RandomLength};
use std::collections::HashSet;

#[test]
fn as_many_bytes_as_asked_for_and_never_the_same() {
    let engine = development();
    for length in [1, 8, 100, 256] {
        let answer = ask_bytes(&engine, None, format!("N0{length:03}").as_bytes());
        assert_eq!((&answer[..4], answer.len()), (&b"N100"[..], 4 + length));
    }
    let draws: HashSet<_> = (0..100).map(|_| ask_bytes(&engine, None, b"N0016")).collect();
    assert_eq!(draws.len(), 100);
    let (error, reply) = call(&engine, None, &GenerateRandom { length: RandomLength(32) });
    assert_eq!((error.as_str(), reply.unwrap().data.0.len()), ("00", 32));
}

#[test]
fn other_lengths_are_01() {
    let engine = development();
    for message in ["N0", "N008", "N0000", "N0257", "N0999", "N00x8"] {
        assert_eq!(ask_bytes(&engine, None, message.as_bytes()), b"N101", "{message}");
    }
    assert_eq!(ask_bytes(&engine, None, b"N0008x"), b"N115");
    for length in [0, 257, u16::MAX] {
        let (error, _) = call(&engine, None, &GenerateRandom { length: RandomLength(length) });
        assert_eq!(error, "01");
    }
}
