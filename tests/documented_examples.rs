//! The examples of docs/protocol are run, so that they stay true, and no command is without one.
//!
//! In a fenced block `host`, a line `> ` is a message with its header and without its length, and
//! the line `< ` below it the answer; `\xNN` is a byte, and a `*` at the end means that anything
//! may follow from there.
#![cfg(test)]

mod support;

use payhsm_protocol::Opcode;
use std::path::Path;
use support::{HEADER, ask_bytes, development};

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

/// Runs the examples of one page and counts them.
fn run(page: &Path) -> usize {
    let text = std::fs::read_to_string(page)
        .unwrap_or_else(|error| panic!("{}: {error}; every command has a page", page.display()));
    let engine = development();
    let mut examples = 0;
    let mut inside = false;
    let mut answer = Vec::new();
    for line in text.lines() {
        match line {
            "```host" => inside = true,
            _ if line.starts_with("```") => inside = false,
            _ if !inside => {}
            _ if line.starts_with("> ") => {
                let message = bytes(line.strip_prefix("> ").unwrap());
                let message = message.strip_prefix(HEADER.as_bytes()).expect("header 0000");
                answer = [HEADER.as_bytes(), &ask_bytes(&engine, None, message)].concat();
            }
            _ if line.starts_with("< ") => {
                let expected = line.strip_prefix("< ").unwrap();
                match expected.strip_suffix('*') {
                    Some(start) => assert!(
                        answer.starts_with(&bytes(start)),
                        "{}: {} does not start as {start}",
                        page.display(),
                        shown(&answer)
                    ),
                    None => {
                        assert_eq!(shown(&answer), shown(&bytes(expected)), "{}", page.display());
                    }
                }
                examples += 1;
            }
            _ => {}
        }
    }
    examples
}

#[test]
fn every_command_has_a_page_whose_examples_hold() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol");
    for opcode in Opcode::ALL {
        let page = folder.join(format!("{}.md", opcode.code()));
        assert!(run(&page) > 0, "{} shows no example", page.display());
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
