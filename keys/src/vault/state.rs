//! The keys of the rows of state in the store: made inside when they are first asked for, never replaced, and taken
//! along by a change of the master. What is restored from a backup has the keys of the appliance that it is of.

#[cfg(test)]
mod tests;

use super::records::STATE;
use super::{Vault, VaultRefused};
use crate::random::Random;
use crate::state_keys::StateKeys;
use std::sync::Arc;

impl Vault {
    /// The keys of the rows of state; made and stored when there are none yet, also while the master is being changed.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn state_keys(&self, random: &mut dyn Random) -> Result<Arc<StateKeys>, VaultRefused> {
        let mut working = self.lock();
        let working = working.as_mut().ok_or(VaultRefused::Sealed)?;
        if let Some(text) = working.store.get_secret(STATE)? {
            let keys =
                StateKeys::from_text(&text).map_err(|_| VaultRefused::Record(STATE.to_owned()))?;
            return Ok(Arc::new(keys));
        }
        let keys = StateKeys::generate(random)?;
        let text = keys.to_text()?;
        working.store.change(random, |batch| batch.put_secret(STATE, &text))?;
        Ok(Arc::new(keys))
    }
}
