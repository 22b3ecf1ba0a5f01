//! Where messages start and end, and what becomes of those that are wrong: cut short, too long,
//! in pieces, many at once, to nobody, from nobody, or plain noise. Nothing here may panic, and
//! every whole frame has exactly one answer, whose code is in the registry.
#![cfg(test)]

#[path = "../fuzz/src/entry.rs"]
pub mod entry;
#[path = "../fuzz/src/seeds.rs"]
pub mod seeds;
mod support;

use payhsm::Engine;
use payhsm::authorization::Needs;
use payhsm::command::policy;
use payhsm::engine::{Batch, Dialect};
use payhsm::lifecycle::{Lifecycle, State};
use payhsm::record::LogOnly;
use payhsm::settings::{Profile, Settings};
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::field::Bytes;
use payhsm_protocol::frame::{Taken, compact, host};
use payhsm_protocol::{ErrorCode, Opcode};
use seeds::Seed;
use std::path::Path;
use support::cards::Issuer;
use support::random::{Chance, long_tests};
use support::recorders::{Keeps, NeverKeeps, recorded_by};
use support::{ask, ask_bytes, ask_on, call, development, host_settings, production, session};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(message: &[u8]) -> String {
    String::from_utf8(message.to_vec()).unwrap()
}

/// The first example of a command's page that succeeds, and those before it.
fn documented(opcode: Opcode) -> (String, Vec<String>) {
    let page = root().join(format!("docs/protocol/{}.md", opcode.code()));
    let page = std::fs::read_to_string(&page).unwrap();
    let mut before = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(sent) = line.strip_prefix("> 0000") else { continue };
        let done = lines.next().unwrap().get(8..10) == Some("00");
        if done && sent.starts_with(&opcode.code().to_string()) {
            return (sent.to_owned(), before);
        }
        before.push(sent.to_owned());
    }
    panic!("{opcode:?} has no example that succeeds")
}

/// One request of every command that the appliance of a developer carries out: the seeds of the
/// fuzz targets, and for a command that has none the example of its page.
fn requests() -> Vec<Seed> {
    let mut seeds = seeds::read(&root().join("fuzz/seeds")).unwrap();
    for opcode in Opcode::ALL {
        if seeds.iter().all(|seed| seed.opcode != *opcode) {
            let (example, _) = documented(*opcode);
            seeds.push(Seed::new(example.as_bytes()).unwrap());
        }
    }
    seeds
}

/// An appliance that has done what a request needs before it.
fn ready_for(seed: &Seed) -> Issuer {
    let (example, before) = documented(seed.opcode);
    let published = |reference: &str| vec![format!("WM8501030939366;{reference}")];
    let before = if example == text(&seed.host) {
        before
    } else if [Opcode::WA, Opcode::WC, Opcode::WE].contains(&seed.opcode) {
        published("V17548")
    } else if seed.opcode == Opcode::WG {
        published("O006309783FFFFFF")
    } else {
        Vec::new()
    };
    let issuer = Issuer::documented();
    before.into_iter().for_each(|message| drop(issuer.ask(message)));
    issuer
}

/// Sends bytes as they are; gives back what came of them, and the answers.
fn send(engine: &Engine, dialect: Dialect, input: &[u8]) -> (Batch, Vec<u8>) {
    let mut output = Vec::new();
    let batch = engine.answer(&session(dialect, None), input, &mut output);
    (batch, output)
}

/// Sends one compact body; gives back the code of the answer.
fn ask_compact(engine: &Engine, opcode: Opcode, body: &[u8]) -> ErrorCode {
    let seed = Seed { opcode, host: Vec::new(), compact: body.to_vec() };
    let input = seed.compact_frame(1);
    let (batch, output) = send(engine, Dialect::Compact, &input);
    assert_eq!((batch.consumed, batch.answered), (input.len(), 1), "{opcode:?}");
    let Taken::Frame(reply, size) = compact::take_reply(&output) else {
        panic!("{opcode:?}: no answer");
    };
    assert_eq!((size, reply.id, reply.code), (output.len(), 1, opcode.code().reply()));
    known(reply.error)
}

/// Sends code and fields in the host dialect; gives back the code of the answer.
fn ask_host(engine: &Engine, opcode: Opcode, message: &[u8]) -> ErrorCode {
    let answer = ask_bytes(engine, None, message);
    let fields = answer.strip_prefix(&opcode.code().reply()).expect("the code and one");
    known(*fields.first_chunk().expect("an error code"))
}

fn known(error: [u8; 2]) -> ErrorCode {
    let text = String::from_utf8_lossy(&error).into_owned();
    ErrorCode::from_wire(error).unwrap_or_else(|| panic!("{text} is not in the registry"))
}

#[test]
fn every_command_is_carried_out_in_both_dialects() {
    for seed in requests() {
        let message = seed.host.escape_ascii();
        let code = ask_host(&ready_for(&seed).engine, seed.opcode, &seed.host);
        assert_eq!(code, ErrorCode::Ok, "{message}");
        let code = ask_compact(&ready_for(&seed).engine, seed.opcode, &seed.compact);
        assert_eq!(code, ErrorCode::Ok, "{message}");
    }
}

#[test]
fn a_request_that_is_cut_short_is_refused_in_both_dialects() {
    let engine = development();
    for seed in requests() {
        for at in 2..seed.host.len() {
            let code = ask_host(&engine, seed.opcode, &seed.host[..at]);
            let shown = seed.host[..at].escape_ascii().to_string();
            // A PIN length may be left out, and the LMK where no key is under it or every LMK has the same old one, and
            // activities, and a check value.
            let whole = [
                "RA",
                "BA1234F550000025321",
                "BG85010309393603205",
                "BWFF1U2DCCB5D9D9AB4B8BFD8980FEE839E6C6;001%01#72N00S00",
                "JA850103093936",
                "JA85010309393604",
                "LOA5C4F7A811E9392C",
            ];
            let whole = whole.contains(&shown.as_str());
            assert_eq!(code == ErrorCode::Ok, whole, "{shown}: {code}");
            assert_ne!(code, ErrorCode::Internal, "{shown}");
        }
        for at in 0..seed.compact.len() {
            let code = ask_compact(&engine, seed.opcode, &seed.compact[..at]);
            assert_eq!(code, ErrorCode::InvalidInput, "{:?} cut at {at}", seed.opcode);
        }
    }
}

/// The mark of a trailer.
const TRAILER: u8 = 0x19;

#[test]
fn a_byte_too_many_is_refused_in_both_dialects() {
    let engine = development();
    for seed in requests() {
        for byte in 0..=u8::MAX {
            let message = [seed.host.as_slice(), &[byte]].concat();
            let ready = (byte == TRAILER).then(|| ready_for(&seed));
            let engine = ready.as_ref().map_or(&engine, |issuer| &issuer.engine);
            let code = ask_host(engine, seed.opcode, &message);
            let shown = message.escape_ascii();
            match byte {
                // Of a trailer that is empty.
                TRAILER => assert_eq!(code, ErrorCode::Ok, "{shown}"),
                _ => assert_eq!(code, ErrorCode::InvalidInput, "{shown}"),
            }
            let body = [seed.compact.as_slice(), &[byte]].concat();
            let code = ask_compact(engine, seed.opcode, &body);
            assert_eq!(code, ErrorCode::InvalidInput, "{:?} and {byte:02x}", seed.opcode);
        }
    }
}

#[test]
fn a_trailer_comes_back_with_every_answer_and_is_32_characters_at_most() {
    let engine = development();
    let longest = "T".repeat(32);
    for seed in requests() {
        for message in [seed.host.as_slice(), &seed.host[..2], b"??"] {
            let asked = [message, b"\x19", longest.as_bytes()].concat();
            let answer = ask_bytes(&engine, None, &asked);
            assert!(answer.ends_with(&[b"\x19", longest.as_bytes()].concat()), "{answer:?}");
            // Random bytes may be any byte.
            let random = seed.opcode == Opcode::N0;
            assert!(random || !ask_bytes(&engine, None, message).contains(&0x19));
        }
        let asked = [seed.host.as_slice(), b"\x19", longest.as_bytes(), b"T"].concat();
        assert_eq!(ask_host(&engine, seed.opcode, &asked), ErrorCode::InvalidInput);
        let asked = [seed.host.as_slice(), b"\x19\x07"].concat();
        assert_eq!(ask_host(&engine, seed.opcode, &asked), ErrorCode::InvalidInput);
    }
}

#[test]
fn frames_come_in_pieces_and_many_at_once() {
    let engine = development();
    for dialect in [Dialect::Host, Dialect::Compact] {
        let one = |seed: &Seed, id| match dialect {
            Dialect::Host => seed.host_frame(b"0000"),
            Dialect::Compact => seed.compact_frame(id),
        };
        let echo = Seed::new(b"B20010\x00\xff\x19%01 come back").unwrap();
        let frame = one(&echo, 7);
        for cut in 0..frame.len() {
            let (batch, output) = send(&engine, dialect, &frame[..cut]);
            assert_eq!((batch.consumed, batch.answered, batch.unbelievable), (0, 0, false));
            assert!(output.is_empty());
        }
        // Three frames and the head of a fourth.
        let (_, answer) = send(&engine, dialect, &frame);
        let segment = [frame.repeat(3), frame[..frame.len() - 1].to_vec()].concat();
        let (batch, output) = send(&engine, dialect, &segment);
        assert_eq!((batch.consumed, batch.answered), (3 * frame.len(), 3));
        assert_eq!(output, answer.repeat(3));

        // One request of every command in one segment: as many answers, in the same order.
        let all = requests();
        let segment: Vec<u8> = (0..).zip(&all).flat_map(|(id, seed)| one(seed, id)).collect();
        let (batch, output) = send(&engine, dialect, &segment);
        assert_eq!((batch.consumed, batch.answered), (segment.len(), all.len()));
        let mut replies = output.as_slice();
        for (number, seed) in (0..).zip(&all) {
            let size = match dialect {
                Dialect::Host => {
                    let Taken::Frame(reply, size) = host::take(replies) else { panic!("too few") };
                    assert_eq!(reply[..4], *b"0000");
                    assert_eq!(reply[4..6], seed.opcode.code().reply());
                    size
                }
                Dialect::Compact => {
                    let Taken::Frame(reply, size) = compact::take_reply(replies) else {
                        panic!("too few")
                    };
                    assert_eq!((reply.id, reply.code), (number, seed.opcode.code().reply()));
                    size
                }
            };
            replies = &replies[size..];
        }
        assert!(replies.is_empty());

        // More than one batch takes: the rest is for the next.
        let segment = frame.repeat(300);
        let (batch, output) = send(&engine, dialect, &segment);
        assert_eq!((batch.consumed, batch.answered), (256 * frame.len(), 256));
        let (rest, more) = send(&engine, dialect, &segment[batch.consumed..]);
        assert_eq!((rest.answered, output.len() + more.len()), (44, 300 * answer.len()));
    }
}

#[test]
fn a_header_of_any_length_and_content_comes_back() {
    let mut chance = Chance::new(1);
    for header_length in [0, 1, 4, 12, 255] {
        let host = payhsm_protocol::host::Settings { header_length, ..host_settings() };
        let engine = support::appliance(Settings::development(), host);
        let contents = [
            b"HEAD0000\x19%00".repeat(30),
            vec![0x00; 255],
            vec![0xff; 255],
            vec![0x19; 255],
            chance.bytes(255),
        ];
        for content in contents {
            let header = &content[..header_length];
            for (message, answer) in [("B20002hi", "B300hi"), ("B2", "B315"), ("qq", "qr68")] {
                let frame = framed(&[header, message.as_bytes()].concat());
                let (batch, output) = send(&engine, Dialect::Host, &frame);
                assert_eq!((batch.consumed, batch.answered), (frame.len(), 1));
                assert_eq!(output, framed(&[header, answer.as_bytes()].concat()));
            }
            // Too short for header and code: what there is of a header, ZZ, 51.
            for length in 0..header_length + 2 {
                let message = [header, b"B2"].concat();
                let frame = framed(&message[..length]);
                let (batch, output) = send(&engine, Dialect::Host, &frame);
                assert_eq!((batch.consumed, batch.answered), (frame.len(), 1));
                let echoed = &header[..length.min(header_length)];
                assert_eq!(output, framed(&[echoed, b"ZZ51"].concat()));
            }
        }
    }
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    host::put(&mut out, |out| out.extend_from_slice(message));
    out
}

#[test]
fn a_command_that_is_none_is_68_with_its_code_and_one() {
    let engine = development();
    for (asked, answer) in
        [("ZX", "ZY68"), ("ca", "cb68"), ("B1", "B268"), ("  ", " !68"), ("\0\0", "\0\u{1}68")]
    {
        assert_eq!(ask(&engine, asked), answer);
        assert_eq!(ask(&engine, format!("{asked}and what may follow")), answer);
    }
    // The second character has nothing above it: it wraps, and the answer is still one frame.
    assert_eq!(ask_bytes(&engine, None, b"\xff\xff"), b"\xff\x0068");
    let unknown = |code| {
        let mut input = Vec::new();
        let nothing = |_: &mut Vec<u8>| Ok::<(), std::convert::Infallible>(());
        compact::put_request(&mut input, u32::MAX, code, nothing).unwrap();
        send(&engine, Dialect::Compact, &input).1
    };
    assert_eq!(unknown(*b"ZX"), b"\0\0\0\x08\xff\xff\xff\xffZY68");
    assert_eq!(unknown([0xff; 2]), b"\0\0\0\x08\xff\xff\xff\xff\xff\x0068");
}

#[test]
fn a_length_that_cannot_be_ends_the_connection_after_the_answers() {
    let engine = development();
    let host_frame = framed(b"0000B20002hi");
    let compact_frame = Seed::new(b"B20002hi").unwrap().compact_frame(3);
    let host_lengths: [&[u8]; 3] = [b"\x80\x01", b"\xff\xff", b"\x80\x01more"];
    // Shorter than id and code, longer than a frame, and what a TLS record would look like.
    let compact_lengths: [&[u8]; 4] =
        [b"\0\0\0\x05", b"\0\0\0\0", b"\0\x01\0\x01", b"\x16\x03\x01\x02"];
    for (dialect, frame, lengths) in [
        (Dialect::Host, &host_frame, &host_lengths[..]),
        (Dialect::Compact, &compact_frame, &compact_lengths[..]),
    ] {
        let (_, answer) = send(&engine, dialect, frame);
        for length in lengths {
            let (batch, output) = send(&engine, dialect, length);
            assert_eq!((batch.consumed, batch.answered, batch.unbelievable), (0, 0, true));
            assert!(output.is_empty());
            let (batch, output) = send(&engine, dialect, &[frame.as_slice(), length].concat());
            assert_eq!((batch.consumed, batch.answered), (frame.len(), 1));
            assert!(batch.unbelievable);
            assert_eq!(output, answer);
        }
    }
    // The longest that can be are answered.
    let message = [b"0000??".as_slice(), &[b'x'; 32 * 1024 - 6]].concat();
    assert_eq!(send(&engine, Dialect::Host, &framed(&message)).1, framed(b"0000?@68"));
}

#[test]
fn the_longest_requests_have_answers_that_can_be_read() {
    let engine = development();
    for length in [32_000, 60_000, 65_536 - 12, 65_536 - 11, 65_536 - 10, 65_536 - 9] {
        let echo = Echo { data: Bytes(vec![0x5a; length]) };
        let mut body = Vec::new();
        payhsm_protocol::command::put_body(None, &echo, &mut body).unwrap();
        let seed = Seed { opcode: Opcode::B2, host: Vec::new(), compact: body };
        let frame = seed.compact_frame(1);
        let Taken::Frame(..) = compact::take_request(&frame) else { continue };
        let (batch, output) = send(&engine, Dialect::Compact, &frame);
        assert_eq!(batch.answered, 1);
        assert!(matches!(compact::take_reply(&output), Taken::Frame(..)), "{length}");
    }
    // Hex takes twice the room that the bytes took: an answer that does not fit is a refusal.
    let m0 = requests().into_iter().find(|seed| seed.opcode == Opcode::M0).unwrap().host;
    let (head, _) = m0.split_at(m0.len() - "0010ABCDEF1234567890%01".len());
    for length in [8_000, 16_000, 16_384, 24_000, 32_000_usize] {
        let mut message = head.to_vec();
        message[4] = b'0';
        message.extend_from_slice(format!("{length:04X}").as_bytes());
        message.extend_from_slice(&vec![0xa5; length]);
        message.extend_from_slice(b"%01");
        let frame = framed(&[b"0000", message.as_slice()].concat());
        let (batch, output) = send(&engine, Dialect::Host, &frame);
        assert_eq!((batch.consumed, batch.answered), (frame.len(), 1));
        let Taken::Frame(answer, size) = host::take(&output) else {
            panic!("no answer, or one that is too long, to {length} bytes");
        };
        assert_eq!(size, output.len());
        assert_eq!(answer[..6], *b"0000M1");
    }
}

#[test]
fn hex_is_read_in_either_case_and_nothing_else_is_hex() {
    let engine = development();
    let ca = |tpk: &str, zpk: &str, block: &str| {
        ask(&engine, format!("CA{tpk}{zpk}12{block}0101550000025321%00"))
    };
    let tpk = "U8463435FC4B4DAA0C49025272C29B12C";
    let (bare, block) = ("BAB32D775A38E4AB", "6428EB94035AF53B");
    let answer = ca(tpk, bare, block);
    assert!(answer.starts_with("CB00"), "{answer}");
    let lower = |text: &str| text.to_ascii_lowercase();
    let lower_tpk = lower(tpk).replacen('u', "U", 1);
    assert_eq!(ca(&lower_tpk, &lower(bare), &lower(block)), answer);
    for wrong in ["x", " ", "G", ":", "@", "`", "g", "/"] {
        assert_eq!(ca(&tpk.replacen('6', wrong, 1), bare, block), "CB15");
        assert_eq!(ca(tpk, &bare.replacen('3', wrong, 1), block), "CB15");
        assert_eq!(ca(tpk, bare, &block.replacen('8', wrong, 1)), "CB15");
    }
    // A letter that is no scheme, and user storage.
    assert_eq!(ca("Q8463435FC4B4DAA0C49025272C29B12C", bare, block), "CB26");
    assert_eq!(ca("K001", bare, block), "CB12");
}

#[test]
fn digits_are_ascii_digits() {
    let engine = development();
    let cw = requests().into_iter().find(|seed| seed.opcode == Opcode::CW).unwrap().host;
    let digits = b"502265400089000092;2010620";
    let at = cw.windows(digits.len()).position(|window| window == digits).unwrap();
    for offset in 0..digits.len() {
        for wrong in [b'x', b' ', b'/', b':', 0xb2, 0x00] {
            let mut message = cw.clone();
            message[at + offset] = wrong;
            let code = ask_host(&engine, Opcode::CW, &message);
            assert!(
                matches!(code, ErrorCode::InvalidInput | ErrorCode::InvalidAccount),
                "{}: {code}",
                message.escape_ascii()
            );
        }
    }
}

/// The check values of the public test LMKs, which tell one LMK from another.
const CHECK_VALUES: [(u8, &str); 3] = [(0, "268604"), (1, "165126"), (2, "9D04A0")];

#[test]
fn the_port_or_the_message_names_the_lmk() {
    for engine in [development(), production(Profile::Issuer), production(Profile::Acquirer)] {
        let default = ask(&engine, "NC");
        assert!(default.starts_with("ND009D04A0"), "{default}");
        for (id, check_value) in CHECK_VALUES {
            let expected = format!("ND00{check_value}");
            assert!(ask_on(&engine, Some(id), "NC").starts_with(&expected));
            assert!(ask(&engine, format!("NC%0{id}")).starts_with(&expected));
            assert!(ask_on(&engine, Some(id), format!("NC%0{id}")).starts_with(&expected));
        }
    }
}

#[test]
fn where_port_and_message_disagree_a_developer_gets_what_the_message_says() {
    for (port, _) in CHECK_VALUES {
        for (id, check_value) in CHECK_VALUES.into_iter().filter(|(id, _)| *id != port) {
            let asked = format!("NC%0{id}");
            let answer = ask_on(&development(), Some(port), &asked);
            assert!(answer.starts_with(&format!("ND00{check_value}")), "{answer}");
            for profile in [Profile::Issuer, Profile::Acquirer] {
                assert_eq!(ask_on(&production(profile), Some(port), &asked), "ND13");
            }
        }
    }
}

#[test]
fn an_lmk_that_is_not_loaded_is_13_for_every_command_that_needs_one() {
    let engine = development();
    for seed in requests() {
        let ([0, fields @ ..] | [1, _, fields @ ..]) = &seed.compact[..] else {
            panic!("a body starts with the LMK");
        };
        if policy(seed.opcode).needs == Needs::Lmk {
            let code = ask_compact(&engine, seed.opcode, &[&[1, 77], fields].concat());
            assert_eq!(code, ErrorCode::InvalidLmkId, "{:?}", seed.opcode);
        }
        // Numbers that no LMK can have, and something that is neither "none" nor "this one".
        let code = ask_compact(&engine, seed.opcode, &[&[1, 100], fields].concat());
        assert_eq!(code, ErrorCode::InvalidLmkId, "{:?}", seed.opcode);
        let code = ask_compact(&engine, seed.opcode, &[&[2, 0], fields].concat());
        assert_eq!(code, ErrorCode::InvalidInput, "{:?}", seed.opcode);
    }
    let cw = requests().into_iter().find(|seed| seed.opcode == Opcode::CW).unwrap().host;
    let cw = cw.strip_suffix(b"%01").unwrap();
    for (tail, answer) in [
        ("%77", "CX13"),
        ("%99", "CX13"),
        ("%1", "CX15"),
        ("%", "CX15"),
        ("%0x", "CX15"),
        ("%001", "CX15"),
    ] {
        assert_eq!(ask(&engine, [cw, tail.as_bytes()].concat()), answer, "{tail}");
    }
    assert_eq!(ask_on(&engine, Some(77), cw), "CX13");
}

#[test]
fn an_appliance_that_is_not_operational_answers_status_commands_alone() {
    for state in [State::Uninitialised, State::Sealed, State::Tampered] {
        let engine = Engine::new(
            Some(support::test_lmks().into()),
            Lifecycle::new(state),
            Settings::development(),
            host_settings(),
            Box::new(LogOnly),
        );
        for seed in requests() {
            let code = ask_host(&engine, seed.opcode, &seed.host);
            let refused = policy(seed.opcode).needs == Needs::Lmk;
            let refusal = if state == State::Tampered {
                ErrorCode::Tampered
            } else {
                ErrorCode::NotOperational
            };
            assert_eq!(code == refusal, refused, "{:?} {code}", seed.opcode);
            assert_eq!(ask_compact(&engine, seed.opcode, &seed.compact), code);
        }
    }
}

#[test]
fn every_frame_leaves_one_record_and_a_batch_is_recorded_at_once() {
    let keeps = Keeps::default();
    let engine = recorded_by(keeps.clone());
    let segment: Vec<u8> = [b"0000B20002hi".as_slice(), b"0000B2", b"0000??", b"000", b"0000NC%01"]
        .iter()
        .flat_map(|message| framed(message))
        .collect();
    let (batch, _) = send(&engine, Dialect::Host, &segment);
    assert_eq!(batch.answered, 5);
    let batches = keeps.0.lock().unwrap();
    let kept: Vec<_> =
        batches.iter().flatten().map(|(_, command, _, code)| format!("{command} {code}")).collect();
    assert_eq!(kept, ["B2 00", "B2 15", "?? 68", "ZY 51", "NC 00"]);
    assert_eq!(batches.len(), 1);
}

#[test]
fn what_cannot_be_recorded_is_refused_with_71_for_the_whole_batch() {
    let engine = recorded_by(NeverKeeps);
    for seed in requests() {
        let code = ask_host(&engine, seed.opcode, &seed.host);
        assert_eq!(code, ErrorCode::RecordFailed, "{:?}", seed.opcode);
        let code = ask_compact(&engine, seed.opcode, &seed.compact);
        assert_eq!(code, ErrorCode::RecordFailed, "{:?}", seed.opcode);
    }
    // Nothing of any answer is left, neither of those that were right nor of those that were not.
    let segment: Vec<u8> =
        [b"0000B20002hi".as_slice(), b"1111B2\x19end", b"2222??", b"333", b"4444NC"]
            .iter()
            .flat_map(|message| framed(message))
            .collect();
    let expected: Vec<u8> =
        [b"0000B371".as_slice(), b"1111B371\x19end", b"2222?@71", b"333ZZ71", b"4444ND71"]
            .iter()
            .flat_map(|message| framed(message))
            .collect();
    let (batch, output) = send(&engine, Dialect::Host, &segment);
    assert_eq!((batch.consumed, batch.answered), (segment.len(), 5));
    assert_eq!(output.escape_ascii().to_string(), expected.escape_ascii().to_string());

    let echo = Seed::new(b"B20002hi").unwrap();
    let segment = [echo.compact_frame(1), echo.compact_frame(2)].concat();
    let (_, output) = send(&engine, Dialect::Compact, &segment);
    assert_eq!(output, b"\0\0\0\x08\0\0\0\x01B371\0\0\0\x08\0\0\0\x02B371");
}

#[test]
fn an_answer_is_the_same_in_both_dialects() {
    let engine = development();
    let data = Bytes(b"hi".to_vec());
    let (error, reply) = call(&engine, None, &Echo { data });
    assert_eq!((error.as_str(), reply.unwrap().data.0.as_slice()), ("00", b"hi".as_slice()));
    let frame = *b"\0\0\0\x0a\0\0\0\x01B2\0\x02hi";
    let (_, output) = send(&engine, Dialect::Compact, &frame);
    assert_eq!(output, b"\0\0\0\x0b\0\0\0\x01B300\x02hi");
}

/// Tells which bytes it was that made a fuzz function panic.
struct Culprit<'a>(&'a str, &'a [u8]);

impl Drop for Culprit<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}: {}", self.0, hex::encode(self.1));
        }
    }
}

/// Runs a fuzz function on noise, on mutated requests and on mutated runs of them.
fn fuzz(target: &str, entry: fn(&[u8])) {
    let mut chance = Chance::new(7);
    let requests = requests();
    for case in 0..20_000 * long_tests() {
        let mut bytes = chance.pick(&requests).input(target);
        match case % 8 {
            0 => {
                let length = chance.below(64);
                bytes = chance.bytes(length);
            }
            1 if target.ends_with("engine") => {
                // More of them behind the first, which chooses appliance and port.
                for _ in 0..chance.below(4) {
                    bytes.extend_from_slice(&chance.pick(&requests).input(target)[1..]);
                }
                bytes[0] = chance.byte();
                if chance.below(2) == 0 {
                    chance.mutate(&mut bytes);
                }
            }
            2 if target.ends_with("engine") => {
                bytes[0] = chance.byte();
                chance.mutate(&mut bytes);
            }
            _ => chance.mutate(&mut bytes),
        }
        let culprit = Culprit(target, &bytes);
        entry(&bytes);
        drop(culprit);
    }
}

#[test]
fn fuzz_host_frame() {
    fuzz("host_frame", entry::host_frame);
}

#[test]
fn fuzz_compact_frame() {
    fuzz("compact_frame", entry::compact_frame);
}

#[test]
fn fuzz_host_request() {
    fuzz("host_request", entry::host_request);
}

#[test]
fn fuzz_compact_request() {
    fuzz("compact_request", entry::compact_request);
}

#[test]
fn fuzz_host_engine() {
    fuzz("host_engine", entry::host_engine);
}

#[test]
fn fuzz_compact_engine() {
    fuzz("compact_engine", entry::compact_engine);
}
