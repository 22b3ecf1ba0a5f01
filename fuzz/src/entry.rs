//! One function a fuzz target: any bytes may go in, and nothing may panic.

use payhsm::engine::{Batch, Dialect, Session};
use payhsm_protocol::command::{put_body, take_body};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame::compact::{Reply, Request};
use payhsm_protocol::frame::host::{MAX_MESSAGE, Message};
use payhsm_protocol::frame::{Taken, compact, host};
use payhsm_protocol::host::{Fields, Settings as HostSettings, TableForm, Tail};
use payhsm_protocol::{Command, CommandCode, ErrorCode, Opcode};
use std::sync::Arc;

// By its path: tests of the main workspace have this file alone.
#[path = "appliance.rs"]
mod appliance;

use appliance::{Appliance, under_test};

/// Header lengths that clients have been seen to use, and the longest.
const HEADER_LENGTHS: [usize; 4] = [0, 4, 12, 255];

/// Frames that one call of the engine answers at most.
const MAX_BATCH: usize = 256;

/// Host frames: what is taken can be put back, and no byte of a message is lost.
pub fn host_frame(data: &[u8]) {
    let mut rest = data;
    while let Taken::Frame(message, size) = host::take(rest) {
        let (taken, after) = rest.split_at(size);
        let mut again = Vec::new();
        host::put(&mut again, |out| out.extend_from_slice(message));
        assert_eq!(again, taken);
        for length in HEADER_LENGTHS {
            match Message::split(message, length) {
                Ok(Message { header, code, fields }) => {
                    assert_eq!(header.len(), length);
                    assert_eq!([header, &code, fields].concat(), message);
                    let trailer = Tail::guess(fields).trailer.unwrap_or_default();
                    assert!(fields.ends_with(trailer) && trailer.len() <= 32);
                }
                Err(header) => {
                    assert!(message.starts_with(header) && message.len() < length + 2);
                }
            }
        }
        rest = after;
    }
    let believable = host::take(rest) != Taken::Unbelievable;
    assert_eq!(believable, announced(rest) <= MAX_MESSAGE);
}

fn announced(input: &[u8]) -> usize {
    input.first_chunk().map_or(0, |length| usize::from(u16::from_be_bytes(*length)))
}

/// Compact frames, requests and replies: what is taken can be put back.
pub fn compact_frame(data: &[u8]) {
    let mut rest = data;
    while let Taken::Frame(Request { id, code, body }, size) = compact::take_request(rest) {
        let mut again = Vec::new();
        let Ok(()) = compact::put_request(&mut again, id, code, |out| infallible(out, body));
        assert_eq!(again, taken(rest, size));
        rest = after(rest, size);
    }
    rest = data;
    while let Taken::Frame(Reply { id, code, error, body }, size) = compact::take_reply(rest) {
        let mut again = Vec::new();
        let Ok(()) = compact::put_reply(&mut again, id, code, error, |out| infallible(out, body));
        assert_eq!(again, taken(rest, size));
        rest = after(rest, size);
    }
}

fn infallible(out: &mut Vec<u8>, body: &[u8]) -> Result<(), std::convert::Infallible> {
    out.extend_from_slice(body);
    Ok(())
}

fn taken(input: &[u8], size: usize) -> &[u8] {
    input.get(..size).unwrap_or_default()
}

fn after(input: &[u8], size: usize) -> &[u8] {
    input.get(size..).unwrap_or_default()
}

/// The command that the first two bytes choose: by its code, or by number if they are none.
fn choose(data: &[u8]) -> Option<(Opcode, &[u8])> {
    let (code, rest) = data.split_first_chunk::<2>()?;
    let by_number = usize::from(u16::from_be_bytes(*code)) % Opcode::ALL.len();
    let opcode = Opcode::from_code(*code).or_else(|| Opcode::ALL.get(by_number).copied())?;
    Some((opcode, rest))
}

/// Two units, configured as differently as can be.
const HOST_SETTINGS: [HostSettings; 2] = [
    HostSettings {
        header_length: 4,
        lmk_pin_length: 5,
        single_length_zmk: false,
        tables: TableForm::EncryptedOrPlain,
    },
    HostSettings {
        header_length: 4,
        lmk_pin_length: 13,
        single_length_zmk: true,
        tables: TableForm::Encrypted,
    },
];

/// The body of a compact request, which can always be written for what was read.
fn body<C: Command>(lmk: Option<LmkId>, request: &C) -> Vec<u8> {
    let mut body = Vec::new();
    put_body(lmk, request, &mut body).expect("what was read can be sent");
    body
}

/// A request that the host dialect can say, the compact dialect can say too.
fn host_request_of<C: Command + PartialEq>(fields: &[u8], settings: &HostSettings) {
    let mut reader = Fields::new(fields, settings);
    let Ok(request) = C::decode_host(&mut reader) else { return };
    let Ok(Tail { lmk, .. }) = reader.finish() else { return };
    if request.check().is_ok() {
        let body = body(lmk, &request);
        assert_eq!(take_body::<C>(&body), Ok((lmk, request)));
    }
}

/// What was read is written and read again: the same value, the same bytes.
fn compact_request_of<C: Command + PartialEq>(bytes: &[u8]) {
    let Ok((lmk, request)) = take_body::<C>(bytes) else { return };
    let written = body(lmk, &request);
    let (lmk_again, again) = take_body::<C>(&written).expect("what was written can be read");
    assert_eq!(body(lmk_again, &again), written);
    assert_eq!((lmk_again, again), (lmk, request));
}

macro_rules! declare_requests {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        /// Request decoders of the host dialect: two bytes choose the command, the rest are its
        /// fields.
        pub fn host_request(data: &[u8]) {
            let Some((opcode, fields)) = choose(data) else { return };
            for settings in &HOST_SETTINGS {
                match opcode {
                    $(Opcode::$code => host_request_of::<payhsm_protocol::command::$module::$request>(
                        fields, settings,
                    ),)+
                }
            }
        }

        /// Request decoders of the compact dialect: two bytes choose the command, the rest is the
        /// body of its request.
        pub fn compact_request(data: &[u8]) {
            let Some((opcode, body)) = choose(data) else { return };
            match opcode {
                $(Opcode::$code => {
                    compact_request_of::<payhsm_protocol::command::$module::$request>(body);
                })+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_requests);

fn answer(
    appliance: &Appliance,
    dialect: Dialect,
    port_lmk: Option<LmkId>,
    input: &[u8],
) -> (Batch, Vec<u8>) {
    let session =
        Session { peer: "fuzz".into(), caller: Arc::clone(&appliance.caller), dialect, port_lmk };
    // What was in the buffer before stays.
    let mut output = b"before".to_vec();
    let batch = appliance.engine.answer(&session, input, &mut output);
    assert!(output.starts_with(b"before"));
    (batch, output.split_off(b"before".len()))
}

/// What has to be true of every code of an answer, beside where it stands.
fn check_code(appliance: &Appliance, error: [u8; 2]) {
    let code = ErrorCode::from_wire(error);
    assert!(code.is_some(), "{error:?} is no code of the registry");
    assert_ne!(code, Some(ErrorCode::Internal), "an internal error");
    assert_eq!(code == Some(ErrorCode::RecordFailed), !appliance.records);
}

/// The engine on a connection of the host dialect: the first byte chooses appliance and port, the
/// rest is what the connection brought.
pub fn host_engine(data: &[u8]) {
    let Some((&choice, input)) = data.split_first() else { return };
    let (appliance, port) = under_test(choice);
    let (batch, output) = answer(appliance, Dialect::Host, port, input);
    let (mut requests, mut replies) = (input, output.as_slice());
    for _ in 0..batch.answered {
        let (Taken::Frame(request, size), Taken::Frame(reply, reply_size)) =
            (host::take(requests), host::take(replies))
        else {
            panic!("an answer too few, or one to something that is no frame");
        };
        match Message::split(request, appliance.header_length) {
            Ok(Message { header, code, .. }) => {
                let Ok(answer) = Message::split(reply, appliance.header_length) else {
                    panic!("an answer without header or code");
                };
                assert_eq!((answer.header, answer.code), (header, CommandCode(code).reply()));
                let Some((error, _)) = answer.fields.split_first_chunk() else {
                    panic!("an answer without error code");
                };
                check_code(appliance, *error);
            }
            Err(header) => {
                let error = if appliance.records { b"ZZ51" } else { b"ZZ71" };
                assert_eq!(reply, [header, error].concat());
            }
        }
        (requests, replies) = (after(requests, size), after(replies, reply_size));
    }
    assert!(replies.is_empty(), "an answer too many");
    check_end(
        batch,
        input.len() - requests.len(),
        match host::take(requests) {
            Taken::Frame(..) => Taken::Frame((), 0),
            Taken::Partial => Taken::Partial,
            Taken::Unbelievable => Taken::Unbelievable,
        },
    );
}

/// The same on a connection of the compact dialect.
pub fn compact_engine(data: &[u8]) {
    let Some((&choice, input)) = data.split_first() else { return };
    let (appliance, port) = under_test(choice);
    let (batch, output) = answer(appliance, Dialect::Compact, port, input);
    let (mut requests, mut replies) = (input, output.as_slice());
    for _ in 0..batch.answered {
        let (Taken::Frame(request, size), Taken::Frame(reply, reply_size)) =
            (compact::take_request(requests), compact::take_reply(replies))
        else {
            panic!("an answer too few, or one to something that is no frame");
        };
        assert_eq!((reply.id, reply.code), (request.id, CommandCode(request.code).reply()));
        check_code(appliance, reply.error);
        (requests, replies) = (after(requests, size), after(replies, reply_size));
    }
    assert!(replies.is_empty(), "an answer too many");
    check_end(
        batch,
        input.len() - requests.len(),
        match compact::take_request(requests) {
            Taken::Frame(..) => Taken::Frame((), 0),
            Taken::Partial => Taken::Partial,
            Taken::Unbelievable => Taken::Unbelievable,
        },
    );
}

/// The engine took up every whole frame, and says so if what follows can be none.
fn check_end(batch: Batch, taken_up: usize, next: Taken<()>) {
    assert_eq!(batch.consumed, taken_up);
    match next {
        Taken::Frame((), _) => assert_eq!((batch.answered, batch.unbelievable), (MAX_BATCH, false)),
        Taken::Partial => assert!(!batch.unbelievable),
        Taken::Unbelievable => assert!(batch.unbelievable || batch.answered == MAX_BATCH),
    }
}

/// What a developer's appliance answers to a frame of the compact dialect.
#[must_use]
pub fn developers_answer(frame: &[u8]) -> Vec<u8> {
    let (appliance, port) = under_test(0);
    answer(appliance, Dialect::Compact, port, frame).1
}
