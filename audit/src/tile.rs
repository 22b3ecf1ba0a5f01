//! The files of a tree (C2SP tlog-tiles): hashes, 256 to a tile, and entries, 256 to a bundle.

mod bundle;
mod nodes;

pub use bundle::{MalformedBundle, TooLong, parse_bundle, put_entry};
pub use nodes::{TileError, Tiles};

use crate::hash::HASH_BYTES;

/// Hashes of a full tile, and entries of a full bundle.
pub const WIDTH: u64 = 256;

/// Levels of the tree in a level of tiles: 2 to the power of it is [`WIDTH`].
pub const HEIGHT: u8 = 8;

/// Levels of tiles that a tree of up to 2^64 - 1 leaves has.
const LEVELS: u8 = 8;

/// One tile: `width` hashes of level `level * 8` of the tree, from `index * 256` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; each hash of a level above is the root of a full tile below.
    pub level: u8,
    /// Which tile of its level, from 0.
    pub index: u64,
    /// Hashes in it, 1 to 256; fewer than 256 at the right edge of the tree only.
    pub width: u16,
}

impl TileId {
    /// Its file, relative to the log: `tile/<L>/<N>`, with `.p/<W>` if it is partial (section "Merkle Tree").
    #[must_use]
    pub fn path(&self) -> String {
        path(&self.level.to_string(), self.index, self.width)
    }

    /// Bytes of its file.
    #[must_use]
    pub fn bytes(&self) -> usize {
        usize::from(self.width) * HASH_BYTES
    }

    /// Whether nothing can be added to it.
    #[must_use]
    pub fn is_full(&self) -> bool {
        u64::from(self.width) >= WIDTH
    }

    /// The tile at this place in a tree of `size` leaves, as wide as it is there; `None` if the tree does not reach it.
    #[must_use]
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Self> {
        let before = index.checked_mul(WIDTH)?;
        let width = hashes_at(level, size).checked_sub(before)?.min(WIDTH);
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self { level, index, width })
    }
}

/// The file of an entry bundle, relative to the log: `tile/entries/<N>`, with `.p/<W>` if it holds fewer than 256
/// entries (section "Log entries").
#[must_use]
pub fn entries_path(index: u64, width: u16) -> String {
    path("entries", index, width)
}

/// Every tile of a tree of `size` leaves, level by level, from the left: full ones, then the partial one if there is.
///
/// Those of level 0 are the entry bundles, too.
pub fn all_tiles(size: u64) -> impl Iterator<Item = TileId> {
    (0..LEVELS).flat_map(move |level| {
        let tiles = hashes_at(level, size).div_ceil(WIDTH);
        (0..tiles).filter_map(move |index| TileId::in_tree(level, index, size))
    })
}

/// Hashes that a level of tiles has in a tree of `size` leaves: `floor(size / 256^level)`.
fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(HEIGHT)).unwrap_or(0)
}

fn path(level: &str, index: u64, width: u16) -> String {
    let mut number = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        number = format!("x{:03}/{number}", rest % 1000);
        rest /= 1000;
    }
    let partial = if u64::from(width) < WIDTH { format!(".p/{width}") } else { String::new() };
    format!("tile/{level}/{number}{partial}")
}
