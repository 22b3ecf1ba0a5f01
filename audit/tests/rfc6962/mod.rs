//! Roots and proofs as RFC 6962 defines them, word by word and slowly.

use payhsm_audit::hash::Hash;

/// The root as RFC 6962, section 2.1, has it.
pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(half(leaves.len()));
            Hash::of_node(&naive_root(left), &naive_root(right))
        }
    }
}

/// PATH of RFC 6962, section 2.1.1.
pub(crate) fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    let (mut path, sibling) = match index.checked_sub(left.len()) {
        None => (naive_path(index, left), naive_root(right)),
        Some(index) => (naive_path(index, right), naive_root(left)),
    };
    path.push(sibling);
    path
}

/// PROOF of RFC 6962, section 2.1.2.
pub(crate) fn naive_consistency(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    fn subproof(old: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { vec![naive_root(leaves)] };
        }
        let (left, right) = leaves.split_at(half(leaves.len()));
        let (mut proof, sibling) = if old <= left.len() {
            (subproof(old, left, whole), naive_root(right))
        } else {
            (subproof(old - left.len(), right, false), naive_root(left))
        };
        proof.push(sibling);
        proof
    }
    subproof(old, leaves, true)
}

fn half(count: usize) -> usize {
    count.next_power_of_two() / 2
}
