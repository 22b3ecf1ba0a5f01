//! Up to where the tree's own files are durable: from there on the journal is needed.
//!
//! The file `journal/synced`: `PHS1`, the number of entries (8 bytes, big endian), then for each level how many hashes
//! (2 bytes, big endian) and the hashes; at the end CRC-32 of all of it.

use super::error::LogError;
use super::growth::Edge;
use crate::hash::{HASH_BYTES, Hash};
use crate::tile::WIDTH;
use std::fs;
use std::io;
use std::path::Path;

const MAGIC: [u8; 4] = *b"PHS1";

/// The name of the file in the folder of the journal.
pub(super) const NAME: &str = "synced";

pub(super) fn encode(edge: &Edge) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&edge.size.to_be_bytes());
    for level in &edge.levels {
        bytes.extend_from_slice(&u16::try_from(level.len()).unwrap_or(u16::MAX).to_be_bytes());
        level.iter().for_each(|hash| bytes.extend_from_slice(&hash.0));
    }
    let sum = crc32fast::hash(&bytes);
    bytes.extend_from_slice(&sum.to_be_bytes());
    bytes
}

fn decode(bytes: &[u8]) -> Option<Edge> {
    let (bytes, sum) = bytes.split_last_chunk::<4>()?;
    if crc32fast::hash(bytes) != u32::from_be_bytes(*sum) {
        return None;
    }
    let (size, mut rest) = bytes.strip_prefix(&MAGIC)?.split_first_chunk::<8>()?;
    let mut levels = Vec::new();
    while let Some((count, hashes)) = rest.split_first_chunk::<2>() {
        let length = HASH_BYTES * usize::from(u16::from_be_bytes(*count));
        let (hashes, behind) = hashes.split_at_checked(length)?;
        let (hashes, _) = hashes.as_chunks::<HASH_BYTES>();
        levels.push(hashes.iter().copied().map(Hash).collect());
        rest = behind;
    }
    let edge = Edge { size: u64::from_be_bytes(*size), levels };
    (rest.is_empty() && is_whole(&edge)).then_some(edge)
}

/// Whether these are the hashes that a tree of so many entries has beside its full tiles: of each level as many as there are
/// beyond a multiple of 256. It is written when the last tile of entries is full.
fn is_whole(edge: &Edge) -> bool {
    let mut rest = edge.size;
    let fits = edge.levels.iter().all(|level| {
        let there = u64::try_from(level.len()) == Ok(rest % WIDTH);
        rest /= WIDTH;
        there
    });
    // More than half of what can be counted nobody ever writes, and sums of it stay in bounds.
    fits && rest == 0 && edge.size.is_multiple_of(WIDTH) && i64::try_from(edge.size).is_ok()
}

/// What was durable when it was last said; nothing in a new log.
pub(super) fn read(journal: &Path) -> Result<Edge, LogError> {
    let path = journal.join(NAME);
    match fs::read(&path) {
        Ok(bytes) => {
            decode(&bytes).ok_or_else(|| LogError::damaged(&path, "its check sum is wrong"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Edge::default()),
        Err(error) => Err(LogError::disk(&path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Edge, Hash, decode, encode};

    #[test]
    fn an_edge_is_read_as_it_is_written() {
        let levels = vec![vec![], vec![Hash([1; 32]); 255], vec![Hash([2; 32])]];
        let edge = Edge { size: (256 + 255) * 256, levels };
        let bytes = encode(&edge);
        assert_eq!(decode(&bytes), Some(edge));
        assert_eq!(decode(&encode(&Edge::default())), Some(Edge::default()));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(decode(&changed), None, "{at}");
            assert_eq!(decode(&bytes[..at]), None, "{at}");
        }
    }

    /// Found by fuzzing: the sum was right, and the tree then failed over it.
    #[test]
    fn levels_are_those_of_the_size() {
        let edge = |size, counts: &[usize]| Edge {
            size,
            levels: counts.iter().map(|count| vec![Hash([1; 32]); *count]).collect(),
        };
        for good in [edge(256, &[0, 1]), edge(65536, &[0, 0, 1]), edge(0, &[0, 0])] {
            assert_eq!(decode(&encode(&good)), Some(good));
        }
        for bad in [
            edge(0, &[1]),
            edge(1, &[1]),
            edge(256, &[0]),
            edge(256, &[0, 2]),
            edge(256, &[256, 0]),
            edge(257, &[1, 1]),
            edge(0x8000_0000_0000_0000, &[0, 0, 0, 0, 0, 0, 0, 0x80]),
        ] {
            assert_eq!(decode(&encode(&bad)), None, "{bad:?}");
        }
    }
}
