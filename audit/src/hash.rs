//! Hashes of a Merkle tree (RFC 6962, section 2.1): SHA-256, with a byte in front that tells leaves from nodes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use std::fmt;

/// Bytes in a hash.
pub const HASH_BYTES: usize = 32;

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// The hash of a leaf, a node or a tree.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hash(pub [u8; HASH_BYTES]);

fn sha256(first: u8, parts: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(&[first]);
    parts.iter().for_each(|part| context.update(part));
    let digest = context.finish();
    let mut hash = [0; HASH_BYTES];
    hash.copy_from_slice(digest.as_ref());
    Hash(hash)
}

impl Hash {
    /// Of a tree without leaves: SHA-256 of nothing.
    #[must_use]
    pub fn of_nothing() -> Self {
        let mut hash = [0; HASH_BYTES];
        hash.copy_from_slice(ring::digest::digest(&SHA256, &[]).as_ref());
        Self(hash)
    }

    /// Of a leaf: SHA-256 of 00 and the entry.
    #[must_use]
    pub fn of_leaf(entry: &[u8]) -> Self {
        sha256(LEAF, &[entry])
    }

    /// Of a node: SHA-256 of 01 and the hashes of both children.
    #[must_use]
    pub fn of_node(left: &Self, right: &Self) -> Self {
        sha256(NODE, &[&left.0, &right.0])
    }

    /// The hash in base64, as checkpoints and proofs have it.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        STANDARD.decode(text).ok()?.try_into().ok().map(Self)
    }

    /// In base64.
    #[must_use]
    pub fn to_base64(self) -> String {
        STANDARD.encode(self.0)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}
