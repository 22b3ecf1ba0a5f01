//! The examples of docs/protocol are run, so that they stay true, and no command is without one
//! in each dialect.
//!
//! In a fenced block `host`, a line `> ` is a message with its header and without its length, and
//! the line `< ` below it the answer; `\xNN` is a byte. In a block `compact` both are whole frames
//! in hex. A `*` at the end of an answer means that anything may follow from there.
#![cfg(test)]

mod support;

use payhsm::Engine;
use payhsm::engine::Dialect;
use payhsm_protocol::command::{Command, put_body};
use payhsm_protocol::frame;
use payhsm_protocol::host::Fields;
use payhsm_protocol::{ErrorCode, Opcode};
use std::path::{Path, PathBuf};
use support::cards::Issuer;
use support::{HEADER, ask_bytes, host_settings, session};

fn bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((head, tail)) = rest.split_once("\\x") {
        bytes.extend_from_slice(head.as_bytes());
        let (digits, after) = tail.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two hex digits behind \\x"));
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// Sends a whole compact frame; gives back the whole reply frame.
fn exchange(engine: &Engine, frame: &[u8]) -> Vec<u8> {
    let mut reply = Vec::new();
    let batch = engine.answer(&session(Dialect::Compact, None), frame, &mut reply);
    assert_eq!((batch.consumed, batch.answered), (frame.len(), 1), "one whole frame");
    reply
}

/// One example: what is sent, what has to come back, and whether more may follow.
struct Example {
    dialect: Dialect,
    sent: Vec<u8>,
    answer: Vec<u8>,
    open_ended: bool,
}

fn examples(page: &Path) -> Vec<Example> {
    let text = std::fs::read_to_string(page)
        .unwrap_or_else(|error| panic!("{}: {error}; every command has a page", page.display()));
    let mut examples = Vec::new();
    let mut inside = None;
    let mut sent = Vec::new();
    let read = |dialect: Dialect, text: &str| match dialect {
        Dialect::Host => bytes(text),
        Dialect::Compact => hex::decode(text.replace(' ', "")).expect("hex"),
    };
    for line in text.lines() {
        match (line, inside) {
            ("```host", _) => inside = Some(Dialect::Host),
            ("```compact", _) => inside = Some(Dialect::Compact),
            (line, _) if line.starts_with("```") => inside = None,
            (_, None) => {}
            (line, Some(dialect)) => {
                if let Some(text) = line.strip_prefix("> ") {
                    sent = read(dialect, text);
                } else if let Some(text) = line.strip_prefix("< ") {
                    let start = text.strip_suffix('*');
                    let answer = read(dialect, start.unwrap_or(text));
                    let open_ended = start.is_some();
                    examples.push(Example { dialect, sent: sent.clone(), answer, open_ended });
                }
            }
        }
    }
    examples
}

fn answer_to(engine: &Engine, example: &Example) -> Vec<u8> {
    match example.dialect {
        Dialect::Host => {
            let message = example.sent.strip_prefix(HEADER.as_bytes()).expect("header 0000");
            [HEADER.as_bytes(), &ask_bytes(engine, None, message)].concat()
        }
        Dialect::Compact => exchange(engine, &example.sent),
    }
}

fn page(opcode: Opcode) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol");
    folder.join(format!("{}.md", opcode.code()))
}

#[test]
fn every_command_has_a_page_whose_examples_hold() {
    for &opcode in Opcode::ALL {
        let page = page(opcode);
        let examples = examples(&page);
        // What a page shows does not depend on other pages: each has cards of its own.
        let issuer = Issuer::documented();
        for example in &examples {
            let answer = answer_to(&issuer.engine, example);
            let right = if example.open_ended {
                answer.starts_with(&example.answer)
            } else {
                answer == example.answer
            };
            assert!(right, "{}: {} came back", page.display(), shown(&answer));
        }
        for dialect in [Dialect::Host, Dialect::Compact] {
            let shown = examples.iter().any(|example| example.dialect == dialect);
            assert!(shown, "{} shows no example in the {dialect:?} dialect", page.display());
        }
    }
}

/// The compact frame that asks for the same as a host message.
macro_rules! declare_translation {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        fn translate(opcode: Opcode, fields: &[u8]) -> Result<Vec<u8>, ErrorCode> {
            match opcode {
                $(Opcode::$code => {
                    frame_of::<payhsm_protocol::command::$module::$request>(fields)
                })+
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_translation);

fn frame_of<C: Command>(fields: &[u8]) -> Result<Vec<u8>, ErrorCode> {
    let settings = host_settings();
    let mut fields = Fields::new(fields, &settings);
    let request = C::decode_host(&mut fields)?;
    let lmk = fields.finish()?.lmk;
    let mut frame = Vec::new();
    frame::compact::put_request(&mut frame, 1, C::OPCODE.code().0, |out| {
        put_body(lmk, &request, out)
    })
    .map_err(|_| ErrorCode::Internal)?;
    Ok(frame)
}

/// Gives a page that has none its block `compact`, made from its first host example:
/// `cargo test --test documented_examples -- --ignored`.
#[test]
#[ignore = "writes into docs/protocol"]
fn write_the_missing_compact_examples() {
    for &opcode in Opcode::ALL {
        let page = page(opcode);
        if !page.is_file() {
            continue;
        }
        let examples = examples(&page);
        if examples.iter().any(|example| example.dialect == Dialect::Compact) {
            continue;
        }
        let succeeds = |example: &Example| {
            example.sent.get(4..6) == Some(opcode.code().0.as_slice())
                && example.answer.get(6..8) == Some(b"00")
        };
        let at = examples.iter().position(succeeds).expect("a host example that succeeds");
        let (before, host) = (&examples[..at], &examples[at]);
        let request = translate(opcode, host.sent.get(6..).unwrap()).unwrap();
        // What differs between two answers is random, and so is what follows.
        let [first, second] = [(); 2].map(|()| {
            let issuer = Issuer::documented();
            for example in before {
                answer_to(&issuer.engine, example);
            }
            exchange(&issuer.engine, &request)
        });
        let same = first.iter().zip(&second).take_while(|(one, two)| one == two).count();
        let grouped = |frame: &[u8], head: &[usize]| {
            let mut rest = frame;
            let mut words = Vec::new();
            for &size in head {
                let (word, more) = rest.split_at(size);
                words.push(hex::encode_upper(word));
                rest = more;
            }
            words.push(hex::encode_upper(rest));
            words.join(" ").trim_end().to_owned()
        };
        let mut answer = grouped(first.get(..same).unwrap(), &[4, 4, 2, 2]);
        if same < first.len() {
            answer.push('*');
        }
        let mut text = std::fs::read_to_string(&page).unwrap();
        let request = grouped(&request, &[4, 4, 2]);
        text.push_str(&format!("\nIn the compact dialect, whole frames in hex (length, id, code, body):\n```compact\n> {request}\n< {answer}\n```\n"));
        std::fs::write(&page, text).unwrap();
    }
}

#[test]
fn there_is_no_page_without_a_command() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".md").unwrap();
        let known =
            code.len() == 2 && Opcode::from_code(code.as_bytes().try_into().unwrap()).is_some();
        assert!(known || code == "README", "{name} describes no command");
    }
}
