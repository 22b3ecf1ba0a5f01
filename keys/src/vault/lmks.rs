//! LMKs besides the master, and shares of those that are there.

use super::records::{self, LmkAbout, SecretRecord, about_name, lmk_name};
use super::{Vault, VaultRefused, Working};
use crate::ceremony::shares::{Share, split};
use crate::lmk::{Lmk, LmkSecret};
use crate::random::Random;
use payhsm_protocol::field::{CheckValue, LmkId};
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

    /// Splits an LMK that is in the store once more, as when a holder leaves; shares of earlier splits stay good. `hand_out`
    /// gets its check value and the shares; once it has taken them, the store says who holds them, in one write.
    ///
    /// While the master is being changed this splits the next one: its shares may have been lost on their way.
    ///
    /// # Errors
    /// [`VaultRefused::NoLmk`], [`VaultRefused::Share`], or what `hand_out` says; the store is then as it was.
    pub fn split_again<T, E: From<VaultRefused>>(
        &self,
        id: LmkId,
        (quorum, holders): (Quorum, &[String]),
        random: &mut dyn Random,
        hand_out: impl FnOnce(&CheckValue, &[Share]) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut working = self.lock();
        let working = working.as_mut().ok_or(VaultRefused::Sealed)?;
        let besides;
        let (secret, name) = match &working.next {
            Some(next) if id == working.id => (&next.secret, records::NEXT_ABOUT.to_owned()),
            _ if id == working.id => (&working.master.secret, about_name(id)),
            _ => {
                besides = other(working, id)?;
                (&besides.secret, about_name(id))
            }
        };
        let shares = split(secret, id, quorum, random).map_err(VaultRefused::from)?;
        let check_value = secret.check_value().map_err(VaultRefused::from)?;
        let handed_out = hand_out(&check_value, &shares)?;
        let about = LmkAbout { id, check_value, quorum: Some(quorum), holders: holders.to_vec() };
        let text = about.to_text().map_err(VaultRefused::from)?;
        // In the middle of a change some records are under the next master already, and stay there.
        let under = working.store.lmk_of(&name).unwrap_or_else(|| working.store.current_lmk());
        let put = working.store.change(random, |batch| batch.put_under(under, &name, text));
        put.map_err(VaultRefused::from)?;
        Ok(handed_out)
    }

    /// Whether an LMK that came together of shares is not the master in force but the next one, while it is being changed.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], [`VaultRefused::OtherLmk`] for any other.
    pub fn is_next(&self, lmk: &LmkSecret) -> Result<bool, VaultRefused> {
        self.read(|working| {
            if lmk.is(&working.master.secret) {
                return Ok(false);
            }
            let next = working.next.as_ref().filter(|next| lmk.is(&next.secret));
            next.map(|_| true).ok_or(VaultRefused::OtherLmk)
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

/// An LMK besides the master.
fn other(working: &Working, id: LmkId) -> Result<SecretRecord, VaultRefused> {
    let record = working.store.get_secret(&lmk_name(id))?;
    SecretRecord::open(record.ok_or(VaultRefused::NoLmk(id))?)
}
