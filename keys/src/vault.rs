//! The vault: the LMKs in force, the open store, and what officers do with both.
//!
//! Requests see an [`Inventory`], which is whole and never changes: [`Vault::inventory`] takes a lock for as long as it
//! takes to copy a pointer. Officers' acts go one after another: first to the disk, then a new inventory takes the place of
//! the old one. So no request ever waits for a disk.

mod audit;
mod blocks;
mod change;
mod inventory;
mod keys;
mod lmks;
mod officers;
mod records;
mod refused;
mod state;
#[cfg(test)]
mod tests;
mod zones;

use crate::lmk::{Lmk, LmkSecret};
use crate::random::Random;
use crate::rules::KeyRules;
use crate::store::{Expected, SealedStore, Store, StoreFiles, StoreKey, StoreKeys};
use payhsm_protocol::field::LmkId;
use records::SecretRecord;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

pub use change::MasterChange;
pub use inventory::Inventory;
pub use records::{LabelledKey, LmkAbout, Table};
pub use refused::VaultRefused;

/// One for a process; shared between the threads that serve requests and the one that serves officers.
pub struct Vault {
    files: StoreFiles,
    rules: KeyRules,
    inventory: RwLock<Option<Arc<Inventory>>>,
    working: Mutex<Option<Working>>,
}

/// What officers' acts work on, while the vault is unsealed.
struct Working {
    store: Store,
    id: LmkId,
    master: Master,
    /// The next master, while it is being changed.
    next: Option<Master>,
    /// Besides those in the store; of public value.
    test_lmks: Vec<Arc<Lmk>>,
}

/// A master LMK: as it is, and expanded.
struct Master {
    secret: LmkSecret,
    lmk: Arc<Lmk>,
}

impl Master {
    fn new(id: LmkId, secret: LmkSecret) -> Result<Self, VaultRefused> {
        let lmk = Arc::new(Lmk::aes_from_secret(id, &secret)?);
        Ok(Self { secret, lmk })
    }
}

impl Vault {
    /// A vault that is sealed, or has no store yet.
    #[must_use]
    pub fn new(files: StoreFiles, rules: KeyRules) -> Self {
        Self { files, rules, inventory: RwLock::default(), working: Mutex::default() }
    }

    /// Whether there is a store on the disk.
    #[must_use]
    pub fn has_store(&self) -> bool {
        self.files.store.exists()
    }

    /// What requests may use; `None` while it is sealed. Never waits for a disk.
    #[must_use]
    pub fn inventory(&self) -> Option<Arc<Inventory>> {
        self.inventory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The first master LMK: makes the store and unseals.
    ///
    /// # Errors
    /// [`VaultRefused`], as for a store that is there already.
    pub fn create(
        &self,
        appliance: &str,
        lmk: LmkSecret,
        about: &LmkAbout,
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        let mut working = self.lock();
        if working.is_some() {
            return Err(VaultRefused::Unsealed);
        }
        let name = records::about_name(about.id);
        let text = about.with(&lmk)?.to_text()?;
        let key = StoreKey::of(&lmk)?;
        let store =
            Store::create(&self.files, appliance, key, random, |batch| batch.put(&name, text))?;
        let master = Master::new(about.id, lmk)?;
        let made = Working { store, id: about.id, master, next: None, test_lmks: Vec::new() };
        self.show(&made, random)?;
        *working = Some(made);
        Ok(())
    }

    /// Opens the store with the master LMK `id`, or with either of two while the master is being changed, and takes
    /// everything that is in it into force.
    ///
    /// # Errors
    /// [`VaultRefused`]; files are then as they were.
    pub fn unseal(
        &self,
        id: LmkId,
        lmk: LmkSecret,
        expected: Expected,
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        let mut working = self.lock();
        if working.is_some() {
            return Err(VaultRefused::Unsealed);
        }
        let sealed = SealedStore::read(&self.files)?;
        let key = StoreKey::of(&lmk)?;
        let number = sealed.lmk_number(&key)?;
        let is_current = sealed.current_lmk() == Some(number);
        let name = if is_current { records::NEXT } else { records::BEFORE };
        let other = sealed.peek_secret(name, &key)?.map(SecretRecord::open).transpose()?;
        let (mut keys, mut other_number) = (StoreKeys::new(), number);
        if let Some(other) = &other {
            other_number = other.number;
            keys.insert(other_number, StoreKey::of(&other.secret)?);
        }
        keys.insert(number, key);
        let (given, other) = (Some(lmk), other.map(|other| other.secret));
        let (master, next) = if is_current { (given, other) } else { (other, given) };
        let store = sealed.open(keys, expected, random)?;
        let expected = if is_current { number } else { other_number };
        let master = master.filter(|_| store.current_lmk() == expected);
        let master =
            Master::new(id, master.ok_or(VaultRefused::Record(records::BEFORE.to_owned()))?)?;
        let next = next.map(|secret| Master::new(id, secret)).transpose()?;
        let made = Working { store, id, master, next, test_lmks: Vec::new() };
        self.show(&made, random)?;
        *working = Some(made);
        Ok(())
    }

    /// Forgets the LMKs. Requests that are under way finish with what they have.
    pub fn seal(&self) {
        let mut working = self.lock();
        *self.inventory.write().unwrap_or_else(PoisonError::into_inner) = None;
        *working = None;
    }

    /// Forgets the LMKs and removes store and generation file, also while it is sealed.
    ///
    /// # Errors
    /// What the disk says; the LMKs are forgotten in any case.
    pub fn erase(&self) -> Result<(), VaultRefused> {
        let mut working = self.lock();
        *self.inventory.write().unwrap_or_else(PoisonError::into_inner) = None;
        match working.take() {
            Some(working) => Ok(working.store.erase()?),
            None => Ok(self.files.remove()?),
        }
    }

    /// Id of the appliance, 16 hex digits.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`]
    pub fn appliance(&self) -> Result<String, VaultRefused> {
        self.read(|working| Ok(working.store.appliance().to_owned()))
    }

    /// Generation of the store.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`]
    pub fn generation(&self) -> Result<u64, VaultRefused> {
        self.read(|working| Ok(working.store.generation()))
    }

    /// Copies the store as it is to a new file: whole, or not at all.
    ///
    /// # Errors
    /// [`VaultRefused`], as for a file that is there already.
    pub fn backup(&self, to: &Path) -> Result<(), VaultRefused> {
        self.read(|working| Ok(working.store.backup(to)?))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Working>> {
        self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Officers' reading.
    fn read<T>(
        &self,
        work: impl FnOnce(&Working) -> Result<T, VaultRefused>,
    ) -> Result<T, VaultRefused> {
        work(self.lock().as_ref().ok_or(VaultRefused::Sealed)?)
    }

    /// Officers' changing; whatever came of it is shown to requests.
    fn change<T>(
        &self,
        random: &mut dyn Random,
        work: impl FnOnce(&mut Working, &mut dyn Random) -> Result<T, VaultRefused>,
    ) -> Result<T, VaultRefused> {
        let mut working = self.lock();
        let working = working.as_mut().ok_or(VaultRefused::Sealed)?;
        if working.next.is_some() {
            return Err(VaultRefused::Changing);
        }
        let made = work(working, random)?;
        self.show(working, random).map_err(|why| VaultRefused::NotShown(Box::new(why)))?;
        Ok(made)
    }

    /// Makes a new inventory of what is in the store, then puts it in place of the old one.
    fn show(&self, working: &Working, random: &mut dyn Random) -> Result<(), VaultRefused> {
        let made = Arc::new(Inventory::of(working, random)?);
        let before = self.inventory.write().unwrap_or_else(PoisonError::into_inner).replace(made);
        // Outside the lock: the last one to let go wipes.
        drop(before);
        Ok(())
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.inventory().is_some() { "unsealed" } else { "sealed" };
        write!(f, "Vault({state})")
    }
}
