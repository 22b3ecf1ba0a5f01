//! The tree as it grows: its tiles and entry bundles go to their files as they fill.

use super::disk::Disk;
use crate::hash::Hash;
use crate::tile::{TileId, WIDTH, entries_path};
use crate::tree::root_of;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The right edge of the tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Edge {
    /// Entries.
    pub(super) size: u64,
    /// The hashes of the tile that is being filled, for each level. A hash at level n stands for 256^n entries.
    pub(super) levels: Vec<Vec<Hash>>,
}

/// A tree whose files are in a folder.
#[derive(Debug)]
pub(super) struct Growth {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    edge: Edge,
    /// The entries of the bundle that is being filled, each behind its length.
    bundle: Vec<u8>,
    /// Files of unfilled tiles, of this checkpoint and of the one before.
    partial: [Vec<PathBuf>; 2],
}

const FULL: usize = 256;
const _: () = assert!(WIDTH == 256);

impl Edge {
    /// The root of the tree.
    pub(super) fn root(&self) -> Hash {
        let mut rest: Option<Hash> = None;
        for level in &self.levels {
            // What lies to the right is less than one of these, and so comes as the last leaf of them.
            let hashes: Vec<_> = level.iter().copied().chain(rest).collect();
            if !hashes.is_empty() {
                rest = Some(root_of(&hashes));
            }
        }
        rest.unwrap_or_else(Hash::of_nothing)
    }
}

impl Growth {
    /// Goes on at this edge, whose entries are a multiple of 256.
    pub(super) fn new(disk: Arc<dyn Disk>, folder: &Path, edge: Edge) -> Self {
        let folder = folder.to_owned();
        Self { disk, folder, edge, bundle: Vec::new(), partial: Default::default() }
    }

    /// Where it is.
    pub(super) fn edge(&self) -> &Edge {
        &self.edge
    }

    /// Takes one more entry. On an error nothing has changed, and the same entry can be given again.
    pub(super) fn push(&mut self, entry: &[u8]) -> io::Result<()> {
        let length = u16::try_from(entry.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        let leaf = Hash::of_leaf(entry);
        let before = self.bundle.len();
        self.bundle.extend_from_slice(&length.to_be_bytes());
        self.bundle.extend_from_slice(entry);
        let edge = self.edge.clone_if_full();
        match self.grow(leaf) {
            Ok(()) => Ok(()),
            Err(error) => {
                self.bundle.truncate(before);
                if let Some(edge) = edge {
                    self.edge = edge;
                } else {
                    self.edge.take_back();
                }
                Err(error)
            }
        }
    }

    fn grow(&mut self, leaf: Hash) -> io::Result<()> {
        self.edge.size += 1;
        let mut hash = leaf;
        for level in 0.. {
            if self.edge.levels.len() <= level {
                self.edge.levels.push(Vec::with_capacity(FULL));
            }
            let Some(tile) = self.edge.levels.get_mut(level) else { break };
            tile.push(hash);
            if tile.len() < FULL {
                break;
            }
            let tile = std::mem::replace(tile, Vec::with_capacity(FULL));
            if level == 0 {
                let index = self.edge.size / WIDTH - 1;
                self.put(&entries_path(index, 256), &self.bundle)?;
            }
            self.put_tile(level, &tile)?;
            hash = root_of(&tile);
        }
        if self.edge.size.is_multiple_of(WIDTH) {
            self.bundle.clear();
        }
        Ok(())
    }

    fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.disk.put(&self.folder.join(path), bytes, false)
    }

    /// The tile that is full with the last entry, or not full yet.
    fn put_tile(&self, level: usize, hashes: &[Hash]) -> io::Result<()> {
        let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
        self.put(&self.tile(level, hashes.len()).path(), &bytes)
    }

    fn tile(&self, level: usize, width: usize) -> TileId {
        let number = u32::try_from(level).unwrap_or_default();
        // A tile of level n stands for 256^(n+1) entries.
        let index = (self.edge.size - 1) / WIDTH.saturating_pow(number + 1);
        let level = u8::try_from(level).unwrap_or(u8::MAX);
        TileId { level, index, width: u16::try_from(width).unwrap_or(u16::MAX) }
    }

    /// Writes the tiles that are not full, so that the tree can be read as it is; takes out those of the checkpoint before
    /// the last one.
    pub(super) fn put_edge(&mut self) -> io::Result<()> {
        let mut now = Vec::new();
        for (level, hashes) in self.edge.levels.iter().enumerate() {
            if !hashes.is_empty() {
                self.put_tile(level, hashes)?;
                now.push(self.folder.join(self.tile(level, hashes.len()).path()));
            }
        }
        if let Some(entries) = self.edge.levels.first().filter(|hashes| !hashes.is_empty()) {
            let width = u16::try_from(entries.len()).unwrap_or(u16::MAX);
            let path = entries_path(self.edge.size / WIDTH, width);
            self.put(&path, &self.bundle)?;
            now.push(self.folder.join(path));
        }
        let [last, before] = &mut self.partial;
        for path in before.drain(..).filter(|path| !now.contains(path) && !last.contains(path)) {
            // One that stays does no harm.
            drop(self.disk.remove(&path));
        }
        *before = std::mem::replace(last, now);
        Ok(())
    }
}

impl Edge {
    /// A copy, if the next entry fills a tile; otherwise it can be taken back without one.
    fn clone_if_full(&self) -> Option<Self> {
        let about_to_fill = self.levels.first().is_some_and(|tile| tile.len() + 1 == FULL);
        about_to_fill.then(|| self.clone())
    }

    fn take_back(&mut self) {
        self.size -= 1;
        if let Some(tile) = self.levels.first_mut() {
            tile.pop();
        }
    }
}
