//! The tiles above the records, and which of records and tiles are those that were signed.
//!
//! Every tile can be had twice: as it is stored, and as the records below make it. What fits the signed root, from the top
//! down, is good; where the two differ below that, the other one was changed.

use super::block::{self, Block, Place};
use super::fault::{Fault, Kind};
use super::source::Source;
use crate::hash::Hash;
use crate::tile::{TileId, WIDTH, all_tiles};
use crate::tree::root_of;
use std::io;

/// A level of tiles, from 1 on.
#[derive(Debug, Default)]
struct Level {
    level: u8,
    /// Made from the records.
    computed: Vec<Option<Hash>>,
    /// As stored, tile by tile.
    stored: Vec<(TileId, Result<Vec<Hash>, String>)>,
}

const FULL: usize = 256;
const _: () = assert!(WIDTH == 256);

/// Says what does not fit the signed root: nothing, if every record and every tile does.
pub(super) fn judge(
    source: &dyn Source,
    size: u64,
    root: Hash,
    blocks: &[Block],
) -> io::Result<Vec<Fault>> {
    let mut faults = Vec::new();
    let levels = levels(source, size, blocks)?;
    let edge = blocks.last().filter(|_| !size.is_multiple_of(WIDTH));
    let signed = signed_edges(edge, &levels, root);
    if signed.is_none() {
        let what = "records and hashes do not make the root that was signed: they were changed together, or the checkpoint is \
                    not theirs";
        faults.push(Fault::whole(Kind::Root, what));
    }
    // From the top: the hashes of each level that fit the one above.
    let mut above: Vec<Option<Hash>> = Vec::new();
    for (number, level) in levels.iter().enumerate().rev() {
        let signed_edge =
            signed.as_ref().and_then(|edges| edges.get(number + 1)).and_then(Option::as_ref);
        above = level.fitting(&above, signed_edge, &mut faults);
    }
    let edge_root = signed.as_ref().and_then(|edges| edges.first()).and_then(Option::as_ref);
    for block in blocks {
        let place = Place { number: block.number, width: width_of(block.number, size) };
        let is_edge = u64::from(place.width) < WIDTH;
        let at = usize::try_from(block.number).unwrap_or(usize::MAX);
        let right = if is_edge {
            edge_root.and_then(|root| root.first()).copied()
        } else {
            above.get(at).copied().flatten()
        };
        judge_block(block, place, right, &mut faults);
    }
    Ok(faults)
}

pub(super) fn width_of(number: u64, size: u64) -> u16 {
    TileId::in_tree(0, number, size).map_or(0, |tile| tile.width)
}

fn levels(source: &dyn Source, size: u64, blocks: &[Block]) -> io::Result<Vec<Level>> {
    let full = blocks.iter().filter(|block| u64::from(width_of(block.number, size)) == WIDTH);
    let mut row: Vec<_> = full.map(|block| block.computed).collect();
    let mut levels: Vec<Level> = Vec::new();
    for tile in all_tiles(size).filter(|tile| tile.level > 0) {
        if levels.last().is_none_or(|last| last.level != tile.level) {
            if let Some(last) = levels.last() {
                row = last.computed.chunks_exact(FULL).map(root_if_whole).collect();
            }
            levels.push(Level { level: tile.level, computed: row.clone(), stored: Vec::new() });
        }
        if let Some(level) = levels.last_mut() {
            level.stored.push((tile, block::hashes(source, tile)?));
        }
    }
    Ok(levels)
}

fn whole(hashes: &[Option<Hash>]) -> Option<Vec<Hash>> {
    hashes.iter().copied().collect()
}

fn root_if_whole(hashes: &[Option<Hash>]) -> Option<Hash> {
    whole(hashes).map(|hashes| root_of(&hashes))
}

/// The hashes on the right edge of each level, from 0 on, that make the signed root: those that the records make, or those
/// that are stored, level by level. A level without an edge has nothing.
fn signed_edges(
    edge: Option<&Block>,
    levels: &[Level],
    root: Hash,
) -> Option<Vec<Option<Vec<Hash>>>> {
    let bottom =
        edge.map(|block| [block.computed, block.stored].map(|root| root.map(|root| vec![root])));
    let choices: Vec<_> = std::iter::once(bottom).chain(levels.iter().map(Level::edge)).collect();
    for choice in 0..1_u32 << choices.len().min(16) {
        let chosen = choices.iter().enumerate().map(|(level, choice_of)| match choice_of {
            None => Some(None),
            Some([computed, stored]) => {
                let one = if choice >> level & 1 == 0 { computed } else { stored };
                one.clone().map(Some)
            }
        });
        let Some(chosen) = chosen.collect::<Option<Vec<_>>>() else { continue };
        let mut right = None;
        for hashes in &chosen {
            // What lies to the right of a level's hashes counts as the last of them.
            let hashes: Vec<_> = hashes.iter().flatten().copied().chain(right).collect();
            right = if hashes.is_empty() { None } else { Some(root_of(&hashes)) };
        }
        if right.unwrap_or_else(Hash::of_nothing) == root {
            return Some(chosen);
        }
    }
    None
}

impl Level {
    /// The tile that is not full: as the records make it, and as it is stored.
    fn edge(&self) -> Option<[Option<Vec<Hash>>; 2]> {
        let (tile, stored) = self.stored.last().filter(|(tile, _)| !tile.is_full())?;
        let from = usize::try_from(tile.index).ok()?.checked_mul(FULL)?;
        Some([self.computed.get(from..).and_then(whole), stored.clone().ok()])
    }

    /// The hashes of this level that fit those above; tiles that do not are faults.
    fn fitting(
        &self,
        above: &[Option<Hash>],
        signed_edge: Option<&Vec<Hash>>,
        faults: &mut Vec<Fault>,
    ) -> Vec<Option<Hash>> {
        let mut all = Vec::with_capacity(self.computed.len());
        for (number, (tile, stored)) in self.stored.iter().enumerate() {
            let computed = self.computed.chunks(FULL).nth(number).unwrap_or_default();
            let right = above.get(number).copied().flatten();
            let is_signed = |hashes: &[Hash]| {
                if tile.is_full() {
                    right == Some(root_of(hashes))
                } else {
                    signed_edge.is_some_and(|edge| edge == hashes)
                }
            };
            let is_known = if tile.is_full() { right.is_some() } else { signed_edge.is_some() };
            let made = whole(computed);
            let made_is_signed = made.as_deref().is_some_and(is_signed);
            let stored_is_good = if is_known {
                stored.as_deref().is_ok_and(is_signed)
            } else {
                // Nothing says which is right; two that are the same do not accuse each other.
                made.is_none() || stored.as_ref().ok() == made.as_ref()
            };
            if !stored_is_good {
                faults.push(tile_fault(*tile, stored, made.as_deref().filter(|_| made_is_signed)));
            }
            match stored {
                Ok(stored) if !made_is_signed => all.extend(stored.iter().copied().map(Some)),
                Ok(_) | Err(_) => all.extend_from_slice(computed),
            }
        }
        all
    }
}

/// A tile that is not as it was signed; `right` is what it should be, if the records are good.
fn tile_fault(tile: TileId, stored: &Result<Vec<Hash>, String>, right: Option<&[Hash]>) -> Fault {
    // The records below the first hash that is wrong.
    let below = WIDTH.saturating_pow(u32::from(tile.level));
    let first = tile.index.saturating_mul(WIDTH).saturating_mul(below);
    let path = tile.path();
    match (stored, right) {
        (Err(what), Some(_)) => Fault::of(
            first,
            Kind::Tile,
            format!("it is as it was signed, but a file of hashes above it is not: {what}"),
        ),
        (Err(what), None) => Fault::of(first, Kind::Tile, what.clone()),
        (Ok(stored), Some(right)) => {
            let at = stored
                .iter()
                .zip(right)
                .position(|(stored, right)| stored != right)
                .unwrap_or_default();
            let record =
                first.saturating_add(u64::try_from(at).unwrap_or_default().saturating_mul(below));
            let what = format!(
                "it is as it was signed, but hash {at} of {path}, which stands for it, was changed"
            );
            Fault::of(record, Kind::Tile, what)
        }
        (Ok(_), None) => Fault::of(
            first,
            Kind::Tile,
            format!("{path}, the hashes from it on, does not fit what was signed"),
        ),
    }
}

fn judge_block(block: &Block, place: Place, right: Option<Hash>, faults: &mut Vec<Fault>) {
    let first = place.first();
    let good = right.is_some() && block.computed == right;
    if good {
        // Signed, and no records of this log all the same.
        let signed = |fault: &Fault| Fault {
            what: format!("{}; it was signed like this", fault.what),
            ..fault.clone()
        };
        faults.extend(block.faults.iter().map(signed));
        if let Some(what) = &block.bad_tile {
            let what = format!("it is as it was signed, but the file of its hash is not: {what}");
            faults.push(Fault::of(first, Kind::Tile, what));
        } else if let Some((record, _)) = &block.differs {
            let what = format!(
                "it is as it was signed, but its hash in {} was changed",
                place.tile().path()
            );
            faults.push(Fault::of(*record, Kind::Tile, what));
        }
        return;
    }
    faults.extend(block.faults.iter().cloned());
    let sure = right.is_some() && block.stored == right;
    match &block.differs {
        Some((record, reads)) if sure => {
            faults.push(Fault::of(
                *record,
                Kind::Changed,
                format!("it is not the one that was signed{reads}"),
            ));
        }
        Some((record, reads)) => {
            let neither = if right.is_some() { ", and neither fits what was signed" } else { "" };
            let what =
                format!("it does not fit its hash in {}{neither}{reads}", place.tile().path());
            faults.push(Fault::of(*record, Kind::Changed, what));
        }
        None if block.faults.is_empty() && right.is_some() => {
            let last = first + u64::from(place.width) - 1;
            let what =
                format!("one of the records {first} to {last} was changed, and its hash with it");
            faults.push(Fault::of(first, Kind::Changed, what));
        }
        None => {}
    }
    if let Some(what) = block.bad_tile.as_ref().filter(|_| block.faults.is_empty()) {
        faults.push(Fault::of(first, Kind::Tile, what.clone()));
    }
}
