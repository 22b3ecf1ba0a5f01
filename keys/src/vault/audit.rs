//! The keys of the audit log in the store.
//!
//! A new signing key counts when the log says so, in a record that both keys sign. Store and log are two files, and
//! whatever stops the process may stop it between them: so the keys before are kept until
//! [`Vault::forget_audit_keys_before`].

#[cfg(test)]
mod tests;

use super::records::{AUDIT, AUDIT_BEFORE};
use super::{Vault, VaultRefused, Working};
use crate::audit_key::AuditKeys;
use crate::random::Random;
use std::sync::Arc;

impl Vault {
    /// The keys of the audit log; made and stored when there are none yet, also while the master is being changed.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn audit_keys(&self, random: &mut dyn Random) -> Result<Arc<AuditKeys>, VaultRefused> {
        let mut working = self.lock();
        in_force(working.as_mut().ok_or(VaultRefused::Sealed)?, random)
    }

    /// The keys that were replaced, as long as [`Vault::forget_audit_keys_before`] was not called: the log may not say yet
    /// that others count.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn audit_keys_before(&self) -> Result<Option<Arc<AuditKeys>>, VaultRefused> {
        self.read(|working| stored(working, AUDIT_BEFORE))
    }

    /// Another signing key; the key for fingerprints stays. Gives the keys before and those in force now.
    ///
    /// While there are keys before that are not forgotten it makes nothing, and gives these two once more.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], [`VaultRefused::Changing`], or what the store says.
    pub fn replace_audit_keys(
        &self,
        random: &mut dyn Random,
    ) -> Result<(Arc<AuditKeys>, Arc<AuditKeys>), VaultRefused> {
        let mut working = self.lock();
        let working = working.as_mut().ok_or(VaultRefused::Sealed)?;
        if let Some(before) = stored(working, AUDIT_BEFORE)? {
            return Ok((before, in_force(working, random)?));
        }
        if working.next.is_some() {
            return Err(VaultRefused::Changing);
        }
        let before = in_force(working, random)?;
        let now = before.with_new_signing_key(random)?;
        let (old, new) = (before.to_text()?, now.to_text()?);
        working.store.change(random, |batch| {
            batch.put_secret(AUDIT_BEFORE, &old)?;
            batch.put_secret(AUDIT, &new)
        })?;
        Ok((before, Arc::new(now)))
    }

    /// Erases the keys that were replaced: the log says that others count, and nobody is to sign with these again.
    /// Nothing if there are none.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn forget_audit_keys_before(&self, random: &mut dyn Random) -> Result<(), VaultRefused> {
        let mut working = self.lock();
        let working = working.as_mut().ok_or(VaultRefused::Sealed)?;
        if working.store.lmk_of(AUDIT_BEFORE).is_none() {
            return Ok(());
        }
        Ok(working.store.change(random, |batch| batch.remove(AUDIT_BEFORE))?)
    }
}

/// Those in the store, or new ones.
fn in_force(
    working: &mut Working,
    random: &mut dyn Random,
) -> Result<Arc<AuditKeys>, VaultRefused> {
    if let Some(keys) = stored(working, AUDIT)? {
        return Ok(keys);
    }
    let keys = AuditKeys::generate(random)?;
    let text = keys.to_text()?;
    working.store.change(random, |batch| batch.put_secret(AUDIT, &text))?;
    Ok(Arc::new(keys))
}

/// No inventory has them: requests do not use them by name.
fn stored(working: &Working, name: &str) -> Result<Option<Arc<AuditKeys>>, VaultRefused> {
    let Some(text) = working.store.get_secret(name)? else { return Ok(None) };
    let keys = AuditKeys::from_text(&text).map_err(|_| VaultRefused::Record(name.to_owned()))?;
    Ok(Some(Arc::new(keys)))
}
