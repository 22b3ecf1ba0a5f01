//! Another master LMK: everything in the store moves from under the one to under the other.
//!
//! 1. [`Vault::begin_change`] puts the new master into the store, sealed by the old one, and the old one, sealed by the
//!    new one: from here shares of either unseal.
//! 2. Each [`Vault::continue_change`] moves some records. Which ones are left is told by the records themselves.
//! 3. With none left, one last write seals the header by the new master, keeps the old one as *old*, and takes out
//!    what step 1 put in.
//!
//! Every step is one write of the store, so whatever stops the process stops it between two of them. Requests go on
//! under the old master until the last step.

use super::inventory::moved;
use super::records::{self, LabelledKey, LmkAbout, SecretRecord, about_name};
use super::{Master, Vault, VaultRefused, Working};
use crate::lmk::LmkSecret;
use crate::random::Random;
use crate::store::{Batch, StoreKey};
use payhsm_arena::ArenaBox;

/// Records that one step moves.
const STEP: usize = 32;

/// How far a change of the master is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MasterChange {
    /// Records that are moved.
    pub done: usize,
    /// Records in all.
    pub of: usize,
    /// The new master is in force.
    pub finished: bool,
}

/// A record on its way.
enum Moved {
    Open(String, Vec<u8>),
    Secret(String, ArenaBox<[u8]>),
}

impl Vault {
    /// Begins to replace the master, by one with the same id. Give its shares to their holders before it goes on
    /// ([`crate::ceremony::shares::split`]); [`Vault::split_again`] makes others.
    ///
    /// # Errors
    /// [`VaultRefused::Changing`], [`VaultRefused::SameLmk`], or what the store says.
    pub fn begin_change(
        &self,
        new: LmkSecret,
        about: &LmkAbout,
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            if about.id != working.id {
                return Err(VaultRefused::NoLmk(about.id));
            }
            if new.is(&working.master.secret) {
                return Err(VaultRefused::SameLmk);
            }
            let from = working.store.current_lmk();
            let to = from.saturating_add(1);
            let next = SecretRecord::text(working.id, to, &new)?;
            let before = SecretRecord::text(working.id, from, &working.master.secret)?;
            let text = about.with(&new)?.to_text()?;
            let key = StoreKey::of(&new)?;
            let new = Master::new(working.id, new)?;
            working.store.add_key(to, key);
            let begun = working.store.change(random, |batch| {
                batch.put_secret(records::NEXT, &next)?;
                batch.put_secret_under(to, records::BEFORE, &before)?;
                batch.put(records::NEXT_ABOUT, text)
            });
            if let Err(refused) = begun {
                working.store.forget_key(to);
                return Err(refused.into());
            }
            working.next = Some(new);
            Ok(())
        })
    }

    /// How far the change is, if there is one.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`]
    pub fn changing(&self) -> Result<Option<MasterChange>, VaultRefused> {
        self.read(|working| Ok(working.next.as_ref().map(|_| progress(working))))
    }

    /// The next step: 32 records, or the last step.
    ///
    /// # Errors
    /// [`VaultRefused::NotChanging`], or what the store says; the change can then be continued.
    pub fn continue_change(&self, random: &mut dyn Random) -> Result<MasterChange, VaultRefused> {
        let mut working = self.lock();
        let working = working.as_mut().ok_or(VaultRefused::Sealed)?;
        if left(working).is_empty() {
            finish(working, random)?;
            self.show(working, random)?;
            let of = working.store.len();
            return Ok(MasterChange { done: of, of, finished: true });
        }
        step(working, random)?;
        Ok(progress(working))
    }
}

/// Names of the records that are still under the old master and have to move.
fn left(working: &Working) -> Vec<String> {
    let mut names = working.store.names_under(working.store.current_lmk());
    names.retain(|name| name != records::NEXT);
    names
}

fn progress(working: &Working) -> MasterChange {
    let of = working.store.len().saturating_sub(2);
    MasterChange { done: of.saturating_sub(left(working).len()), of, finished: false }
}

fn step(working: &mut Working, random: &mut dyn Random) -> Result<(), VaultRefused> {
    let next = working.next.as_ref().ok_or(VaultRefused::NotChanging)?;
    let to = working.store.current_lmk().saturating_add(1);
    let mut records = Vec::new();
    for name in left(working).into_iter().take(STEP) {
        records.push(match name.split_once('/') {
            Some(("lmk" | "old" | "audit" | "state", _)) => {
                let text = working.store.get_secret(&name)?;
                Moved::Secret(name.clone(), text.ok_or(VaultRefused::Record(name))?)
            }
            Some(("key", _)) => {
                let text = there(working, &name)?;
                let mut key = LabelledKey::from_text(&name, &text)?;
                key.block = moved(&key.block, &working.master.lmk, &next.lmk, random)?;
                Moved::Open(name, key.to_text()?)
            }
            _ => {
                let text = there(working, &name)?;
                Moved::Open(name, text)
            }
        });
    }
    working.store.change(random, |batch: &mut Batch<'_>| {
        records.into_iter().try_for_each(|record| match record {
            Moved::Open(name, text) => batch.put_under(to, &name, text),
            Moved::Secret(name, text) => batch.put_secret_under(to, &name, &text),
        })
    })?;
    Ok(())
}

fn finish(working: &mut Working, random: &mut dyn Random) -> Result<(), VaultRefused> {
    let next = working.next.take().ok_or(VaultRefused::NotChanging)?;
    let from = working.store.current_lmk();
    let to = from.saturating_add(1);
    let finished = last_write(working, to, random);
    if let Err(refused) = finished {
        working.next = Some(next);
        return Err(refused);
    }
    working.store.forget_key(from);
    working.master = next;
    Ok(())
}

fn last_write(working: &mut Working, to: u32, random: &mut dyn Random) -> Result<(), VaultRefused> {
    let old = SecretRecord::text(working.id, 0, &working.master.secret)?;
    let about = there(working, records::NEXT_ABOUT)?;
    let name = about_name(working.id);
    working.store.change(random, |batch| {
        batch.make_current(to);
        batch.put_secret(records::OLD, &old)?;
        batch.put(&name, about)?;
        batch.remove(records::NEXT)?;
        batch.remove(records::BEFORE)?;
        batch.remove(records::NEXT_ABOUT)
    })?;
    Ok(())
}

/// The text of a record that is there.
fn there(working: &Working, name: &str) -> Result<Vec<u8>, VaultRefused> {
    working.store.get(name)?.ok_or_else(|| VaultRefused::Record(name.to_owned()))
}
