//! Logs that are going to be changed, and what has to be found then.

use crate::made::{Made, day, encoded, mixed, note};
use crate::verified::given;
use payhsm_audit::hash::Hash;
use payhsm_audit::tile::{entries_path, parse_bundle, put_entry};
use payhsm_audit::tree::root_of;
use payhsm_audit::verify::{Given, Kind, Source};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

/// A log of which some files are others.
pub(crate) struct Mutant<'a> {
    pub(crate) base: &'a Made,
    pub(crate) changed: BTreeMap<String, Option<Vec<u8>>>,
}

impl Source for Mutant<'_> {
    fn read(&self, path: &str) -> io::Result<Option<Cow<'_, [u8]>>> {
        match self.changed.get(path) {
            Some(changed) => Ok(changed.as_deref().map(Cow::Borrowed)),
            None => self.base.read(path),
        }
    }

    fn widths(&self, folder: &str) -> io::Result<Vec<u16>> {
        self.base.widths(folder)
    }
}

/// What has to be found: the first fault is about one of these records, and of one of these kinds.
pub(crate) struct Expected {
    pub(crate) records: Vec<Option<u64>>,
    pub(crate) kinds: &'static [Kind],
}

pub(crate) const RECORD: &[Kind] = &[Kind::Missing, Kind::Moved, Kind::Malformed, Kind::Changed];

pub(crate) fn about(records: &[u64], kinds: &'static [Kind]) -> Expected {
    Expected { records: records.iter().copied().map(Some).collect(), kinds }
}

pub(crate) fn whole(kinds: &'static [Kind]) -> Expected {
    Expected { records: vec![None], kinds }
}

pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 += 1;
        usize::try_from(mixed(self.0) % end as u64).unwrap()
    }
}

pub(crate) struct Base {
    pub(crate) made: Made,
    pub(crate) other: Made,
    pub(crate) newer: Given,
    pub(crate) older: String,
    pub(crate) name: &'static str,
}

impl Base {
    pub(crate) fn new(size: usize, name: &'static str) -> Self {
        let records = day(size as u64 + 1);
        let entries = encoded(&records);
        let mut made = Made::of(&entries[..size], 1);
        let checkpoint = note(size as u64, root_of(&leaves(&entries[..size])), 1);
        made.files.insert("checkpoint".to_owned(), checkpoint.clone().into_bytes());
        let mut others = records;
        others.iter_mut().for_each(|(_, moment)| moment.wall += 1);
        let other = Made::of(&encoded(&others[..size]), 1);
        let older = Made::of(&entries[..size - 1], 1).checkpoint();
        Self { made, other, newer: given("newer", &checkpoint), older, name }
    }

    pub(crate) fn files(&self) -> Vec<&String> {
        self.made.files.keys().collect()
    }

    /// A file that has bytes, where in it, and what has to be found if it is changed there.
    pub(crate) fn place(&self, chance: &mut Chance) -> (String, usize, Expected) {
        let files = self.files();
        let path = files[chance.below(files.len())].clone();
        let at = chance.below(self.made.files[&path].len());
        let expected = self.expected(&path, at);
        (path, at, expected)
    }

    pub(crate) fn expected(&self, path: &str, at: usize) -> Expected {
        let words: Vec<_> = path.split('/').collect();
        let number = |word: &str| word.trim_end_matches(".p").parse::<u64>().unwrap();
        match words.as_slice() {
            ["tile", "entries", index, ..] => {
                let mut end = 0;
                let mut record = 256 * number(index);
                for entry in parse_bundle(&self.made.files[path]).unwrap() {
                    end += 2 + entry.len();
                    if at < end {
                        break;
                    }
                    record += 1;
                }
                about(&[record], RECORD)
            }
            ["tile", level, index, ..] => {
                let below = 256_u64.pow(level.parse().unwrap());
                about(&[(256 * number(index) + at as u64 / 32) * below], &[Kind::Tile])
            }
            _ => whole(&[Kind::Checkpoint]),
        }
    }

    pub(crate) fn entries(&self, index: u64) -> (String, Vec<Vec<u8>>) {
        let width = (self.made.size - 256 * index).min(256);
        let path = entries_path(index, u16::try_from(width).unwrap());
        let entries = parse_bundle(&self.made.files[&path]).unwrap();
        let entries = entries.into_iter().map(<[u8]>::to_vec).collect();
        (path, entries)
    }

    /// Changes the entries of a record's bundle.
    pub(crate) fn edit(
        &self,
        record: u64,
        edit: impl FnOnce(usize, &mut Vec<Vec<u8>>),
    ) -> (String, Vec<u8>) {
        let (path, mut entries) = self.entries(record / 256);
        edit(usize::try_from(record % 256).unwrap(), &mut entries);
        (path, bundle(&entries))
    }
}

pub(crate) fn leaves(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| Hash::of_leaf(entry)).collect()
}

pub(crate) fn bundle(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    entries.iter().for_each(|entry| put_entry(entry, &mut bytes).unwrap());
    bytes
}
