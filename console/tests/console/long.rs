//! Lists that are longer than an answer and longer than the screen.

use crate::person::{ALICE, BOB, lines, place, run};
use crate::support::check_value;
use payhsm_protocol::field::{Exportability, KeyAttributes};
use payhsm_protocol::officer::KeyLine;

fn line(label: String) -> KeyLine {
    let attributes = KeyAttributes {
        usage: *b"72",
        algorithm: Some(*b"A3"),
        mode_of_use: b'B',
        version: *b"00",
        exportability: Exportability::None,
        optional_blocks: Vec::new(),
    };
    let check_value = check_value(label.as_bytes());
    let made = "alice and bob, 2026-11-22T07:40:12Z".to_owned();
    KeyLine { label, slot: None, attributes, check_value, enabled: true, made }
}

#[test]
fn long_lists_are_shown_in_parts_and_picked_from_by_name() {
    let (folder, fake) = place("operational");
    fake.with(|state| {
        state.keys.extend((0..25).map(|number| line(format!("key-{number:02}"))));
    });
    let typed = lines(&[
        &[("Number", "2"), ("Number", "1")],
        &[("10 of 25 shown; go on?", "?"), ("10 of 25 shown; go on?", "")],
        &[("20 of 25 shown; go on?", "n")],
        &[("Number", "2"), ("Number", "6")],
        &ALICE,
        &BOB,
        // Too many to number them: by name.
        &[("Name, or its beginning", "kez"), ("Name, or its beginning", "key-")],
        &[("Name, or its beginning", "key-1"), ("Number", "3"), ("Disable key-12?", "y")],
        &[("Number", "2"), ("Number", "7"), ("Name, or its beginning", "key-24")],
        &[("To destroy it, type key-24", "key-23")],
        &[("Number", "q")],
    ]);
    let (seen, ended) = run(&folder, &fake, &typed);
    assert_eq!(ended, Ok(()), "{seen}");
    for part in [
        "key-19: check value",
        "None begins with kez.",
        "Which key? There are 25.",
        "That is another label; nothing was destroyed.",
    ] {
        assert!(seen.contains(part), "{part}\n{seen}");
    }
    assert!(!seen.contains("key-20: check value"), "{seen}");
    fake.with(|state| {
        let pages = state.acts.iter().filter(|act| *act == "ListKeys").count();
        assert_eq!(pages, 3 * 4, "seven at a time");
        assert!(state.acts.contains(&"EnableKey".to_owned()));
        assert!(!state.acts.contains(&"DestroyKey".to_owned()));
    });
}
