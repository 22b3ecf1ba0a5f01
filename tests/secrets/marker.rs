//! What must not be seen, and the forms that it could be seen in.

use super::log::Log;
use super::material::PIN;
use super::seeds::Seed;
use std::collections::{BTreeSet, HashMap};

/// Something that must not be seen.
pub(crate) struct Marker {
    pub(crate) what: String,
    forms: BTreeSet<String>,
}

/// How much of a long marker is enough to be found.
const WINDOW: usize = 8;

/// By how many bytes forms are looked up; shorter ones are few.
const START: usize = 4;

/// Which of these is in a text. One pass for all of them: they have many forms.
fn first_in<'a>(markers: &'a [Marker], text: &str) -> Option<&'a Marker> {
    let mut by_start: HashMap<&[u8], Vec<(&str, &Marker)>> = HashMap::new();
    for marker in markers {
        for form in &marker.forms {
            match form.as_bytes().get(..START) {
                Some(start) => by_start.entry(start).or_default().push((form, marker)),
                None if text.contains(form) => return Some(marker),
                None => {}
            }
        }
    }
    text.as_bytes().windows(START).enumerate().find_map(|(at, start)| {
        let rest = &text.as_bytes()[at..];
        let mut forms = by_start.get(start)?.iter();
        forms.find_map(|(form, marker)| rest.starts_with(form.as_bytes()).then_some(*marker))
    })
}

/// What of these is in a text.
pub(crate) fn seen_in<'a>(markers: &'a [Marker], text: &str) -> Option<&'a str> {
    first_in(markers, text).map(|marker| marker.what.as_str())
}

/// The bytes of a file as such a text. Of long runs of zeros, which are most of a store, sixteen stay: more than a marker has.
pub(crate) fn latin_without_gaps(bytes: &[u8]) -> String {
    let mut zeros = 0;
    let kept = bytes.iter().filter(|byte| {
        zeros = if **byte == 0 { zeros + 1 } else { 0 };
        zeros <= 16
    });
    kept.map(|&byte| char::from(byte)).collect()
}

/// Bytes as the text that looks for them fastest: one character a byte.
pub(crate) fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| char::from(byte)).collect()
}

impl Marker {
    pub(crate) fn new(what: &str, secret: &[u8]) -> Self {
        let mut forms = BTreeSet::new();
        for window in secret.windows(WINDOW.min(secret.len())) {
            forms.insert(latin(window));
            forms.insert(hex::encode(window));
            forms.insert(hex::encode_upper(window));
            forms.insert(format!("{window:?}").replace(['[', ']'], ""));
            forms.insert(format!("{window:02x?}").replace(['[', ']'], ""));
            forms.insert(window.escape_ascii().to_string());
            forms.extend([base64(window), packed(window)].into_iter().flatten());
        }
        Self { what: what.to_owned(), forms }
    }

    /// A secret that is written as hex.
    pub(crate) fn hex(what: &str, secret: &str) -> [Self; 2] {
        [Self::new(what, &hex::decode(secret).unwrap()), Self::new(what, secret.as_bytes())]
    }

    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.forms.iter().any(|form| text.contains(form))
    }
}

pub(crate) fn look_for(markers: &[Marker], text: &[u8]) {
    // A log says the same again and again.
    let lines: BTreeSet<&[u8]> = text.split(|byte| *byte == b'\n').collect();
    let text = latin(&lines.into_iter().collect::<Vec<_>>().join(&b"\n"[..]));
    if let Some(marker) = first_in(markers, &text) {
        let line = text.lines().find(|line| marker.is_in(line));
        panic!("{} is to be seen in {line:?}", marker.what);
    }
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Six bytes as base64 has them, wherever they stand behind a multiple of three bytes.
fn base64(bytes: &[u8]) -> Option<String> {
    let number = bytes.get(..6)?.iter().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    let digit = |at: u32| char::from(DIGITS[usize::try_from(number >> (6 * at) & 63).unwrap()]);
    Some((0..8).rev().map(digit).collect())
}

/// Eight digits, two to a byte.
fn packed(bytes: &[u8]) -> Option<String> {
    if bytes.len() < 8 || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(latin(&hex::decode(bytes.get(..8)?).ok()?))
}

#[test]
fn what_is_planted_is_found() {
    let both = Marker::hex("key", "C1C2C3C4C5C6C7C8D0D1D2D3");
    let [bytes, text] = &both;
    let key = hex::decode("C1C2C3C4C5C6C7C8D0D1D2D3").unwrap();
    for seen in [
        "…c3c4c5c6c7c8d0d1…".to_owned(),
        "C2C3C4C5C6C7C8D0".to_owned(),
        format!("Key({key:?})"),
        format!("Key({key:02x?})"),
        format!("Key(b\"{}\")", key.escape_ascii()),
    ] {
        assert!(bytes.is_in(&seen) || text.is_in(&seen), "{seen}");
        assert_eq!(seen_in(&both, &seen), Some("key"), "{seen}");
    }
    assert!(bytes.is_in(&latin(&key)));
    assert!(!bytes.is_in("c1c2c3c4") && !text.is_in("C1C2C3"), "half of it is not it");
    assert_eq!(seen_in(&both, "c1c2c3c4 and C1C2C3"), None);
    let short = [Marker::new("PVV", b"4815"), Marker::new("CVV", b"162")];
    assert_eq!(
        (seen_in(&short, "CVV(162)"), seen_in(&short, "...4815")),
        (Some("CVV"), Some("PVV"))
    );

    let log = Log::default();
    let pin = Marker::new("PIN", PIN.as_bytes());
    log.of(|| tracing::trace!(fields = ?Seed::new(b"NC"), "nothing to see"));
    assert!(!log.text().is_empty() && !pin.is_in(&latin(&log.text())));
    log.of(|| tracing::trace!(digits = ?PIN.as_bytes(), "a line that must not be"));
    assert!(pin.is_in(&latin(&log.text())));
    let log = Log::default();
    log.of(|| tracing::debug!("the PIN is {PIN}"));
    assert!(pin.is_in(&latin(&log.text())));
    let panicked = std::panic::catch_unwind(|| look_for(&[pin], &log.text()));
    assert!(panicked.is_err());
}

#[test]
fn other_ways_to_write_are_found_too() {
    // The digits of a PIN, one, two and three bytes behind the beginning of something.
    let marker = Marker::new("PIN", PIN.as_bytes());
    for seen in ["eDQ4MTUxNjIzNDIwNg==", "eHg0ODE1MTYyMzQyMDY=", "eHh4NDgxNTE2MjM0MjA2"] {
        assert!(marker.is_in(seen), "{seen}");
    }
    assert!(marker.is_in(&latin(&[0x00, 0x48, 0x15, 0x16, 0x23, 0x42, 0x06])));
    assert!(!marker.is_in(&latin(&[0x00, 0x48, 0x15, 0x16, 0x00, 0x42, 0x06])));
}
