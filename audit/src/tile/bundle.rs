//! Entry bundles (C2SP tlog-tiles, "Log entries"): length in two bytes, big endian, then the entry; again and again.

use super::WIDTH;

/// The bytes are no entry bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedBundle {
    /// The last entry, or its length, is not all there.
    #[error("ends within entry {0} of the bundle")]
    Cut(usize),
    /// More entries than a bundle has.
    #[error("more than 256 entries in a bundle")]
    TooMany,
}

/// An entry whose length has no place in two bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry of more than 65535 bytes")]
pub struct TooLong;

/// The entries of a bundle, in order, at most 256. The caller knows how many there have to be.
///
/// # Errors
/// [`MalformedBundle`] if anything is cut off, or there are more.
pub fn parse_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, MalformedBundle> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if u64::try_from(entries.len()) == Ok(WIDTH) {
            return Err(MalformedBundle::TooMany);
        }
        let (entry, after) = take(rest).ok_or(MalformedBundle::Cut(entries.len()))?;
        entries.push(entry);
        rest = after;
    }
    Ok(entries)
}

/// Adds an entry to a bundle.
///
/// # Errors
/// [`TooLong`], and the bundle is as it was.
pub fn put_entry(entry: &[u8], bundle: &mut Vec<u8>) -> Result<(), TooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| TooLong)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

fn take(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
