//! Roots and proofs of a Merkle tree (RFC 6962, section 2.1): from leaves as they come, or from stored nodes.

use crate::hash::Hash;

/// The roots of the perfect subtrees on the right edge of a growing tree, from the left: all that appending takes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    roots: Vec<Hash>,
}

impl Frontier {
    /// Of a tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Of a tree of `size` leaves, from the roots of its perfect subtrees, largest (leftmost) first: one for each bit
    /// that is set in `size`. `None` if there are more or fewer.
    #[must_use]
    pub fn from_roots(size: u64, roots: Vec<Hash>) -> Option<Self> {
        let right = u64::try_from(roots.len()) == Ok(u64::from(size.count_ones()));
        right.then_some(Self { size, roots })
    }

    /// Of the first `size` leaves of a stored tree.
    ///
    /// # Errors
    /// That of `nodes`.
    pub fn load<N: Nodes>(size: u64, nodes: &N) -> Result<Self, N::Error> {
        Ok(Self { size, roots: perfect_roots(0, size, nodes)? })
    }

    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.roots.pop() {
                hash = Hash::of_node(&left, &hash);
            }
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// How many leaves there are.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the perfect subtrees, largest (leftmost) first.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// The root of the tree; of a tree without leaves, SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Hash {
        joined(&self.roots)
    }
}

/// The root of a tree of these leaves.
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::new();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// Where the nodes of a tree are kept.
///
/// A closure `Fn(u8, u64) -> Result<Hash, E>` is one too.
pub trait Nodes {
    /// Why a node cannot be had.
    type Error;

    /// The root of the perfect subtree over the leaves from `index << level` up to `(index + 1) << level`; level 0 is
    /// a leaf. Only nodes that are whole in the tree are asked for.
    ///
    /// # Errors
    /// Whatever keeps it from being read.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

impl<F, E> Nodes for F
where
    F: Fn(u8, u64) -> Result<Hash, E>,
{
    type Error = E;

    fn node(&self, level: u8, index: u64) -> Result<Hash, E> {
        self(level, index)
    }
}

/// There is no such proof, or a node for it cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// A leaf that is not in the tree.
    #[error("record {index} is not among the {size} records of the tree")]
    NoSuchLeaf {
        /// Which leaf, from 0.
        index: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// A tree cannot have grown out of a larger one.
    #[error("a tree of {old} records cannot have become one of {new}")]
    Shrunk {
        /// Leaves of the earlier tree.
        old: u64,
        /// Leaves of the later tree.
        new: u64,
    },
    /// Everything grows out of a tree without records, so there is nothing to prove.
    #[error("there is no proof that a tree grew out of one without records")]
    FromNothing,
    /// A node cannot be read.
    #[error("{0}")]
    Node(E),
}

/// The root of the first `size` leaves of a stored tree, with at most 64 nodes read.
///
/// # Errors
/// That of `nodes`.
pub fn root<N: Nodes>(size: u64, nodes: &N) -> Result<Hash, N::Error> {
    Ok(joined(&perfect_roots(0, size, nodes)?))
}

/// Proof that leaf `index` is in the tree of the first `size` leaves (RFC 6962, section 2.1.1), from the leaf's
/// sibling up: at most one hash for each doubling of `size`.
///
/// # Errors
/// [`ProofError::NoSuchLeaf`], or [`ProofError::Node`] with the error of `nodes`.
pub fn inclusion_proof<N: Nodes>(
    index: u64,
    size: u64,
    nodes: &N,
) -> Result<Vec<Hash>, ProofError<N::Error>> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let (mut start, mut end) = (0, size);
    let mut siblings = Vec::new();
    while end - start > 1 {
        let split = start + left_of(end - start);
        if index < split {
            siblings.push((split, end));
            end = split;
        } else {
            siblings.push((start, split));
            start = split;
        }
    }
    hashes_of(&siblings, nodes)
}

/// Proof that the first `new` leaves begin with the first `old` ones (RFC 6962, section 2.1.2); empty if both are as
/// many.
///
/// # Errors
/// [`ProofError::Shrunk`], [`ProofError::FromNothing`], or [`ProofError::Node`] with the error of `nodes`.
pub fn consistency_proof<N: Nodes>(
    old: u64,
    new: u64,
    nodes: &N,
) -> Result<Vec<Hash>, ProofError<N::Error>> {
    if old > new {
        return Err(ProofError::Shrunk { old, new });
    }
    if old == 0 && new != 0 {
        return Err(ProofError::FromNothing);
    }
    let (mut start, mut end) = (0, new);
    let mut parts = Vec::new();
    while old != end {
        let split = start + left_of(end - start);
        if old <= split {
            parts.push((split, end));
            end = split;
        } else {
            parts.push((start, split));
            start = split;
        }
    }
    // Who checks has the root of the old tree, but of a part of it only if it is told.
    if start != 0 {
        parts.push((start, end));
    }
    hashes_of(&parts, nodes)
}

/// The largest power of two below `leaves`, which are two or more: where RFC 6962 splits a tree.
fn left_of(leaves: u64) -> u64 {
    1 << height(leaves - 1)
}

/// The height of the largest perfect subtree among this many leaves, one or more; at most 63.
fn height(leaves: u64) -> u8 {
    let [height, ..] = leaves.ilog2().to_le_bytes();
    height
}

/// The hash of each range of leaves, the last range first.
fn hashes_of<N: Nodes>(
    ranges: &[(u64, u64)],
    nodes: &N,
) -> Result<Vec<Hash>, ProofError<N::Error>> {
    let hash = |&(start, end): &(u64, u64)| {
        perfect_roots(start, end, nodes).map(|roots| joined(&roots)).map_err(ProofError::Node)
    };
    ranges.iter().rev().map(hash).collect()
}

/// The roots of the perfect subtrees of a range of leaves that is a node of its own, whole or on the right edge.
fn perfect_roots<N: Nodes>(start: u64, end: u64, nodes: &N) -> Result<Vec<Hash>, N::Error> {
    let mut at = start;
    let mut roots = Vec::new();
    while at < end {
        let level = height(end - at);
        roots.push(nodes.node(level, at >> level)?);
        at += 1 << level;
    }
    Ok(roots)
}

/// The root over subtrees that get smaller to the right.
fn joined(roots: &[Hash]) -> Hash {
    let join = |right: Hash, left: &Hash| Hash::of_node(left, &right);
    let mut from_right = roots.iter().rev();
    from_right.next().map_or_else(Hash::of_nothing, |last| from_right.fold(*last, join))
}
