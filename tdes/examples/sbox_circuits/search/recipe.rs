//! What the command line asks for.

use super::{
    circuit::{Circuit, Kind},
    emit, find, search,
};

/// Kind, effort and, if known, the seed of each S-box.
pub(crate) struct Recipe {
    pub(crate) kind: Kind,
    pub(crate) tries: u64,
    pub(crate) steps: u64,
    pub(crate) seeds: Vec<u64>,
}

impl Recipe {
    pub(crate) fn parse<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (kind, steps) = match words.next()? {
            "two" => (Kind::Two, 2_000_000),
            "three" => (Kind::Three, 400_000),
            _ => return None,
        };
        let mut recipe = Self { kind, tries: 24, steps, seeds: Vec::new() };
        while let Some(option) = words.next() {
            let value = words.next()?;
            match option {
                "--tries" => recipe.tries = value.parse().ok()?,
                "--steps" => recipe.steps = value.parse().ok()?,
                "--seeds" => {
                    let seeds: Result<_, _> = value.split(',').map(str::parse).collect();
                    recipe.seeds = seeds.ok()?;
                }
                _ => return None,
            }
        }
        (recipe.seeds.is_empty() || recipe.seeds.len() == 8).then_some(recipe)
    }

    /// The circuit of S-box `which` and its seed, unless it is wrong.
    pub(crate) fn circuit(&self, which: usize) -> Option<(u64, Circuit)> {
        let found = match self.seeds.get(which) {
            Some(&seed) => (seed, find(self.kind, which, seed, self.steps)?),
            None => search(self.kind, which, self.tries, self.steps)?,
        };
        found.1.is_box(which).then_some(found)
    }

    /// The file; `report` is told number, seed and size of each S-box.
    pub(crate) fn file(&self, report: impl Fn(usize, u64, usize)) -> Option<String> {
        let (mut seeds, mut circuits) = (Vec::new(), Vec::new());
        for which in 0..8 {
            let (seed, circuit) = self.circuit(which)?;
            report(which + 1, seed, circuit.gates.len());
            seeds.push(seed.to_string());
            circuits.push(circuit);
        }
        let kind = match self.kind {
            Kind::Two => "two",
            Kind::Three => "three",
        };
        let arguments = format!("{kind} --steps {} --seeds {}", self.steps, seeds.join(","));
        Some(emit::file(self.kind, &circuits, &arguments))
    }
}
