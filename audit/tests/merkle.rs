//! Trees, tiles and proofs: published vectors, and RFC 6962 word by word.
#![cfg(test)]

mod published;
mod rfc6962;
mod trees;

use payhsm_audit::hash::Hash;
use payhsm_audit::proof::{verify_consistency, verify_inclusion};
use payhsm_audit::tile::Tiles;
use payhsm_audit::tree::{Frontier, ProofError, consistency_proof, inclusion_proof, root, root_of};
use proptest::prelude::*;
use published::{cases, text};
use rfc6962::{naive_consistency, naive_path, naive_root};
use serde_json::Value;
use std::convert::Infallible;
use std::sync::LazyLock;
use trees::{Files, leaves};

/// Another hash, in one bit.
fn flipped(hash: Hash, bit: usize) -> Hash {
    let mut bytes = hash.0;
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash(bytes)
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// A published hash. Some cases have other bytes in its place, of which only matters which are the same; `None` for none.
fn published(value: &Value) -> Option<Hash> {
    let bytes = bytes(value);
    let hash = <[u8; 32]>::try_from(bytes.as_slice());
    (!bytes.is_empty()).then(|| hash.map_or_else(|_| Hash::of_leaf(&bytes), Hash))
}

/// Whether a published proof is good, with the hash number `changed` changed.
fn verified(inputs: &Value, changed: Option<usize>) -> bool {
    let number = |name: &str| inputs[name].as_u64().unwrap();
    let inclusion = inputs.get("leaf_hash").is_some();
    let names = if inclusion { ["leaf_hash", "root"] } else { ["root1", "root2"] };
    let proof = inputs["proof"].as_array().unwrap();
    let all = names.iter().map(|name| &inputs[*name]).chain(proof).map(published);
    // A hash that is none cannot even be asked about.
    let Some(mut all) = all.collect::<Option<Vec<_>>>() else { return false };
    if let Some(changed) = changed {
        all[changed] = flipped(all[changed], 77);
    }
    let (first, second, proof) = (all[0], all[1], &all[2..]);
    if inclusion {
        let (index, size) = (number("leaf_index"), number("tree_size"));
        verify_inclusion(first, index, size, proof, second).is_ok()
    } else {
        verify_consistency(number("size1"), first, number("size2"), second, proof).is_ok()
    }
}

#[test]
fn published_vectors() {
    let (mut proofs, mut others) = (0, 0);
    for case in cases("merkle") {
        let (inputs, expected) = (&case["inputs"], &case["expected"]);
        match text(inputs, "op") {
            "leaf_hash" => {
                let mut leaf = bytes(&inputs["leaf"]);
                assert_eq!(Some(Hash::of_leaf(&leaf)), published(&expected["hash"]));
                leaf.push(0);
                assert_ne!(Some(Hash::of_leaf(&leaf)), published(&expected["hash"]));
                others += 1;
            }
            "merkle_root" => {
                let list = inputs["leaves"].as_array().unwrap();
                let leaf = |leaf: &Value| Hash::of_leaf(&bytes(leaf));
                let mut leaves: Vec<_> = list.iter().map(leaf).collect();
                assert_eq!(Some(root_of(&leaves)), published(&expected["root"]));
                for changed in 0..leaves.len() {
                    leaves[changed] = flipped(leaves[changed], changed);
                    assert_ne!(Some(root_of(&leaves)), published(&expected["root"]));
                }
                others += 1;
            }
            _ => {
                let valid = expected["valid"].as_bool().unwrap();
                assert_eq!(verified(inputs, None), valid, "{case}");
                let count = 2 + inputs["proof"].as_array().unwrap().len();
                if valid {
                    (0..count).for_each(|at| assert!(!verified(inputs, Some(at)), "{case} {at}"));
                }
                proofs += 1;
            }
        }
    }
    assert_eq!((proofs, others), (117, 10));
}

#[test]
fn a_tree_grows_as_the_rfc_has_it() {
    let leaves = leaves(600);
    let mut tree = Frontier::new();
    for size in 0..=600 {
        let root = naive_root(&leaves[..size]);
        assert_eq!((tree.size(), tree.root()), (size as u64, root));
        assert_eq!(root_of(&leaves[..size]), root);
        let again = Frontier::from_roots(tree.size(), tree.roots().to_vec());
        assert_eq!(again.as_ref(), Some(&tree));
        assert_eq!(Frontier::from_roots(tree.size(), [tree.roots(), &[root]].concat()), None);
        if let Some(leaf) = leaves.get(size) {
            tree.push(*leaf);
        }
    }
}

/// A tree over [`LEAVES`], from its tiles.
static LEAVES: LazyLock<Vec<Hash>> = LazyLock::new(|| leaves(70_000));
static FILES: LazyLock<Files> = LazyLock::new(|| Files::of(&LEAVES));

fn every_change_is_refused(proof: &[Hash], bit: usize, holds: impl Fn(&[Hash]) -> bool) {
    assert!(holds(proof));
    for changed in 0..proof.len() {
        let mut proof = proof.to_vec();
        proof[changed] = flipped(proof[changed], bit + changed);
        assert!(!holds(&proof));
    }
    assert!(!holds(&[proof, &[Hash::of_nothing()]].concat()));
    assert!(!holds(&[&[Hash::of_nothing()], proof].concat()));
    if let Some((_, short)) = proof.split_last() {
        assert!(!holds(short));
    }
}

fn inclusion(index: u64, size: u64, bit: usize) {
    let nodes = Tiles::new(size, |tile| FILES.read(tile));
    let of_size = &LEAVES[..usize::try_from(size).unwrap()];
    let root = root(size, &nodes).unwrap();
    assert_eq!(root, root_of(of_size));
    let proof = inclusion_proof(index, size, &nodes).unwrap();
    let at = usize::try_from(index).unwrap();
    assert_eq!(proof, naive_path(at, of_size));
    let holds = |leaf, index, root| verify_inclusion(leaf, index, size, &proof, root).is_ok();
    every_change_is_refused(&proof, bit, |proof| {
        verify_inclusion(LEAVES[at], index, size, proof, root).is_ok()
    });
    assert!(!holds(flipped(LEAVES[at], bit), index, root));
    assert!(!holds(LEAVES[at], index, flipped(root, bit)));
    assert!(!holds(LEAVES[at], index ^ 1, root));
    assert!(!holds(LEAVES[at], size, root));
}

fn consistency(old: u64, new: u64, bit: usize) {
    let nodes = Tiles::new(new, |tile| FILES.read(tile));
    let (first, all) = (usize::try_from(old).unwrap(), usize::try_from(new).unwrap());
    let (old_root, new_root) = (root_of(&LEAVES[..first]), root_of(&LEAVES[..all]));
    assert_eq!(root(old, &nodes), Ok(old_root));
    assert_eq!(Frontier::load(old, &nodes).unwrap().root(), old_root);
    let proof = consistency_proof(old, new, &nodes).unwrap();
    assert_eq!(proof, naive_consistency(first, &LEAVES[..all]));
    let holds =
        |old_root, new_root| verify_consistency(old, old_root, new, new_root, &proof).is_ok();
    every_change_is_refused(&proof, bit, |proof| {
        verify_consistency(old, old_root, new, new_root, proof).is_ok()
    });
    assert!(!holds(flipped(old_root, bit), new_root));
    assert!(!holds(old_root, flipped(new_root, bit)));
    assert!(old == new || verify_consistency(new, new_root, old, old_root, &proof).is_err());
}

#[test]
fn proofs_of_all_small_trees() {
    for size in 1..=64 {
        for other in 1..=size {
            inclusion(other - 1, size, usize::try_from(size * other).unwrap());
            consistency(other, size, usize::try_from(size * other).unwrap());
        }
    }
}

#[test]
fn nothing_is_proven_of_nothing() {
    let nodes = Tiles::new(5, |tile| FILES.read(tile));
    let nothing = Hash::of_nothing();
    let root = root_of(&LEAVES[..5]);
    assert_eq!(inclusion_proof(5, 5, &nodes), Err(ProofError::NoSuchLeaf { index: 5, size: 5 }));
    assert_eq!(inclusion_proof(0, 0, &nodes), Err(ProofError::NoSuchLeaf { index: 0, size: 0 }));
    assert_eq!(consistency_proof(5, 4, &nodes), Err(ProofError::Shrunk { old: 5, new: 4 }));
    assert_eq!(consistency_proof(0, 5, &nodes), Err(ProofError::FromNothing));
    assert_eq!(consistency_proof(0, 0, &nodes), Ok(Vec::new()));
    assert!(verify_inclusion(nothing, 0, 0, &[], nothing).is_err());
    assert!(verify_consistency(0, nothing, 5, root, &[]).is_err());
    assert!(verify_consistency(0, nothing, 5, root, &[root]).is_err());
    assert!(verify_consistency(0, nothing, 0, nothing, &[]).is_ok());
    assert!(verify_consistency(0, root, 0, root, &[]).is_err());
    let most = u64::MAX;
    assert!(verify_inclusion(nothing, most, most, &[nothing; 64], root).is_err());
    assert!(verify_inclusion(nothing, most - 1, most, &[nothing; 64], root).is_err());
    assert!(verify_consistency(most - 1, nothing, most, root, &[nothing; 65]).is_err());
    assert!(verify_consistency(1 << 63, nothing, most, root, &[nothing; 65]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn proofs_of_bigger_trees(size in 65_u64..=70_000, at: prop::sample::Index, bit in 0_usize..256) {
        let other = at.index(usize::try_from(size).unwrap()) as u64;
        inclusion(other, size, bit);
        consistency(other + 1, size, bit);
    }

    #[test]
    fn no_proof_makes_trouble(
        sizes: (u64, u64), bytes in prop::collection::vec(any::<[u8; 32]>(), 0..70)
    ) {
        let proof: Vec<_> = bytes.into_iter().map(Hash).collect();
        let hash = Hash::of_nothing();
        prop_assert!(verify_inclusion(hash, sizes.0, sizes.1, &proof, hash).is_err());
        if sizes.0 != sizes.1 {
            prop_assert!(verify_consistency(sizes.0, hash, sizes.1, hash, &proof).is_err());
        }
    }
}

#[test]
fn a_proof_among_a_thousand_million_records_has_a_kibibyte_at_most() {
    // All leaves are the same, so every level has one hash, and the tree need not be built.
    let mut levels = vec![Hash::of_leaf(b"record")];
    for level in 0..63 {
        levels.push(Hash::of_node(&levels[level], &levels[level]));
    }
    let nodes = |level: u8, _: u64| Ok::<_, Infallible>(levels[usize::from(level)]);
    let size = 1_000_000_000;
    let root = root(size, &nodes).unwrap();
    for index in (0..size).step_by(999_983).chain([size - 1]) {
        let proof = inclusion_proof(index, size, &nodes).unwrap();
        let bytes = proof.len() * 32;
        assert!(bytes <= 960, "{bytes} bytes for record {index}");
        assert_eq!(verify_inclusion(levels[0], index, size, &proof, root), Ok(()));
    }
    assert_eq!(inclusion_proof(0, size, &nodes).unwrap().len() * 32, 960);
}
