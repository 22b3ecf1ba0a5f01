//! Which change of the signing key a log told of last: who was stopped in the middle of one needs to know whether the log
//! has it. What such a record says, [`rotation`](crate::verify::rotation) knows.

use crate::record::{Entry, Record, event};
use crate::tile::{WIDTH, entries_path, parse_bundle};
use std::fs;
use std::io;
use std::path::Path;

/// What an entry says of a change of the key, if it is about one.
#[must_use]
pub fn told(entry: &[u8]) -> Option<String> {
    // Commands, which are most of a log, are not worth being read for it.
    (entry.get(1) == Some(&EVENT)).then_some(())?;
    match Entry::take(entry).ok()?.record {
        Record::Event(told) if told.name == event::KEY => Some(told.detail),
        Record::Event(_) | Record::Act(_) | Record::Command(_) => None,
    }
}

/// The byte of events.
const EVENT: u8 = 3;

/// The last change in the full bundles of a log, looked for from entry `end` back to entry `start`.
///
/// # Errors
/// What the disk says, also of a bundle that is not there.
pub fn last_in_bundles(folder: &Path, start: u64, end: u64) -> io::Result<Option<String>> {
    for bundle in (start / WIDTH..end / WIDTH).rev() {
        let path = folder.join(entries_path(bundle, FULL));
        let bytes = fs::read(&path).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        let entries = parse_bundle(&bytes).map_err(io::Error::other)?;
        if let Some(detail) = entries.into_iter().rev().find_map(told) {
            return Ok(Some(detail));
        }
    }
    Ok(None)
}

const FULL: u16 = 256;

#[cfg(test)]
mod tests {
    use super::{last_in_bundles, told};
    use crate::record::{Act, Event, Moment, Record, event};
    use crate::tile::{entries_path, put_entry};

    fn entry(record: &Record) -> Vec<u8> {
        let mut bytes = Vec::new();
        record.put(0, Moment::default(), &mut bytes);
        bytes
    }

    fn change(detail: &str) -> Record {
        Record::Event(Event { name: event::KEY.to_owned(), detail: detail.to_owned() })
    }

    #[test]
    fn the_last_change_is_found() {
        let other = Record::Event(Event { name: event::START.to_owned(), detail: "a".to_owned() });
        assert_eq!(told(&entry(&change("a b c d"))), Some("a b c d".to_owned()));
        assert_eq!(told(&entry(&other)), None);
        assert_eq!(told(&entry(&Record::Act(Act::default()))), None);
        assert_eq!(told(&[]), None);

        let folder = tempfile::tempdir().unwrap();
        for bundle in 0..3 {
            let mut bytes = Vec::new();
            for at in 0..256 {
                let changes = bundle < 2 && (at == 7 || at == 9);
                let record =
                    if changes { change(&format!("{bundle} {at}")) } else { other.clone() };
                put_entry(&entry(&record), &mut bytes).unwrap();
            }
            let path = folder.path().join(entries_path(bundle, 256));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        let find = |start, end| last_in_bundles(folder.path(), start, end);
        assert_eq!(find(0, 800).unwrap(), Some("1 9".to_owned()));
        assert_eq!(find(0, 300).unwrap(), Some("0 9".to_owned()));
        assert_eq!(find(600, 800).unwrap(), None);
        assert_eq!(find(0, 255).unwrap(), None, "the rest is in the journal");
        assert!(find(0, 1024).is_err(), "a bundle that is not there");
    }
}
