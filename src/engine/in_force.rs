//! What is in force now: exchanged while requests run, and every batch keeps what it began with.

use crate::settings::{LmkNotAdmitted, Settings};
use payhsm_keys::{Inventory, Lmk, LmkSet};
use std::sync::{Arc, PoisonError, RwLock};

/// What an unsealed appliance holds: LMKs, and what officers stored under them.
#[derive(Clone, Debug)]
pub struct Held(Arc<Inventory>);

impl Held {
    /// This, if the settings admit all LMKs of it.
    ///
    /// # Errors
    /// [`LmkNotAdmitted`] says which rule one of them breaks.
    pub fn admitted(
        inventory: impl Into<Arc<Inventory>>,
        settings: &Settings,
    ) -> Result<Self, LmkNotAdmitted> {
        let inventory = inventory.into();
        inventory.lmks().iter().try_for_each(|lmk| settings.admit(lmk))?;
        Ok(Self(inventory))
    }

    /// This, unseen.
    pub(super) const fn new(inventory: Arc<Inventory>) -> Self {
        Self(inventory)
    }

    /// LMKs and stored keys.
    #[must_use]
    pub fn inventory(&self) -> &Arc<Inventory> {
        &self.0
    }

    /// The LMKs.
    #[must_use]
    pub fn lmks(&self) -> &LmkSet {
        self.0.lmks()
    }
}

/// The LMKs in force, for whoever reports on them.
#[derive(Clone, Copy, Debug)]
pub struct LmksInForce<'a>(Option<&'a Inventory>);

impl<'a> LmksInForce<'a> {
    pub(super) const fn of(inventory: Option<&'a Inventory>) -> Self {
        Self(inventory)
    }

    /// Each of them, and whether there is an old one beside it.
    pub fn each(self) -> impl Iterator<Item = (&'a Lmk, bool)> {
        let all =
            self.0.into_iter().flat_map(|held| held.lmks().iter().map(move |lmk| (held, lmk)));
        all.map(|(held, lmk)| (lmk, held.old_lmk_of(lmk.id()).is_some()))
    }
}

/// The place where it lies. The lock is held for as long as it takes to count one more user.
#[derive(Debug, Default)]
pub(super) struct InForce(RwLock<Option<Held>>);

impl InForce {
    pub(super) fn new(held: Option<Held>) -> Self {
        Self(RwLock::new(held))
    }

    /// What is in force now. It lives until the last who asked has done with it.
    pub(super) fn snapshot(&self) -> Option<Held> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts something else in force; gives back what was.
    pub(super) fn exchange(&self, held: Option<Held>) -> Option<Held> {
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, held)
    }
}
