//! The list of officers that counts.

use super::records::{OFFICERS, decode, encode};
use super::{Vault, VaultRefused};
use crate::random::Random;
use payhsm_protocol::officer::Officer;

impl Vault {
    /// All officers.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn officers(&self) -> Result<Vec<Officer>, VaultRefused> {
        self.read(|working| match working.store.get(OFFICERS)? {
            Some(text) => decode(OFFICERS, &text),
            None => Ok(Vec::new()),
        })
    }

    /// Puts another list in place of the one that is there.
    ///
    /// # Errors
    /// [`VaultRefused`]
    pub fn set_officers(
        &self,
        officers: &[Officer],
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        let text = encode(&officers.to_vec())?;
        self.change(random, |working, random| {
            Ok(working.store.change(random, |batch| batch.put(OFFICERS, text))?)
        })
    }
}
