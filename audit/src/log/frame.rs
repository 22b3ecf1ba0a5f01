//! What is written to a segment of the journal at a time: the records that waited together.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `PHJ1` |
//! | 4 | length of the entries, big endian |
//! | 4 | CRC-32 of everything behind this |
//! | 8 | number of the segment, big endian: what an earlier use of the file left is none of ours |
//! | 8 | index of the first entry, big endian |
//! | 4 | how many entries, big endian |
//! | length | the entries, each behind its length (2 bytes, big endian) |

use std::ops::Range;

const MAGIC: [u8; 4] = *b"PHJ1";

/// Bytes before the entries.
pub(super) const HEAD: usize = 32;

/// Where the sum begins.
const SUMMED: usize = 12;

/// A frame that was found in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Index of its first entry.
    pub(super) first: u64,
    /// Where its entries lie.
    pub(super) entries: Range<usize>,
    /// How many there are.
    pub(super) count: u32,
}

/// Makes room for the head of a frame whose entries are to follow.
pub(super) fn begin(frame: &mut Vec<u8>) {
    frame.clear();
    frame.resize(HEAD, 0);
}

/// Fills in the head of a frame whose entries are all there.
pub(super) fn finish(frame: &mut [u8], segment: u64, first: u64, count: u32) {
    let length = u32::try_from(frame.len().saturating_sub(HEAD)).unwrap_or(u32::MAX);
    put(frame, 0, &MAGIC);
    put(frame, 4, &length.to_be_bytes());
    put(frame, 12, &segment.to_be_bytes());
    put(frame, 20, &first.to_be_bytes());
    put(frame, 28, &count.to_be_bytes());
    let sum = crc32fast::hash(frame.get(SUMMED..).unwrap_or_default());
    put(frame, 8, &sum.to_be_bytes());
}

fn put(frame: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = frame.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|bytes| u64::from_be_bytes(*bytes))
}

/// The whole frame of this segment that begins at `at`, if there is one.
pub(super) fn at(bytes: &[u8], at: usize, segment: u64) -> Option<Found> {
    let here = bytes.get(at..)?;
    if here.first_chunk() != Some(&MAGIC) || long(here, 12)? != segment {
        return None;
    }
    let length = usize::try_from(word(here, 4)?).ok()?;
    let summed = here.get(SUMMED..HEAD.checked_add(length)?)?;
    if crc32fast::hash(summed) != word(here, 8)? {
        return None;
    }
    let entries = at + HEAD..at + HEAD + length;
    Some(Found { first: long(here, 20)?, entries, count: word(here, 28)? })
}

/// Whether a whole frame of this segment begins anywhere behind `from`. Frames are written one after another, each when
/// the one before is durable: behind one that was torn there is none.
pub(super) fn any_behind(bytes: &[u8], from: usize, segment: u64) -> bool {
    let behind = bytes.get(from..).unwrap_or_default();
    let magic = behind.windows(MAGIC.len()).enumerate().filter(|(_, four)| **four == MAGIC);
    magic.into_iter().any(|(offset, _)| at(bytes, from + offset, segment).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(segment: u64, first: u64, entries: &[u8]) -> Vec<u8> {
        let mut frame = Vec::new();
        begin(&mut frame);
        frame.extend_from_slice(entries);
        finish(&mut frame, segment, first, 1);
        frame
    }

    #[test]
    fn a_frame_is_found_where_it_is_whole() {
        let one = frame(7, 100, b"entries");
        let mut bytes = one.clone();
        bytes.extend(frame(7, 101, b"more"));
        bytes.resize(bytes.len() + 100, 0);
        let found = at(&bytes, 0, 7).unwrap();
        assert_eq!(
            (found.first, found.count, &bytes[found.entries.clone()]),
            (100, 1, &b"entries"[..])
        );
        assert_eq!(at(&bytes, found.entries.end, 7).unwrap().first, 101);
        assert_eq!(at(&bytes, 0, 8), None, "of another use of the file");
        for bit in 0..8 * one.len() {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(at(&changed, 0, 7), None, "bit {bit}");
            assert!(any_behind(&changed, 0, 7));
        }
        for cut in 0..one.len() {
            assert_eq!(at(&one[..cut], 0, 7), None);
        }
        assert!(!any_behind(&bytes, 1 + one.len(), 7));
    }
}
