//! What is in force now: exchanged while requests run, and every batch keeps what it began with.

use crate::settings::{LmkNotAdmitted, Settings};
use payhsm_keys::LmkSet;
use std::sync::{Arc, PoisonError, RwLock};

/// What an unsealed appliance holds. What officers store comes to lie beside the LMKs.
#[derive(Debug)]
pub struct Held {
    /// The LMKs.
    pub lmks: LmkSet,
}

impl Held {
    /// These LMKs, if the settings admit all of them.
    ///
    /// # Errors
    /// [`LmkNotAdmitted`] says which rule one of them breaks.
    pub fn admitted(lmks: LmkSet, settings: &Settings) -> Result<Self, LmkNotAdmitted> {
        lmks.iter().try_for_each(|lmk| settings.admit(lmk))?;
        Ok(Self { lmks })
    }
}

/// The place where it lies. The lock is held for as long as it takes to count one more user.
#[derive(Debug, Default)]
pub(super) struct InForce(RwLock<Option<Arc<Held>>>);

impl InForce {
    pub(super) fn new(held: Option<Held>) -> Self {
        Self(RwLock::new(held.map(Arc::new)))
    }

    /// What is in force now. It lives until the last who asked has done with it.
    pub(super) fn snapshot(&self) -> Option<Arc<Held>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts something else in force; gives back what was.
    pub(super) fn exchange(&self, held: Option<Held>) -> Option<Arc<Held>> {
        let mut place = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *place, held.map(Arc::new))
    }
}
