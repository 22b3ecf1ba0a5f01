//! Published vectors: one JSON list per topic, every case with `inputs` and `expected`.
#![expect(dead_code, reason = "every test file uses its part")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

pub(crate) struct Case(Value);

pub(crate) fn cases(topic: &str) -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(topic)
        .with_extension("json");
    let text = std::fs::read_to_string(path).unwrap();
    serde_json::from_str::<Vec<Value>>(&text).unwrap().into_iter().map(Case).collect()
}

impl Case {
    pub(crate) fn op(&self) -> &str {
        self.text("op")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0["inputs"].get(name).is_some()
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.0["inputs"][name].as_str().unwrap_or_else(|| panic!("no text {name} in {}", self.0))
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    pub(crate) fn number(&self, name: &str) -> usize {
        self.0["inputs"][name].as_u64().unwrap().try_into().unwrap()
    }

    pub(crate) fn number_or(&self, name: &str, default: usize) -> usize {
        if self.has(name) { self.number(name) } else { default }
    }

    pub(crate) fn list(&self, name: &str) -> Vec<Vec<u8>> {
        let items = self.0["inputs"][name].as_array().unwrap();
        items.iter().map(|item| hex::decode(item.as_str().unwrap()).unwrap()).collect()
    }

    /// What must come out; `None` if the input must be refused.
    pub(crate) fn expected(&self, name: &str) -> Option<&str> {
        if self.0["expected"].get("error").is_some() {
            return None;
        }
        Some(
            self.0["expected"][name]
                .as_str()
                .unwrap_or_else(|| panic!("no result {name} in {}", self.0)),
        )
    }

    pub(crate) fn expected_value(&self) -> &Value {
        &self.0["expected"]
    }

    /// Holds a result to the expectation, refusal included.
    pub(crate) fn check<E: std::fmt::Debug>(&self, name: &str, got: Result<String, E>) {
        match (self.expected(name), got) {
            (Some(expected), Ok(got)) => assert_eq!(got, expected, "{}", self.0),
            (Some(_), Err(error)) => panic!("{error:?} for {}", self.0),
            (None, Ok(_)) => panic!("accepted: {}", self.0),
            (None, Err(_)) => {}
        }
    }

    /// Holds the result of a tampered input to being anything else.
    pub(crate) fn check_differs<E>(&self, name: &str, got: Result<String, E>) {
        if let (Some(expected), Ok(got)) = (self.expected(name), got) {
            assert_ne!(got, expected, "tampering went unnoticed: {}", self.0);
        }
    }
}

pub(crate) fn upper(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}

pub(crate) fn flip(bytes: &[u8], byte: usize, mask: u8) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    if let Some(byte) = changed.get_mut(byte) {
        *byte ^= mask;
    }
    changed
}

/// The next decimal digit in one place.
pub(crate) fn next_digit(text: &str, place: usize) -> String {
    text.chars()
        .enumerate()
        .map(|(at, c)| match c.to_digit(10) {
            Some(digit) if at == place => char::from_digit((digit + 1) % 10, 10).unwrap(),
            _ => c,
        })
        .collect()
}

/// How many cases of which operation ran.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<String, usize>);

impl Tally {
    pub(crate) fn count(&mut self, op: &str) {
        *self.0.entry(op.to_owned()).or_default() += 1;
    }

    pub(crate) fn assert(self, expected: &[(&str, usize)]) {
        let expected: BTreeMap<String, usize> =
            expected.iter().map(|(op, n)| ((*op).to_owned(), *n)).collect();
        assert_eq!(self.0, expected);
    }
}
