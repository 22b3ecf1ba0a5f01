//! The fuzz targets, in every test run: on the committed corpora and on mutated seeds. And that no reader of outside bytes is
//! without a target: docs/fuzzing.md has the list, which is held to the sources.
#![cfg(test)]

#[path = "../fuzz/src/lib.rs"]
pub mod fuzz;
#[path = "support/random.rs"]
mod random;

use fuzz::targets::{TARGETS, Target};
use random::{Chance, long_tests};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The committed inputs of a target, in the order of their names.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/corpora").join(target.name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Tells which bytes it was that a target panicked over.
struct Culprit<'a>(&'a str, &'a [u8]);

impl Drop for Culprit<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}: {}", self.0, hex::encode(self.1));
        }
    }
}

fn run(target: &Target, input: &[u8]) {
    let culprit = Culprit(target.name, input);
    (target.run)(input);
    drop(culprit);
}

#[test]
fn every_target_takes_its_corpus_and_its_seeds() {
    for target in TARGETS {
        let corpus = corpus(target);
        assert!(!corpus.is_empty(), "{}: nothing in its corpus", target.name);
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{}: no seeds", target.name);
        corpus.iter().chain(&seeds).for_each(|input| run(target, input));
    }
}

/// As many as go into a part of a second; so a target that opens a database is not tried as often as one that reads a number.
/// The first hundred are tried however long they take.
#[test]
fn every_target_takes_what_is_near_its_corpus() {
    let time = Duration::from_millis(150) * u32::try_from(long_tests()).unwrap();
    for target in TARGETS {
        let mut chance = Chance::new(11);
        let inputs = [corpus(target), (target.seeds)()].concat();
        let began = Instant::now();
        for case in 0..20_000 * long_tests() {
            if case >= 100 && began.elapsed() > time {
                break;
            }
            let mut input = chance.pick(&inputs).clone();
            match case % 8 {
                0 => {
                    let length = chance.below(200);
                    input = chance.bytes(length);
                }
                1 => input.extend_from_slice(chance.pick(&inputs).as_slice()),
                _ => {}
            }
            chance.mutate(&mut input);
            run(target, &input);
        }
    }
}

#[test]
fn corpora_are_of_targets_and_small() {
    let folder = root().join("fuzz/corpora");
    let mut bytes = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        assert!(fuzz::targets::named(&name).is_some(), "fuzz/corpora/{name} is of no target");
        for file in fs::read_dir(entry.path()).unwrap() {
            let length = file.unwrap().metadata().unwrap().len();
            assert!(length <= 4096, "{name}: inputs are 4096 bytes at most");
            bytes += length;
        }
    }
    assert!(bytes <= 300 * 1024, "{bytes} bytes in fuzz/corpora");
}

/// The rows of the table under a heading of docs/fuzzing.md.
fn table(heading: &str) -> Vec<Vec<String>> {
    let page = fs::read_to_string(root().join("docs/fuzzing.md")).unwrap();
    let (_, section) = page.split_once(&format!("\n## {heading}\n")).expect(heading);
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |line: &str| {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    rows.map(cells).collect()
}

/// The words of a cell that are in backticks.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Sources of every crate.
fn sources() -> Vec<PathBuf> {
    fn below(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                below(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(root()).unwrap() {
        let source = entry.unwrap().path().join("src");
        if source.is_dir() && !source.starts_with(root().join("fuzz")) {
            below(&source, &mut found);
        }
    }
    below(&root().join("src"), &mut found);
    found.sort();
    found
}

/// What a function that makes something of bytes or text is called here.
const NAMES: [&str; 14] = [
    "parse",
    "decode",
    "take",
    "open",
    "read",
    "load",
    "from_text",
    "from_bytes",
    "from_der",
    "from_pem",
    "from_slice",
    "from_digits",
    "unwrap_in_place",
    "deserialize",
];

/// What it makes it of.
const OF: [&str; 6] = ["&[u8]", "&'a [u8]", "&str", "&'a str", "AsRef<[u8]>", "&Path"];

/// Whether a source has a function of such a name that takes bytes, a text or a file; or an implementation of `FromStr`.
fn reads(source: &str) -> bool {
    let code = source.split("\n#[cfg(test)]").next().unwrap();
    let function = |rest: &str| {
        let (name, rest) = rest.split_once('(')?;
        let name = name.split('<').next()?;
        let named = NAMES.iter().any(|one| {
            name == *one || name.strip_prefix(one).is_some_and(|rest| rest.starts_with('_'))
        });
        let arguments = rest.split_once(')')?.0;
        Some(named && OF.iter().any(|of| arguments.contains(of)))
    };
    code.split("fn ").skip(1).any(|rest| function(rest) == Some(true))
        || code.contains("FromStr for")
}

/// A source that reads bytes, texts or files is in the first table, behind the targets that reach it, or in the second one with
/// the reason why it has none; and what is in the tables is there.
#[test]
fn every_reader_has_a_target() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    let mut listed = BTreeMap::new();
    let mut documented = BTreeSet::new();
    for row in table("Targets") {
        let [target, _, readers] = row.as_slice() else { panic!("{row:?}") };
        let target = quoted(target).next().unwrap().to_owned();
        assert!(targets.contains(&target), "docs/fuzzing.md: there is no target {target}");
        for reader in quoted(readers) {
            listed.insert(reader.to_owned(), target.clone());
        }
        assert!(documented.insert(target), "{row:?}: twice");
    }
    assert_eq!(documented, targets, "docs/fuzzing.md has a row for each target");
    for row in table("Without a target") {
        let [readers, reason] = row.as_slice() else { panic!("{row:?}") };
        assert!(reason.len() > 20, "{readers}: why?");
        for reader in quoted(readers) {
            let before = listed.insert(reader.to_owned(), String::new());
            assert!(before.is_none(), "{reader} is in both tables");
        }
    }
    let mut missing = Vec::new();
    for path in sources() {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let is_listed = |listed: &str| name == listed || name.starts_with(&format!("{listed}/"));
        if reads(&fs::read_to_string(&path).unwrap()) && !listed.keys().any(|one| is_listed(one)) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "not in docs/fuzzing.md: {missing:#?}");
    for reader in listed.keys() {
        assert!(root().join(reader).exists(), "docs/fuzzing.md: there is no {reader}");
    }
}

#[test]
fn what_reads_is_told_from_what_does_not() {
    for reader in [
        "pub fn parse(text: &str) -> Option<u64> {",
        "    fn take_reply<'a>(buffer: &'a [u8], n: usize) {",
        "pub fn open_from(\n    note: impl AsRef<[u8]>,\n    key: &Key) {",
        "impl std::str::FromStr for Activity {",
        "pub(super) fn read(folder: &Path) -> Self {",
    ] {
        assert!(reads(reader), "{reader}");
    }
    for other in [
        "fn parses(text: &str)",
        "fn take(&mut self, n: u64)",
        "\n#[cfg(test)]\nfn parse(text: &str)",
    ] {
        assert!(!reads(other), "{other}");
    }
}
