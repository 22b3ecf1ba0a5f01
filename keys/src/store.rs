//! The sealed store: what an appliance keeps on its disk, every record under a key derived from the LMK.
//!
//! One table of a `redb` file. Key: a record's name, `kind/name`. Value, integers big endian:
//!
//! | bytes | holds |
//! |---|---|
//! | 1 | format: 1 |
//! | 4 | number of the LMK that seals it: 1 for the first, one more with every change |
//! | 8 | record version: generation of the store when it was written |
//! | 12 | nonce, random |
//! | n | ciphertext, AES-256-GCM (SP 800-38D) |
//! | 16 | tag, also over the first 13 bytes and the name |
//!
//! The record `header` has no kind. It holds the id of the appliance, the generation, which every change raises by
//! one, and a SHA-256 over name, version and tag of all others, so that a record that was removed, or replaced by an
//! older one of the same name, is seen when the store is opened.
//!
//! Beside the store, or elsewhere, lies its generation once more: the anchor, a line of text. Order of a change: the new
//! anchor is written under another name; the store is committed; the anchor gets its name. So whatever stops the
//! process, the anchor is never ahead of a store that was not rolled back.

mod anchor;
mod backup;
mod batch;
mod database;
#[cfg(test)]
mod faults;
mod files;
mod header;
mod points;
mod record;
mod refused;
mod sealed;
#[cfg(test)]
mod tests;

use crate::random::Random;
use anchor::Anchor;
use database::Records;
use header::{Header, Index};
use payhsm_arena::ArenaBox;
use redb::Database;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

pub use batch::Batch;
pub use files::{StoreFiles, StoreKey, StoreKeys};
pub use refused::StoreRefused;
pub use sealed::{Expected, SealedStore};

use points::reached;
#[cfg(test)]
pub(crate) use points::{STOP_AT, at_points};

/// An open store.
pub struct Store {
    database: Database,
    files: StoreFiles,
    anchor: Anchor,
    keys: StoreKeys,
    /// Number of the LMK that seals the header and what is new.
    current: u32,
    header: Header,
    index: Index,
    /// The file failed in a change: what lies on the disk is known again when it is read again.
    failed: bool,
}

impl Store {
    /// Makes a store with what `make` puts in; its generation is 1, the number of its LMK is 1. All of it, or none.
    ///
    /// # Errors
    /// [`StoreRefused::Exists`], [`StoreRefused::Appliance`] if the id is not 16 hex digits, or what the disk says.
    pub fn create(
        files: &StoreFiles,
        appliance: &str,
        key: StoreKey,
        random: &mut dyn Random,
        make: impl FnOnce(&mut Batch<'_>) -> Result<(), StoreRefused>,
    ) -> Result<Self, StoreRefused> {
        let id = appliance.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !id || appliance.len() != 16 {
            return Err(StoreRefused::Appliance);
        }
        if files.store.exists() {
            return Err(StoreRefused::Exists);
        }
        let keys = BTreeMap::from([(1, key)]);
        let mut header = Header::new(appliance);
        let mut batch = Batch::new(&keys, 1, random);
        make(&mut batch)?;
        let mut index = Index::new();
        let (records, _) = batch.sealed(&mut header, &mut index)?;
        let records: Records =
            records.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let new = database::beside(&files.store, "new");
        database::write_new(&new, &records)?;
        reached("store written");
        // The id is another: an anchor of a store that was here before says nothing about this one.
        Anchor::at(&files.anchor).prepare(appliance, header.generation)?.publish()?;
        reached("anchor written");
        database::put_in_place(&new, &files.store)?;
        reached("store in place");
        let expected = Expected { seen_generation: 0, accept_older: false };
        SealedStore::read(files)?.open(keys, expected, random)
    }

    /// Opens a store whose records are all under one LMK.
    ///
    /// # Errors
    /// [`StoreRefused`]; files are then as they were.
    pub fn open(
        files: &StoreFiles,
        key: StoreKey,
        expected: Expected,
        random: &mut dyn Random,
    ) -> Result<Self, StoreRefused> {
        let sealed = SealedStore::read(files)?;
        let number = sealed.lmk_number(&key)?;
        sealed.open(BTreeMap::from([(number, key)]), expected, random)
    }

    /// Id of the appliance, 16 hex digits.
    #[must_use]
    pub fn appliance(&self) -> &str {
        &self.header.appliance
    }

    /// How often it was changed.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.header.generation
    }

    /// How often officers accepted an older one.
    #[must_use]
    pub fn restores(&self) -> u32 {
        self.header.restores
    }

    /// Number of the LMK that seals the header.
    #[must_use]
    pub fn current_lmk(&self) -> u32 {
        self.current
    }

    /// Names of the records of a kind, without the kind; in order.
    #[must_use]
    pub fn list(&self, kind: &str) -> Vec<String> {
        let names = self.index.keys().filter_map(|name| name.split_once('/'));
        names.filter(|(its, _)| *its == kind).map(|(_, name)| name.to_owned()).collect()
    }

    /// Names of the records under an LMK, whole, the header not among them; in order.
    pub(crate) fn names_under(&self, lmk: u32) -> Vec<String> {
        let under = self.index.iter().filter(|(_, stamp)| stamp.lmk == lmk);
        under.map(|(name, _)| name.clone()).collect()
    }

    /// Number of the LMK that a record is under.
    pub(crate) fn lmk_of(&self, name: &str) -> Option<u32> {
        self.index.get(name).map(|stamp| stamp.lmk)
    }

    /// How many records there are, the header not among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether there is none but the header.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// A record; for what is no secret.
    ///
    /// # Errors
    /// [`StoreRefused::Damaged`], [`StoreRefused::Unreadable`]
    pub fn get(&self, name: &str) -> Result<Option<Vec<u8>>, StoreRefused> {
        let Some((key, value)) = self.value(name)? else { return Ok(None) };
        record::open(key, name, &value).map(Some)
    }

    /// A record that is a secret of at most 4096 bytes, deciphered in secret memory.
    ///
    /// # Errors
    /// [`StoreRefused::Damaged`], [`StoreRefused::Unreadable`], [`StoreRefused::Memory`]
    pub fn get_secret(&self, name: &str) -> Result<Option<ArenaBox<[u8]>>, StoreRefused> {
        let Some((key, value)) = self.value(name)? else { return Ok(None) };
        record::open_secret(key, name, &value).map(Some)
    }

    /// The value of a record, and the key that it is under.
    fn value(&self, name: &str) -> Result<Option<(&StoreKey, Vec<u8>)>, StoreRefused> {
        let Some(stamp) = self.index.get(name) else { return Ok(None) };
        let damaged = || StoreRefused::Damaged(name.to_owned());
        let value = database::get(&self.database, name).map_err(|refused| self.told(refused))?;
        let value = value.ok_or_else(damaged)?;
        // What was seen when the store was opened is what still has to be there.
        if record::stamp(&value).is_none_or(|found| found != *stamp) {
            return Err(damaged());
        }
        let key = self.keys.get(&stamp.lmk).ok_or_else(damaged)?;
        Ok(Some((key, value)))
    }

    /// Changes the store as `make` says, all of it or nothing, and raises the generation by one.
    ///
    /// Durable when it returns.
    ///
    /// # Errors
    /// What `make` says, [`StoreRefused::Full`] or [`StoreRefused::Unwritable`], and nothing was changed;
    /// [`StoreRefused::Uncertain`] if the commit itself failed, and nothing more is taken until it is opened again.
    pub fn change<T, E: From<StoreRefused>>(
        &mut self,
        random: &mut dyn Random,
        make: impl FnOnce(&mut Batch<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_sound()?;
        let mut header = self.header.clone();
        let mut index = self.index.clone();
        let mut batch = Batch::new(&self.keys, self.current, random);
        let made = make(&mut batch)?;
        let (records, current) = batch.sealed(&mut header, &mut index)?;
        self.write(&header, &records)?;
        (self.header, self.index, self.current) = (header, index, current);
        Ok(made)
    }

    /// After a failure redb gives no more than what it happens to have in memory.
    fn check_sound(&self) -> Result<(), StoreRefused> {
        if self.failed { Err(self.told(StoreRefused::File)) } else { Ok(()) }
    }

    /// What to say of a failure: that of an earlier change counts.
    fn told(&self, refused: StoreRefused) -> StoreRefused {
        if self.failed {
            StoreRefused::Uncertain("in an earlier change".to_owned())
        } else {
            refused
        }
    }

    fn write(
        &mut self,
        header: &Header,
        records: &BTreeMap<String, Option<Vec<u8>>>,
    ) -> Result<(), StoreRefused> {
        let anchor = self.anchor.prepare(&header.appliance, header.generation)?;
        reached("anchor prepared");
        database::write(&self.database, records).inspect_err(|_| self.failed = true)?;
        reached("store committed");
        // The change is made, whatever becomes of the anchor: one that is behind is brought up when the store is opened.
        if anchor.publish().is_ok() {
            reached("anchor published");
        }
        Ok(())
    }

    /// Gives a second key to work with, while the master is being changed.
    pub(crate) fn add_key(&mut self, number: u32, key: StoreKey) {
        self.keys.insert(number, key);
    }

    /// Forgets the key of an LMK that seals nothing any more.
    pub(crate) fn forget_key(&mut self, number: u32) {
        if number != self.current && self.names_under(number).is_empty() {
            self.keys.remove(&number);
        }
    }

    /// Copies the store as it is to a new file: whole, or not at all.
    ///
    /// # Errors
    /// [`StoreRefused::Exists`], or what the disk says.
    pub fn backup(&self, to: &Path) -> Result<(), StoreRefused> {
        self.check_sound()?;
        backup::copy(&self.database, to)
    }

    /// Closes the store and removes its files.
    ///
    /// # Errors
    /// What the disk says. The keys are gone in any case.
    pub fn erase(self) -> Result<(), StoreRefused> {
        let files = self.files.clone();
        drop(self);
        files.remove()
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (records, generation) = (self.index.len(), self.header.generation);
        write!(f, "Store({}, generation {generation}, {records} records)", self.header.appliance)
    }
}
