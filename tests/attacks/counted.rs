//! How many calls an attack takes, and what it was answered.

use crate::bank::{Hsm, error};
use std::collections::BTreeMap;

/// An appliance whose answers are counted.
pub(crate) struct Counted<H> {
    hsm: H,
    codes: BTreeMap<String, usize>,
}

impl<H: Hsm> Counted<H> {
    pub(crate) const fn new(hsm: H) -> Self {
        Self { hsm, codes: BTreeMap::new() }
    }

    pub(crate) fn calls(&self) -> usize {
        self.codes.values().sum()
    }

    /// How many answers had one of these codes.
    pub(crate) fn with(&self, codes: &[&str]) -> usize {
        codes.iter().filter_map(|&code| self.codes.get(code)).sum()
    }
}

impl<H: Hsm> Hsm for Counted<H> {
    fn ask(&mut self, message: &str) -> String {
        let answer = self.hsm.ask(message);
        *self.codes.entry(error(&answer).to_owned()).or_default() += 1;
        answer
    }
}
