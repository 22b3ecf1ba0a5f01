use crate::support::{ask, call, development};
use payhsm_protocol::command::b2_echo::{Echo, EchoReply};
use payhsm_protocol::field::Bytes;

#[test]
fn the_data_comes_back() {
    let engine = development();
    assert_eq!(ask(&engine, "B20000"), "B300");
    assert_eq!(ask(&engine, "B200100123456789ABCDEF"), "B3000123456789ABCDEF");
    let data = Bytes(b"\x00\x19%%%\xff".to_vec());
    let (error, reply) = call(&engine, None, &Echo { data: data.clone() });
    assert_eq!((error.as_str(), reply), ("00", Some(EchoReply { data })));
}

#[test]
fn a_length_that_does_not_fit_is_15() {
    let engine = development();
    for message in
        ["B2", "B2000", "B20001", "B200090123456789ABCDEF", "B2000A0123456789ABCDEF", "B2000Gx"]
    {
        assert_eq!(ask(&engine, message), "B315", "{message}");
    }
}

#[test]
fn a_trailer_comes_back() {
    let engine = development();
    assert_eq!(ask(&engine, "B20002hi\x19the end"), "B300hi\x19the end");
    assert_eq!(ask(&engine, "B20002hi%01\x19"), "B300hi\x19");
    assert_eq!(ask(&engine, "B20002hi%1"), "B315");
    assert_eq!(ask(&engine, "B2zzzzhi\x19the end"), "B315\x19the end");
}
