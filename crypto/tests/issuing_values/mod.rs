//! Published values of issuing, and how a test holds a value to being another one.

use payhsm_crypto::card::CardCode;
use serde_json::Value;

pub(crate) fn vectors(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/vectors/issuing.json", env!("CARGO_MANIFEST_DIR"));
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[name].as_array().unwrap().clone()
}

pub(crate) fn text<'a>(vector: &'a Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_else(|| panic!("no {name} in {vector}"))
}

pub(crate) fn bytes(vector: &Value, name: &str) -> Vec<u8> {
    hex::decode(text(vector, name)).unwrap()
}

pub(crate) fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap()
}

pub(crate) fn digits(code: &CardCode) -> String {
    String::from_utf8(code.digits().to_vec()).unwrap()
}

/// Holds a value to being another one for most changes of what it is made of: one in 10^digits is the same by chance.
pub(crate) struct Others {
    same: u32,
    all: u32,
}

impl Others {
    pub(crate) const NONE: Self = Self { same: 0, all: 0 };

    pub(crate) fn count(&mut self, code: &CardCode, published: &str) {
        self.all += 1;
        self.same += u32::from(digits(code) == published);
    }

    pub(crate) fn differ(self) {
        assert!(self.all > 0 && self.same * 100 <= self.all + 99, "{} of {}", self.same, self.all);
    }
}

/// Every key that differs in a bit that counts; the lowest bit of a byte is parity.
pub(crate) fn other_keys(key: &[u8]) -> Vec<Vec<u8>> {
    let bits = (0..8 * key.len()).filter(|bit| bit % 8 != 0);
    let with = |bit: usize| {
        let mut other = key.to_vec();
        other[bit / 8] ^= 1 << (bit % 8);
        other
    };
    bits.map(with).collect()
}
