//! The LMKs of the appliance, by identifier.

use super::Lmk;
use crate::refusal::KeyRefused;
use payhsm_protocol::field::LmkId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One default LMK and any number of others. Never empty.
#[derive(Debug)]
pub struct LmkSet {
    default: Arc<Lmk>,
    others: BTreeMap<LmkId, Arc<Lmk>>,
}

impl LmkSet {
    /// A set of one, its default.
    #[must_use]
    pub fn new(default: impl Into<Arc<Lmk>>) -> Self {
        Self { default: default.into(), others: BTreeMap::new() }
    }

    /// A second set of the same LMKs, which are there once.
    #[must_use]
    pub fn shared(&self) -> Self {
        Self { default: Arc::clone(&self.default), others: self.others.clone() }
    }

    /// Adds an LMK, in place of the one with the same identifier if there is one.
    pub fn insert(&mut self, lmk: impl Into<Arc<Lmk>>) {
        let lmk = lmk.into();
        if lmk.id() == self.default.id() {
            self.default = lmk;
        } else {
            self.others.insert(lmk.id(), lmk);
        }
    }

    /// The LMK that requests without an identifier mean.
    #[must_use]
    pub fn default_lmk(&self) -> &Lmk {
        &self.default
    }

    /// The LMK with this identifier.
    #[must_use]
    pub fn get(&self, id: LmkId) -> Option<&Lmk> {
        if id == self.default.id() {
            Some(&self.default)
        } else {
            self.others.get(&id).map(AsRef::as_ref)
        }
    }

    /// The LMK that a request names, or the default if it names none.
    ///
    /// # Errors
    /// [`KeyRefused::LmkId`] if the one named is not loaded.
    pub fn select(&self, named: Option<LmkId>) -> Result<&Lmk, KeyRefused> {
        named.map_or(Ok(self.default_lmk()), |id| self.get(id).ok_or(KeyRefused::LmkId))
    }

    /// Every LMK: the default, then the others by identifier.
    pub fn iter(&self) -> impl Iterator<Item = &Lmk> {
        std::iter::once(&self.default).chain(self.others.values()).map(AsRef::as_ref)
    }
}
