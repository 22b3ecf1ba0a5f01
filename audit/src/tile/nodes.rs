//! The nodes of a tree, from its tiles.

use super::{HEIGHT, TileId, WIDTH};
use crate::hash::{HASH_BYTES, Hash};
use crate::tree::{Nodes, root_of};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A node cannot be had from tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E> {
    /// The tree has no such node.
    #[error("the tree has no node {index} at level {level}")]
    NoSuchNode {
        /// Height above the leaves.
        level: u8,
        /// From 0.
        index: u64,
    },
    /// A tile that is shorter than it has to be, longer than a full one, or ends within a hash.
    #[error("{} has {bytes} bytes, where {} belong", tile.path(), tile.bytes())]
    WrongLength {
        /// Which tile.
        tile: TileId,
        /// What there was.
        bytes: usize,
    },
    /// A tile cannot be read.
    #[error("{0}")]
    Read(E),
}

/// The nodes of a tree of a given size, from a function that reads tiles. Each tile is read once.
///
/// Nothing is believed: hashes of changed tiles make a root or a proof that does not check.
pub struct Tiles<F> {
    size: u64,
    read: F,
    have: RefCell<BTreeMap<TileId, Vec<Hash>>>,
}

impl<F> Tiles<F> {
    /// `read` gives the bytes of a tile as wide as it is in a tree of `size` leaves. It may give a wider one, such as
    /// the full one that took the partial one's place.
    pub const fn new(size: u64, read: F) -> Self {
        Self { size, read, have: RefCell::new(BTreeMap::new()) }
    }

    /// Leaves of the tree.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }
}

impl<F> std::fmt::Debug for Tiles<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tiles").field("size", &self.size).finish_non_exhaustive()
    }
}

impl<F, E> Nodes for Tiles<F>
where
    F: Fn(TileId) -> Result<Vec<u8>, E>,
{
    type Error = TileError<E>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let missing = || TileError::NoSuchNode { level, index };
        if index >= self.size.checked_shr(u32::from(level)).unwrap_or(0) {
            return Err(missing());
        }
        // The node is the root over `count` hashes of one tile.
        let (tile_level, within) = (level / HEIGHT, level % HEIGHT);
        let (first, count) = (index << within, 1_usize << within);
        let tile = TileId::in_tree(tile_level, first / WIDTH, self.size).ok_or_else(missing)?;
        let offset = usize::try_from(first % WIDTH).unwrap_or(usize::MAX);
        let mut have = self.have.borrow_mut();
        let hashes = match have.entry(tile) {
            Entry::Occupied(tile) => tile.into_mut(),
            Entry::Vacant(place) => {
                let bytes = (self.read)(tile).map_err(TileError::Read)?;
                place.insert(hashes_of(tile, &bytes)?)
            }
        };
        let below = hashes.get(offset..).and_then(|hashes| hashes.get(..count));
        below.map(root_of).ok_or_else(missing)
    }
}

fn hashes_of<E>(tile: TileId, bytes: &[u8]) -> Result<Vec<Hash>, TileError<E>> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    let enough = usize::from(tile.width)..=usize::try_from(WIDTH).unwrap_or(usize::MAX);
    if !rest.is_empty() || !enough.contains(&hashes.len()) {
        return Err(TileError::WrongLength { tile, bytes: bytes.len() });
    }
    Ok(hashes.iter().copied().map(Hash).collect())
}
