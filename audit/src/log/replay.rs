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
    if next.is_some_and(|next| next < from) {
        let what = format!("its entries end before entry {from}, up to which the tree was written");
        return Err(LogError::damaged(journal, what));
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
