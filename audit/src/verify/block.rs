//! A bundle of entries and the tile of their hashes.

use super::fault::{Fault, Kind, quoted};
use super::source::{Source, find};
use super::times::{Stamp, backwards};
use crate::hash::{HASH_BYTES, Hash};
use crate::record::{Entry, Line, Moment, Record, event};
use crate::tile::{TileId, WIDTH, entries_path};
use crate::tree::root_of;
use std::io;

/// How many faults of one bundle are kept.
const MOST_FAULTS: usize = 4;

/// Which part of a tree is looked at: bundle `number` of a tree of `size` entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) number: u64,
    pub(super) width: u16,
}

impl Place {
    pub(super) fn first(self) -> u64 {
        self.number * WIDTH
    }

    fn end(self) -> u64 {
        self.first() + u64::from(self.width)
    }

    pub(super) fn tile(self) -> TileId {
        TileId { level: 0, index: self.number, width: self.width }
    }
}

/// What was found there.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) number: u64,
    /// The root over the entries, if as many are there as belong there.
    pub(super) computed: Option<Hash>,
    /// The root over the tile, if it is there and of the right length.
    pub(super) stored: Option<Hash>,
    /// The first record whose hash is not that of the tile, and what it says.
    pub(super) differs: Option<(u64, String)>,
    /// Entries that are missing or cannot be where they are.
    pub(super) faults: Vec<Fault>,
    /// The file of the bundle is not there at all.
    pub(super) absent: bool,
    /// Why the tile cannot be read.
    pub(super) bad_tile: Option<String>,
    pub(super) first: Option<Stamp>,
    pub(super) last: Option<Moment>,
    pub(super) backwards: Vec<Fault>,
    /// Changes of the signing key: where, and the detail.
    pub(super) changes: Vec<(u64, String)>,
    /// Commands, acts, events.
    pub(super) counts: [u64; 3],
}

/// Reads and checks a bundle and its tile.
pub(super) fn read(source: &dyn Source, place: Place) -> io::Result<Block> {
    let mut block = Block { number: place.number, ..Block::default() };
    let path = |width| entries_path(place.number, width);
    let leaves = match find(source, place.width, path)? {
        Some(found) => block.entries(place, &found.bytes, found.exact),
        None => {
            block.absent = true;
            let what = format!(
                "it is missing: {} is not there (if it is in an archive, name the archive)",
                path(place.width)
            );
            block.faults.push(Fault::of(place.first(), Kind::Missing, what));
            Vec::new()
        }
    };
    if leaves.len() == usize::from(place.width) {
        block.computed = Some(root_of(&leaves));
    }
    match hashes(source, place.tile())? {
        Ok(hashes) => block.compare(place, &leaves, &hashes, source)?,
        Err(what) => block.bad_tile = Some(what),
    }
    Ok(block)
}

impl Block {
    /// Walks over the entries and gives their hashes.
    fn entries(&mut self, place: Place, bytes: &[u8], exact: bool) -> Vec<Hash> {
        let mut leaves = Vec::with_capacity(usize::from(place.width));
        let mut rest = bytes;
        for index in place.first()..place.end() {
            let Some((entry, behind)) = take(rest) else {
                let file = entries_path(place.number, place.width);
                let what = if rest.is_empty() {
                    format!("it is missing: {file} ends before it")
                } else {
                    format!("{file} ends within it")
                };
                self.fault(index, Kind::Missing, what);
                return leaves;
            };
            leaves.push(Hash::of_leaf(entry));
            self.entry(index, entry);
            rest = behind;
        }
        if exact && !rest.is_empty() {
            let what = format!(
                "{} has more behind its last record",
                entries_path(place.number, place.width)
            );
            self.fault(place.end(), Kind::Malformed, what);
        }
        leaves
    }

    fn entry(&mut self, index: u64, bytes: &[u8]) {
        let Ok(entry) = Entry::take(bytes) else {
            self.fault(index, Kind::Malformed, "its bytes are no record");
            return;
        };
        if entry.index != index {
            self.fault(index, Kind::Moved, format!("record {} stands in its place", entry.index));
            return;
        }
        let [commands, acts, events] = &mut self.counts;
        match &entry.record {
            Record::Command(_) => *commands += 1,
            Record::Act(_) => *acts += 1,
            Record::Event(one) => {
                *events += 1;
                if one.name == event::KEY {
                    self.changes.push((index, one.detail.clone()));
                }
            }
        }
        let stamp = Stamp::of(&entry);
        if let Some(fault) = self.last.and_then(|before| backwards(before, &stamp))
            && self.backwards.len() < MOST_FAULTS
        {
            self.backwards.push(fault);
        }
        self.last = Some(entry.moment);
        self.first.get_or_insert(stamp);
    }

    fn fault(&mut self, index: u64, kind: Kind, what: impl Into<String>) {
        if self.faults.len() < MOST_FAULTS {
            self.faults.push(Fault::of(index, kind, what));
        }
    }

    fn compare(
        &mut self,
        place: Place,
        leaves: &[Hash],
        stored: &[Hash],
        source: &dyn Source,
    ) -> io::Result<()> {
        let place_of = leaves.iter().zip(stored).position(|(leaf, stored)| leaf != stored);
        if place_of.is_none() && leaves.len() == stored.len() {
            self.stored = self.computed;
            return Ok(());
        }
        self.stored = Some(root_of(stored));
        let Some(at) = place_of else { return Ok(()) };
        let path = |width| entries_path(place.number, width);
        let found = find(source, place.width, path)?;
        let mut rest = found.as_ref().map_or(&[][..], |found| &found.bytes);
        let mut entry = &[][..];
        for _ in 0..=at {
            (entry, rest) = take(rest).unwrap_or_default();
        }
        let reads = match Entry::take(entry) {
            Ok(entry) => format!("; it reads now: {}", quoted(&Line(&entry).to_string())),
            Err(_) => String::new(),
        };
        self.differs = Some((place.first() + u64::try_from(at).unwrap_or_default(), reads));
        Ok(())
    }
}

/// The hashes of a tile, or why they cannot be had.
pub(super) fn hashes(source: &dyn Source, tile: TileId) -> io::Result<Result<Vec<Hash>, String>> {
    let path = |width| TileId { width, ..tile }.path();
    let Some(found) = find(source, tile.width, path)? else {
        return Ok(Err(format!("{} is not there", tile.path())));
    };
    let (hashes, rest) = found.bytes.as_chunks::<HASH_BYTES>();
    let width = usize::from(tile.width);
    let length =
        rest.is_empty() && if found.exact { hashes.len() == width } else { hashes.len() > width };
    if !length {
        let (bytes, right) = (found.bytes.len(), tile.bytes());
        return Ok(Err(format!("{} has {bytes} bytes, where {right} belong", tile.path())));
    }
    Ok(Ok(hashes.iter().take(width).copied().map(Hash).collect()))
}

/// The first entry of a bundle, and what is behind it.
pub(crate) fn take(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}
