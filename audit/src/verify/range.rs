//! Proof that neighbouring leaves are in a tree: the hashes of what lies to their left and to their right.
//!
//! A tree is split as RFC 6962 splits it, from the root down. A part without any of the leaves is one hash; one that is a
//! leaf is the leaf; every other part is split on. The proof is these hashes, from the left.

use crate::hash::Hash;
use crate::tree::Nodes;

/// The most hashes of such a proof: two for each time that the tree is split.
pub const MAX_RANGE_PROOF: usize = 128;

/// Leaves from `start` to before `end` of a tree of `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaves {
    /// The first one, from 0.
    pub start: u64,
    /// Behind the last one.
    pub end: u64,
    /// Leaves of the tree.
    pub size: u64,
}

impl Leaves {
    /// Whether there are any, and they are in the tree.
    #[must_use]
    pub const fn are_there(&self) -> bool {
        self.start < self.end && self.end <= self.size
    }

    const fn has_any(&self, from: u64, to: u64) -> bool {
        from < self.end && self.start < to
    }
}

/// The proof for these leaves, which are there.
///
/// # Errors
/// That of `nodes`.
pub fn range_proof<N: Nodes>(leaves: Leaves, nodes: &N) -> Result<Vec<Hash>, N::Error> {
    let mut proof = Vec::new();
    // Parts that are still to be looked at, the leftmost last.
    let mut parts = vec![(0, leaves.size)];
    while let Some((from, to)) = parts.pop() {
        if !leaves.has_any(from, to) {
            proof.push(hash_of(from, to, nodes)?);
        } else if to - from > 1 {
            let split = from + left_of(to - from);
            parts.extend([(split, to), (from, split)]);
        }
    }
    Ok(proof)
}

/// The root that leaves and proof make; `None` if they do not fit in number.
#[must_use]
pub fn range_root(leaves: Leaves, hashes: &[Hash], proof: &[Hash]) -> Option<Hash> {
    if !leaves.are_there() || u64::try_from(hashes.len()) != Ok(leaves.end - leaves.start) {
        return None;
    }
    let (mut hashes, mut proof) = (hashes.iter().copied(), proof.iter().copied());
    let root = joined(leaves, 0, leaves.size, &mut hashes, &mut proof)?;
    (hashes.next().is_none() && proof.next().is_none()).then_some(root)
}

/// At most as deep as the tree is high: 64.
fn joined(
    leaves: Leaves,
    from: u64,
    to: u64,
    hashes: &mut impl Iterator<Item = Hash>,
    proof: &mut impl Iterator<Item = Hash>,
) -> Option<Hash> {
    if !leaves.has_any(from, to) {
        return proof.next();
    }
    if to - from == 1 {
        return hashes.next();
    }
    let split = from + left_of(to - from);
    let left = joined(leaves, from, split, hashes, proof)?;
    let right = joined(leaves, split, to, hashes, proof)?;
    Some(Hash::of_node(&left, &right))
}

/// The hash of a part that is a node, whole or on the right edge.
fn hash_of<N: Nodes>(from: u64, to: u64, nodes: &N) -> Result<Hash, N::Error> {
    let count = to - from;
    if count.is_power_of_two() {
        let [level, ..] = count.ilog2().to_le_bytes();
        return nodes.node(level, from >> level);
    }
    let split = from + left_of(count);
    Ok(Hash::of_node(&hash_of(from, split, nodes)?, &hash_of(split, to, nodes)?))
}

/// The largest power of two below `leaves`, which are two or more.
const fn left_of(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::{Leaves, MAX_RANGE_PROOF, range_proof, range_root};
    use crate::hash::Hash;
    use crate::tree::root_of;
    use std::convert::Infallible;

    #[test]
    fn every_range_of_small_trees_is_proven_and_no_other() {
        let all: Vec<_> = (0..19_u64).map(|index| Hash::of_leaf(&index.to_be_bytes())).collect();
        for size in 1..=all.len() {
            let tree = &all[..size];
            let node = |level: u8, index: u64| {
                let from = usize::try_from(index << level).unwrap();
                Ok::<_, Infallible>(root_of(&tree[from..from + (1 << level)]))
            };
            for (start, end) in
                (0..size).flat_map(|start| (start + 1..=size).map(move |end| (start, end)))
            {
                let leaves = Leaves { start: start as u64, end: end as u64, size: size as u64 };
                let proof = range_proof(leaves, &node).unwrap();
                assert!(proof.len() <= MAX_RANGE_PROOF);
                let shown = &tree[start..end];
                assert_eq!(range_root(leaves, shown, &proof), Some(root_of(tree)), "{leaves:?}");
                let mut other = shown.to_vec();
                other[0].0[0] ^= 1;
                assert_ne!(range_root(leaves, &other, &proof), Some(root_of(tree)));
                assert_eq!(range_root(leaves, &shown[1..], &proof), None);
                assert_eq!(range_root(leaves, shown, &[&proof[..], &[shown[0]]].concat()), None);
                if let Some((_, rest)) = proof.split_first() {
                    assert_eq!(range_root(leaves, shown, rest), None);
                }
                // At another place it is something else.
                if end < size {
                    let moved = Leaves { start: leaves.start + 1, end: leaves.end + 1, ..leaves };
                    assert_ne!(range_root(moved, shown, &proof), Some(root_of(tree)), "{leaves:?}");
                }
            }
        }
    }
}
