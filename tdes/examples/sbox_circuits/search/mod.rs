#![expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "a tool: nodes are counted in bytes, and a wrong index should stop it"
)]

pub(crate) mod circuit;
mod emit;
mod fit;
mod grow;
mod random;
mod recipe;
mod walk;

pub(crate) use recipe::Recipe;

use circuit::{Circuit, Kind};
use random::Random;

/// Gates a first circuit may have: sets of nodes are 128 bits.
const LIMIT: usize = 120;

/// First circuits, of which the smallest is improved. With gates of three inputs the walk makes less of a bad one.
const fn first_circuits(kind: Kind) -> usize {
    match kind {
        Kind::Two => 4,
        Kind::Three => 16,
    }
}

/// Ways of splitting tried, by how many inputs are left to split by.
const WIDTHS: [usize; 7] = [1, 1, 6, 6, 6, 12, 12];

/// Of the tried seeds, all walk a quarter of the steps, and the best quarter goes on to the end.
const SHORT: u64 = 4;
const LONG: usize = 4;

/// The circuit of an S-box for a seed: the smallest of a few first ones, improved in `steps` steps. A shorter walk is
/// the beginning of a longer one.
pub(crate) fn find(kind: Kind, which: usize, seed: u64, steps: u64) -> Option<Circuit> {
    let mut random = Random::new(seed.wrapping_mul(0x1_0001) ^ ((which as u64) << 56));
    let mut first: Option<Circuit> = None;
    for _ in 0..first_circuits(kind) {
        let limit = first.as_ref().map_or(LIMIT, |circuit| circuit.gates.len());
        if let Some(other) = grow::grow(kind, which, &WIDTHS, limit, &mut random) {
            first = Some(other.sorted());
        }
    }
    Some(walk::walk(kind, first?, steps, &mut random))
}

/// The best of `tries` seeds and its circuit.
pub(crate) fn search(kind: Kind, which: usize, tries: u64, steps: u64) -> Option<(u64, Circuit)> {
    let found = |seed, steps| Some((seed, find(kind, which, seed, steps)?));
    let size = |(_, circuit): &(u64, Circuit)| circuit.gates.len();
    let mut short: Vec<_> = (1..=tries).filter_map(|seed| found(seed, steps / SHORT)).collect();
    short.sort_by_key(size);
    short.truncate(short.len().div_ceil(LONG));
    short.into_iter().filter_map(|(seed, _)| found(seed, steps)).min_by_key(size)
}
