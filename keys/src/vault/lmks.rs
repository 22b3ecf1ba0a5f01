//! LMKs besides the master, and shares of those that are there.

use super::records::{self, LmkAbout, SecretRecord, about_name, lmk_name};
use super::{Vault, VaultRefused};
use crate::ceremony::shares::{Share, split};
use crate::lmk::{Lmk, LmkSecret};
use crate::random::Random;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::Quorum;
use std::sync::Arc;

impl Vault {
    /// Adds an LMK; it lies in the store and comes back with every unsealing.
    ///
    /// # Errors
    /// [`VaultRefused::LmkTaken`], or what the store says.
    pub fn add_lmk(
        &self,
        lmk: &LmkSecret,
        about: &LmkAbout,
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            if self.shown()?.lmks().get(about.id).is_some() {
                return Err(VaultRefused::LmkTaken(about.id));
            }
            let secret = SecretRecord::text(about.id, 0, lmk)?;
            let text = about.with(lmk)?.to_text()?;
            Ok(working.store.change(random, |batch| {
                batch.put_secret(&lmk_name(about.id), &secret)?;
                batch.put(&about_name(about.id), text)
            })?)
        })
    }

    /// Takes a public test LMK into force, until the vault is sealed; it is not kept.
    ///
    /// # Errors
    /// [`VaultRefused::NotPublic`], [`VaultRefused::LmkTaken`], [`VaultRefused::Sealed`]
    pub fn add_test_lmk(&self, lmk: Lmk, random: &mut dyn Random) -> Result<(), VaultRefused> {
        if !lmk.is_test() {
            return Err(VaultRefused::NotPublic);
        }
        self.change(random, |working, _| {
            if self.shown()?.lmks().get(lmk.id()).is_some() {
                return Err(VaultRefused::LmkTaken(lmk.id()));
            }
            working.test_lmks.push(Arc::new(lmk));
            Ok(())
        })
    }

    /// What is known of the LMKs in the store, by id.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn about_lmks(&self) -> Result<Vec<LmkAbout>, VaultRefused> {
        self.read(|working| {
            let ids = working.store.list("about");
            let about = ids.iter().map(|id| {
                let name = format!("about/{id}");
                let text = working.store.get(&name)?;
                LmkAbout::from_text(&name, &text.ok_or_else(|| VaultRefused::Record(name.clone()))?)
            });
            about.collect()
        })
    }

    /// Splits an LMK that is in the store once more, as when a holder leaves; shares of earlier splits stay good.
    ///
    /// While the master is being changed this splits the next one: its shares may have been lost on their way.
    ///
    /// # Errors
    /// [`VaultRefused::NoLmk`], [`VaultRefused::Share`]
    pub fn split_again(
        &self,
        id: LmkId,
        quorum: Quorum,
        random: &mut dyn Random,
    ) -> Result<Vec<Share>, VaultRefused> {
        self.read(|working| {
            if id == working.id {
                let master = working.next.as_ref().unwrap_or(&working.master);
                return Ok(split(&master.secret, id, quorum, random)?);
            }
            let record = working.store.get_secret(&lmk_name(id))?;
            let record = SecretRecord::open(record.ok_or(VaultRefused::NoLmk(id))?)?;
            Ok(split(&record.secret, id, quorum, random)?)
        })
    }

    /// Erases the master before this one.
    ///
    /// # Errors
    /// [`VaultRefused::NoOldLmk`], or what the store says.
    pub fn erase_old_lmk(&self, random: &mut dyn Random) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            if self.shown()?.old_lmk().is_none() {
                return Err(VaultRefused::NoOldLmk);
            }
            Ok(working.store.change(random, |batch| batch.remove(records::OLD))?)
        })
    }
}
