//! Published vectors: one JSON list per topic, every case with `inputs` and `expected`.

use serde_json::Value;
use std::path::Path;

/// Every case: `inputs` and `expected`.
pub(crate) fn cases(topic: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let text = std::fs::read_to_string(folder.join(topic).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no text {name} in {value}"))
}
