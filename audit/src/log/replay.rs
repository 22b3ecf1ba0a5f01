//! What the journal still holds when a daemon starts.

use super::error::LogError;
use super::frame;
use crate::record::Entry;
use std::fs;
use std::path::{Path, PathBuf};

/// Entries of the journal that are not yet known to be durable elsewhere.
#[derive(Debug, Default)]
pub(super) struct Replayed {
    /// The entries, from the index that was asked for.
    pub(super) entries: Vec<Vec<u8>>,
    /// The segments that are there: number, and index of the first entry.
    pub(super) segments: Vec<(u64, Option<u64>)>,
}

/// The first file of a daemon's life has so many bytes, and each after it twice as many, up to what the setup says: a
/// quiet appliance needs no large files.
const FIRST_BYTES: u64 = 1024 * 1024;

/// Bytes of a segment; the first one of this life has the number `first`.
pub(super) fn size(number: u64, first: u64, most: u64) -> u64 {
    let doublings = u32::try_from(number.saturating_sub(first)).unwrap_or(u32::MAX);
    FIRST_BYTES.checked_shl(doublings.min(20)).unwrap_or(most).min(most)
}

/// The file of a segment.
pub(super) fn path(journal: &Path, number: u64) -> PathBuf {
    journal.join(format!("{number:016}.journal"))
}

/// One frame: index of its first entry, and the entries.
struct Frame {
    first: u64,
    entries: Vec<Vec<u8>>,
}

impl Frame {
    /// Index of the entry behind its last one.
    fn end(&self) -> u64 {
        self.first.saturating_add(u64::try_from(self.entries.len()).unwrap_or(u64::MAX))
    }
}

/// Reads the journal; entries before `from` are elsewhere already.
pub(super) fn replay(journal: &Path, from: u64) -> Result<Replayed, LogError> {
    let mut replayed = Replayed::default();
    let mut frames: Vec<Frame> = Vec::new();
    for number in numbers(journal)? {
        let path = path(journal, number);
        let read = read_segment(&path, number)?;
        let first = read.first().map(|frame| frame.first);
        replayed.segments.push((number, first));
        if let Some(first) = first {
            // A segment that was given up after an error may hold a frame that nobody was told of as kept.
            frames.retain(|frame| frame.first < first);
        }
        frames.extend(read);
    }
    let end = frames.last().map(Frame::end);
    if end.is_some_and(|end| end < from) {
        let what = format!("its entries end before entry {from}, up to which the tree was written");
        return Err(LogError::damaged(journal, what));
    }
    // Files go one by one, and somebody may have copied some of those only that are needed no more.
    frames.retain(|frame| frame.end() > from);
    let mut next = None;
    for frame in frames {
        let expected = next.unwrap_or(frame.first.min(from));
        if frame.first != expected {
            let what = format!("entry {expected} is missing; the next one is {}", frame.first);
            return Err(LogError::damaged(journal, what));
        }
        let mut index = frame.first;
        for entry in frame.entries {
            if Entry::index_of(&entry) != Ok(index) {
                return Err(LogError::damaged(journal, format!("entry {index} is another one")));
            }
            if index >= from {
                replayed.entries.push(entry);
            }
            index = index.checked_add(1).ok_or_else(|| {
                LogError::damaged(journal, "there are no entries with such numbers")
            })?;
        }
        next = Some(index);
    }
    Ok(replayed)
}

fn numbers(journal: &Path) -> Result<Vec<u64>, LogError> {
    let mut numbers = Vec::new();
    for file in fs::read_dir(journal).map_err(|reason| LogError::disk(journal, reason))? {
        let file = file.map_err(|reason| LogError::disk(journal, reason))?;
        let name = file.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".journal"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

fn read_segment(path: &Path, number: u64) -> Result<Vec<Frame>, LogError> {
    let bytes = fs::read(path).map_err(|reason| LogError::disk(path, reason))?;
    let mut frames = Vec::new();
    let mut at = 0;
    while let Some(found) = frame::at(&bytes, at, number) {
        at = found.entries.end;
        let entries = bytes.get(found.entries).and_then(split).unwrap_or_default();
        if u32::try_from(entries.len()) != Ok(found.count) {
            return Err(LogError::damaged(path, "a frame does not hold what it says"));
        }
        frames.push(Frame { first: found.first, entries });
    }
    if frame::any_behind(&bytes, at, number) {
        return Err(LogError::damaged(
            path,
            format!("something before its end, at byte {at}, was changed"),
        ));
    }
    Ok(frames)
}

/// Entries behind their lengths.
fn split(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (entry, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        entries.push(entry.to_vec());
        bytes = rest;
    }
    bytes.is_empty().then_some(entries)
}

#[cfg(test)]
mod tests {
    use super::{frame, path, replay};
    use crate::record::{Event, Moment, Record};
    use std::fs;
    use std::path::Path;

    /// A file of the journal that holds the entries from `first` to before `end`, two to a frame.
    fn segment(journal: &Path, number: u64, first: u64, end: u64) {
        let mut bytes = Vec::new();
        for first in (first..end).step_by(2) {
            let mut whole = Vec::new();
            frame::begin(&mut whole);
            let indices = first..end.min(first + 2);
            let count = u32::try_from(indices.clone().count()).unwrap();
            for index in indices {
                let event = Event { name: "number".to_owned(), detail: index.to_string() };
                let mut entry = Vec::new();
                Record::Event(event).put(index, Moment::default(), &mut entry);
                whole.extend_from_slice(&u16::try_from(entry.len()).unwrap().to_be_bytes());
                whole.extend_from_slice(&entry);
            }
            frame::finish(&mut whole, number, first, count);
            bytes.extend(whole);
        }
        bytes.resize(bytes.len() + 64, 0);
        fs::write(path(journal, number), bytes).unwrap();
    }

    fn replayed(journal: &Path, from: u64) -> Result<usize, String> {
        replay(journal, from).map(|found| found.entries.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn only_what_the_tree_does_not_hold_has_to_be_there() {
        let journal = tempfile::tempdir().unwrap();
        let journal = journal.path();
        for number in 1..5 {
            segment(journal, number, 10 * number, 10 * number + 10);
        }
        assert_eq!(replayed(journal, 10), Ok(40));
        assert_eq!(replayed(journal, 33), Ok(17));
        assert_eq!(replayed(journal, 50), Ok(0));
        assert!(replayed(journal, 9).unwrap_err().contains("entry 9 is missing"));
        assert!(replayed(journal, 51).unwrap_err().contains("end before entry 51"));
        // One of several that are needed no more is gone.
        fs::remove_file(path(journal, 2)).unwrap();
        assert_eq!(replayed(journal, 30), Ok(20));
        assert_eq!(replayed(journal, 35), Ok(15));
        assert!(replayed(journal, 29).unwrap_err().contains("entry 29 is missing"));
        assert!(replayed(journal, 10).unwrap_err().contains("entry 20 is missing"));
        fs::remove_file(path(journal, 4)).unwrap();
        assert!(replayed(journal, 45).unwrap_err().contains("end before entry 45"));
    }

    #[test]
    fn what_an_earlier_use_left_in_a_file_is_nobodys() {
        let journal = tempfile::tempdir().unwrap();
        let journal = journal.path();
        segment(journal, 1, 0, 10);
        segment(journal, 2, 10, 20);
        fs::rename(path(journal, 1), path(journal, 3)).unwrap();
        assert_eq!(replayed(journal, 10), Ok(10));
        // Its first frames are new ones.
        let old = fs::read(path(journal, 3)).unwrap();
        segment(journal, 3, 20, 24);
        let mut mixed = fs::read(path(journal, 3)).unwrap();
        mixed.truncate(mixed.len() - 64);
        let new = mixed.len();
        mixed.extend_from_slice(&old[new..]);
        fs::write(path(journal, 3), &mixed).unwrap();
        assert_eq!(replayed(journal, 10), Ok(14));
        // The last of these is torn: in its place is some of what was there.
        let fresh = mixed.clone();
        for torn in (new / 2 + 1..new).rev() {
            mixed[torn..new].copy_from_slice(&old[torn..new]);
            fs::write(path(journal, 3), &mixed).unwrap();
            assert_eq!(replayed(journal, 10), Ok(if mixed == fresh { 14 } else { 12 }), "{torn}");
        }
        assert_ne!(mixed, fresh);
    }
}
