//! What requests, replies, frames, engines and keys print of themselves.

use super::appliance::Appliance;
use super::marker::{Marker, look_for};
use super::material::{Material, PIN, material};
use super::seeds::Seed;
use super::support::binary::framed;
use super::support::{HEADER, host_settings, session, test_lmks};
use payhsm::Engine;
use payhsm::engine::Dialect;
use payhsm::settings::{Profile, Settings};
use payhsm_keys::usage::Zpk;
use payhsm_keys::{AnyKey, Key, KeyRefused, Purpose};
use payhsm_protocol::command::{Reply as _, put_body};
use payhsm_protocol::compact::Compact;
use payhsm_protocol::field::{ClearPin, LmkId};
use payhsm_protocol::frame::{Taken, compact, host};
use payhsm_protocol::host::{Bare, Fields, Settings as HostSettings, Writer};
use payhsm_protocol::{Command, ErrorCode, Opcode};
use std::fmt::Write as _;

/// Sends a message through the compact dialect, and everything on the way says what it is. The answer, as the host dialect
/// has it.
fn printed_by<C: Command>(engine: &Engine, message: &[u8], out: &mut String) -> String {
    let settings = HostSettings { lmk_pin_length: 13, ..host_settings() };
    let mut fields = Fields::new(&message[2..], &settings);
    writeln!(out, "{fields:?} {fields:#?}").unwrap();
    let request = C::decode_host(&mut fields).unwrap();
    let tail = fields.finish().unwrap();
    writeln!(out, "{request:?} {request:#?} {tail:?}").unwrap();
    let mut body = Vec::new();
    put_body(tail.lmk, &request, &mut body).unwrap();
    let seed = Seed { opcode: C::OPCODE, host: Vec::new(), compact: body };
    let frame = seed.compact_frame(7);
    let taken = compact::take_request(&frame);
    writeln!(out, "{taken:?}").unwrap();
    let mut output = Vec::new();
    let batch = engine.answer(&session(Dialect::Compact, None), &frame, &mut output);
    let taken = compact::take_reply(&output);
    writeln!(out, "{batch:?} {taken:?}").unwrap();
    let Taken::Frame(reply, _) = taken else { panic!("no reply") };
    let mut answer = [C::OPCODE.code().reply(), reply.error].concat();
    if !reply.body.is_empty() {
        let reply = C::Reply::take(reply.body).unwrap();
        writeln!(out, "{reply:?} {reply:#?}").unwrap();
        reply.encode_host(&mut Writer::new(&mut answer, &settings));
    }
    answer.into_iter().map(char::from).collect()
}

macro_rules! declare_printing {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        fn printed(engine: &Engine, message: &[u8], out: &mut String) -> String {
            match Opcode::from_code([message[0], message[1]]).unwrap() {
                $(Opcode::$code => printed_by::<payhsm_protocol::command::$module::$request>(
                    engine, message, out,
                ),)+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_printing);

#[test]
fn requests_replies_and_frames_print_nothing_secret() {
    let appliance = Appliance::new(Profile::Development);
    let mut out = String::new();
    let Material { messages, markers, short, .. } =
        material(&mut |message| printed(&appliance.engine, message, &mut out));
    for message in &messages {
        let framed = framed(message);
        writeln!(out, "{:?}", host::Message::split(&framed[2..], HEADER.len())).unwrap();
    }
    assert!(out.len() > 100 * messages.len(), "{} bytes printed", out.len());
    look_for(&markers, out.as_bytes());
    look_for(&short, out.as_bytes());
}

#[test]
fn engine_lmks_and_keys_print_nothing_secret() {
    let appliance = Appliance::new(Profile::Development);
    let engine = &appliance.engine;
    let Material { messages, markers, .. } = material(&mut |message| appliance.ask(message));
    let lmks = test_lmks();
    let mut answer = PIN.as_bytes().to_vec();
    let settings = host_settings();
    let writer = Writer::new(&mut answer, &settings);
    let pin = ClearPin(PIN.as_bytes().to_vec());
    let mut text = format!(
        "{engine:?} {engine:#?} {lmks:?} {lmks:#?} {writer:?} {pin:?} {:?} {:?}",
        session(Dialect::Host, Some(1)),
        super::appliance::state_keys(),
    );
    let rules = Settings::development().key_rules();
    let mut open = 0;
    for message in messages.iter().filter(|message| message.starts_with(b"CCS")) {
        let field = Fields::new(&message[2..], &settings).key(Bare::Single).unwrap();
        let lmk = lmks.get(LmkId(2)).unwrap();
        let key = Key::<Zpk>::open(lmk, &field, Purpose::Decrypt, &rules).unwrap();
        let any = AnyKey::open(lmk, &field, None, &rules).unwrap();
        write!(text, "{key:?} {key:#?} {any:?} {any:#?} {field:?}").unwrap();
        open += 1;
    }
    assert!(open > 0 && text.contains("Lmk"), "{text}");
    look_for(&markers, text.as_bytes());
    // Of the variant test LMK, whose parts are runs of one byte: no run, in any form.
    for byte in [0x20_u8, 0x31, 0x40, 0x51, 0x61, 0x70] {
        look_for(&[Marker::new("a part of the variant LMK", &[byte; 8])], &unindented(&text));
    }
}

/// Without the runs of blanks that a pretty print has.
fn unindented(text: &str) -> Vec<u8> {
    text.split_whitespace().collect::<Vec<_>>().join(" ").into_bytes()
}

#[test]
fn texts_of_errors_say_nothing_secret() {
    let appliance = Appliance::new(Profile::Development);
    let Material { markers, .. } = material(&mut |message| appliance.ask(message));
    let texts: String = ErrorCode::ALL.iter().map(|code| format!("{code} {code:?}\n")).collect();
    look_for(&markers, texts.as_bytes());
    let refused = [KeyRefused::Authentication, KeyRefused::Usage, KeyRefused::Parity];
    look_for(&markers, format!("{refused:?} {}", refused[0]).as_bytes());
}
