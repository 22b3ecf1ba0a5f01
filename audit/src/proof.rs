//! Checking proofs: that a record is in a tree, and that a tree begins with an earlier one. No I/O, public data alone.

mod file;

pub use file::{CheckError, MalformedProof, TlogProof};

use crate::hash::Hash;

/// The most hashes of a proof that a leaf is in a tree: the tree has fewer than 2^64 leaves.
pub const MAX_PATH: usize = 64;

/// The proof does not prove it: the leaf, the place, the sizes, the roots or the proof are not those that it was made
/// for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the proof does not fit")]
pub struct Unproven;

/// Checks that `leaf` is number `index` (from 0) of the `size` leaves below `root` (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// [`Unproven`], also for a proof that is too short or too long.
pub fn verify_inclusion(
    leaf: Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: Hash,
) -> Result<(), Unproven> {
    if index >= size {
        return Err(Unproven);
    }
    let mut at = Climb { place: index, last: size - 1 };
    let mut hash = leaf;
    for sibling in proof {
        hash = match at.step()? {
            Side::Left => Hash::of_node(sibling, &hash),
            Side::Right => Hash::of_node(&hash, sibling),
        };
    }
    if at.last == 0 && hash == root { Ok(()) } else { Err(Unproven) }
}

/// Checks that the tree of `new_size` leaves begins with the tree of `old_size` leaves (RFC 9162, section 2.1.4.2).
///
/// Of two trees without leaves both roots have to be SHA-256 of nothing. From a tree without leaves to one with leaves
/// there is no proof, and it is refused: whoever starts at nothing has nothing to hold on to.
///
/// # Errors
/// [`Unproven`], also for a proof that is too short or too long.
pub fn verify_consistency(
    old_size: u64,
    old_root: Hash,
    new_size: u64,
    new_root: Hash,
    proof: &[Hash],
) -> Result<(), Unproven> {
    if old_size == new_size {
        let same = old_root == new_root && proof.is_empty();
        let whole = old_size != 0 || old_root == Hash::of_nothing();
        return if same && whole { Ok(()) } else { Err(Unproven) };
    }
    // An empty proof proves nothing here, even from a tree whose root would be its first hash.
    if old_size == 0 || old_size > new_size || proof.is_empty() {
        return Err(Unproven);
    }
    let (first, rest) = if old_size.is_power_of_two() {
        (old_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(Unproven)?;
        (*first, rest)
    };
    let mut at = Climb { place: old_size - 1, last: new_size - 1 };
    at.rise(at.place.trailing_ones());
    let (mut old, mut new) = (first, first);
    for sibling in rest {
        match at.step()? {
            Side::Left => {
                old = Hash::of_node(sibling, &old);
                new = Hash::of_node(sibling, &new);
            }
            Side::Right => new = Hash::of_node(&new, sibling),
        }
    }
    if at.last == 0 && old == old_root && new == new_root { Ok(()) } else { Err(Unproven) }
}

/// On which side of the way up the next hash of a proof stands.
enum Side {
    Left,
    Right,
}

/// The way from a node up to the root: `fn` and `sn` of RFC 9162.
struct Climb {
    place: u64,
    last: u64,
}

impl Climb {
    /// Up one level that has a sibling.
    fn step(&mut self) -> Result<Side, Unproven> {
        if self.last == 0 {
            return Err(Unproven);
        }
        let left = self.place & 1 == 1 || self.place == self.last;
        if left {
            // At the right edge there are levels without a sibling.
            self.rise(self.place.trailing_zeros());
        }
        self.rise(1);
        Ok(if left { Side::Left } else { Side::Right })
    }

    fn rise(&mut self, levels: u32) {
        self.place = self.place.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}
