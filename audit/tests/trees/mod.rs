//! Trees to hold ours to, and their files.

use payhsm_audit::hash::Hash;
use payhsm_audit::tile::{TileId, all_tiles};
use payhsm_audit::tree::root_of;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Leaf hashes that are all different.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| Hash::of_leaf(&index.to_be_bytes())).collect()
}

/// The files of a tree, by path.
pub(crate) struct Files(pub(crate) BTreeMap<String, Vec<u8>>);

impl Files {
    /// Of these leaves, each tile made from the leaves below it.
    pub(crate) fn of(leaves: &[Hash]) -> Self {
        let file = |tile: TileId| {
            let below = 256_usize.pow(tile.level.into());
            let first = usize::try_from(tile.index).unwrap() * 256;
            let hash = |at: usize| root_of(&leaves[at * below..(at + 1) * below]).0;
            (first..first + usize::from(tile.width)).flat_map(hash).collect()
        };
        let tiles = all_tiles(leaves.len() as u64);
        Self(tiles.map(|tile| (tile.path(), file(tile))).collect())
    }

    /// A tile, for which a wider one will do.
    pub(crate) fn read(&self, tile: TileId) -> Result<Vec<u8>, Infallible> {
        let wider = (tile.width..=256).map(|width| TileId { width, ..tile }.path());
        Ok(wider.filter_map(|path| self.0.get(&path)).next().unwrap().clone())
    }
}
