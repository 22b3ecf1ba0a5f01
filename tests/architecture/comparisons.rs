//! Secrets are compared through `subtle`, and verdicts on them are told in one place: what the compiler does not see of this.
//!
//! Whether machine code branches on a secret is shown by `crypto/tests/constant_time.rs` and `keys/tests/constant_time.rs`, on the
//! paths that they take. This looks at every line.

use std::collections::BTreeSet;

use super::{code, deriving, is_word, name, read, root, source_files};

/// Where clear keys and PINs are.
const SECRET: [&str; 2] = ["crypto/src", "keys/src"];

/// The one file that may make a `bool` of a verdict.
const TOLD: &str = "crypto/src/told.rs";

/// Its name and its lines of every source there, without comments and without its tests.
fn sources() -> Vec<(String, String)> {
    let files = SECRET.iter().flat_map(|folder| source_files(&root().join(folder)));
    let tests = |name: &str| name.ends_with("/tests.rs");
    let files = files.map(|path| (name(&path), code(&path))).filter(|(name, _)| !tests(name));
    files.map(|(name, text)| (name, without_tests(&text))).collect()
}

fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// Whether a word next to an operator says by itself that it is no secret: a length, or a constant by its path.
fn is_public(word: &str) -> bool {
    let capital = |rest: &str| rest.starts_with(|first: char| first.is_ascii_uppercase());
    word.contains("len") || word.split("::").skip(1).any(capital)
}

/// The comparisons in a line that are not harmless by their form.
fn compares(line: &str) -> bool {
    let operators = [" == ", " != "].iter().flat_map(|operator| line.match_indices(operator));
    let secret = operators.into_iter().any(|(at, operator)| {
        let (before, after) = (line.split_at(at).0, line.split_at(at + operator.len()).1);
        let (left, right) = (before.split(' ').next_back(), after.split(' ').next());
        !is_public(left.unwrap_or_default()) && !is_public(right.unwrap_or_default())
    });
    secret || [".eq(", ".ne(", ".cmp(", ".partial_cmp("].iter().any(|call| line.contains(call))
}

#[test]
fn comparisons_are_found() {
    for found in
        ["if mac == expected {", "a != b", "key.eq(other)", "(x.fold(0, f)) == 0", "one.cmp(two)"]
    {
        assert!(compares(found), "{found}");
    }
    for harmless in [
        "if key.len() == 16 {",
        "layout == Layout::Iso4",
        "a.ct_eq(b)",
        "x <= y",
        "Self::A != self",
    ] {
        assert!(!compares(harmless), "{harmless}");
    }
}

/// The lines of `tests/architecture/comparisons.txt`: `file: line`.
fn reviewed() -> BTreeSet<String> {
    let text = read(&root().join("tests/architecture/comparisons.txt"));
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

#[test]
fn what_is_compared_without_subtle_was_looked_at() {
    let mut found = BTreeSet::new();
    for (name, text) in sources().iter().filter(|(name, _)| name != TOLD) {
        for line in text.lines().map(str::trim).filter(|line| compares(line)) {
            found.insert(format!("{name}: {line}"));
        }
    }
    let reviewed = reviewed();
    let new: Vec<_> = found.difference(&reviewed).collect();
    let rule = "compare secrets with subtle and tell verdicts with payhsm_crypto::told; of what is none, say why in \
                tests/architecture/comparisons.txt";
    assert!(new.is_empty(), "{rule}: {new:#?}");
    let gone: Vec<_> = reviewed.difference(&found).collect();
    assert!(gone.is_empty(), "no longer there: {gone:#?}");
}

/// Whether a line makes a `bool` of a verdict.
fn turns(line: &str) -> bool {
    line.contains("bool::from(") || (line.contains("ct_") && line.contains(".into()"))
}

#[test]
fn verdicts_become_answers_in_one_file() {
    let mut told = 0;
    for (name, text) in sources() {
        told += text.matches("told(Told::").count() + text.matches("told_number(Told::").count();
        for line in text.lines().map(str::trim).filter(|_| name != TOLD) {
            assert!(!turns(line), "{name}: a verdict becomes a bool outside of {TOLD}: {line}");
        }
    }
    assert!(told > 30, "{told} verdicts are told");
}

/// Files of handlers and of the state machines of cards in which a verdict on a PIN becomes an answer, each looked at.
const ELSEWHERE: [&str; 4] = [
    "issuing/src/pin/reference.rs",
    "src/command/bc_compare_pin_tpk.rs",
    "src/command/be_compare_pin_zpk.rs",
    "src/command/pin.rs",
];

#[test]
fn handlers_turn_verdicts_into_answers_in_these_files() {
    let files =
        ["issuing/src", "src"].into_iter().flat_map(|folder| source_files(&root().join(folder)));
    let files = files.filter(|path| !path.ends_with("tests.rs"));
    let turning = files.filter(|path| without_tests(&code(path)).lines().any(turns));
    let turning: BTreeSet<_> = turning.map(|path| name(&path)).collect();
    assert_eq!(turning, ELSEWHERE.map(str::to_owned).into());
}

#[test]
fn what_is_told_is_on_the_page() {
    let text = read(&root().join(TOLD));
    let (_, rest) = text.split_once("pub enum Told {").unwrap();
    let (variants, _) = rest.split_once("\n}").unwrap();
    let variants = variants.lines().filter_map(|line| line.trim().strip_suffix(','));
    let page = read(&root().join("docs/side-channels.md"));
    let uses: String = sources().into_iter().map(|(_, text)| text).collect();
    let mut count = 0;
    for variant in variants.filter(|line| !line.starts_with("///")) {
        assert!(
            page.contains(&format!("| `{variant}` |")),
            "docs/side-channels.md does not say why {variant} is told"
        );
        assert!(is_word(&uses, &format!("Told::{variant}")), "nothing tells {variant}");
        count += 1;
    }
    assert!(count > 10, "{count} of them");
}

#[test]
fn what_wipes_itself_cannot_be_compared() {
    let mut wiped = 0;
    for (name, text) in sources() {
        for (derives, head, body) in deriving(&text) {
            let holds = ["Zeroize", "Zeroizing", "ArenaBox", "BlockKey", "Material"];
            let secret = is_word(derives, "ZeroizeOnDrop")
                || holds.iter().any(|word| is_word(head, word) || is_word(body, word));
            if secret && (head.contains("struct ") || head.contains("enum ")) {
                wiped += 1;
                for derive in ["PartialEq", "Eq", "Hash", "PartialOrd", "Ord"] {
                    let what = head.trim();
                    assert!(!is_word(derives, derive), "{name}: {what} derives {derive}");
                }
            }
        }
    }
    assert!(wiped > 5, "{wiped} types found");
}
