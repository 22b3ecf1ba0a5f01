//! A store that is read but not open: its keys are missing, or what is in it is still to be believed.

use super::anchor::{Anchor, Known};
use super::database::{self, Records};
use super::header::{HEADER, Header, Index, digest};
use super::record::{self, FORMAT};
use super::{Store, StoreFiles, StoreKey, StoreKeys, StoreRefused};
use crate::random::Random;
use payhsm_arena::ArenaBox;
use std::fmt;

/// How old a store may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// The highest generation that an officer has seen; 0 if none has.
    pub seen_generation: u64,
    /// Two officers accept a store that is older, or has no anchor.
    pub accept_older: bool,
}

/// All records of a store, sealed. The file is not held open.
pub struct SealedStore {
    files: StoreFiles,
    records: Records,
}

impl SealedStore {
    /// Reads a store, and changes nothing.
    ///
    /// # Errors
    /// [`StoreRefused::Missing`], [`StoreRefused::InUse`], [`StoreRefused::Unreadable`], [`StoreRefused::File`],
    /// [`StoreRefused::Format`]
    pub fn read(files: &StoreFiles) -> Result<Self, StoreRefused> {
        let records = database::read_untouched(&files.store)?;
        let header = records.get(HEADER).ok_or(StoreRefused::File)?;
        match record::format(header) {
            Some(FORMAT) => Ok(Self { files: files.clone(), records }),
            Some(other) => Err(StoreRefused::Format(other)),
            None => Err(StoreRefused::Damaged(HEADER.to_owned())),
        }
    }

    /// The number that an LMK has here, by any record that opens under it.
    ///
    /// # Errors
    /// [`StoreRefused::AnotherLmk`] if none does.
    pub fn lmk_number(&self, key: &StoreKey) -> Result<u32, StoreRefused> {
        // Mostly the header does.
        let header = self.records.get_key_value(HEADER);
        let mut records = header.into_iter().chain(&self.records);
        let found = records.find_map(|(name, value)| {
            let stamp = record::stamp(value)?;
            // In secret memory: which record it will be is not known yet.
            record::open_secret(key, name, value).ok().map(|_| stamp.lmk)
        });
        found.ok_or(StoreRefused::AnotherLmk)
    }

    /// Number of the LMK that seals the header.
    pub(crate) fn current_lmk(&self) -> Option<u32> {
        Some(record::stamp(self.records.get(HEADER)?)?.lmk)
    }

    /// A secret record, before the store is open.
    pub(crate) fn peek_secret(
        &self,
        name: &str,
        key: &StoreKey,
    ) -> Result<Option<ArenaBox<[u8]>>, StoreRefused> {
        let value = self.records.get(name);
        value.map(|value| record::open_secret(key, name, value)).transpose()
    }

    /// Opens it: every record has to open, to be the one that the header knows, and none may be missing.
    ///
    /// The anchor is brought up if it is behind. If an older store is accepted, the generation goes past all that
    /// was known, and the header counts it.
    ///
    /// # Errors
    /// [`StoreRefused`]; files are then as they were.
    pub fn open(
        self,
        keys: StoreKeys,
        expected: Expected,
        random: &mut dyn Random,
    ) -> Result<Store, StoreRefused> {
        let (header, index, current) = self.checked(&keys)?;
        let anchor = Anchor::at(&self.files.anchor);
        let known = anchor.read(&header.appliance)?;
        let behind = known != Known::Generation(header.generation);
        let (highest, older) = too_old(&header, &known, expected);
        if let Some(refused) = &older
            && !expected.accept_older
        {
            return Err(refused.clone());
        }
        let database = database::open(&self.files.store)?;
        if database::all(&database)? != self.records {
            return Err(StoreRefused::Changed);
        }
        let files = self.files;
        let mut store =
            Store { database, files, anchor, keys, current, header, index, failed: false };
        if older.is_some() {
            store.change(random, |batch| {
                batch.restore_past(highest);
                Ok::<(), StoreRefused>(())
            })?;
        } else if behind {
            let header = &store.header;
            store.anchor.prepare(&header.appliance, header.generation)?.publish()?;
        }
        Ok(store)
    }

    fn checked(&self, keys: &StoreKeys) -> Result<(Header, Index, u32), StoreRefused> {
        let mut index = Index::new();
        let mut header = None;
        for (name, value) in &self.records {
            let damaged = || StoreRefused::Damaged(name.clone());
            let stamp = record::stamp(value).ok_or_else(damaged)?;
            let key = keys.get(&stamp.lmk).ok_or_else(damaged)?;
            if name == HEADER {
                header = Some((Header::from_text(&record::open(key, name, value)?)?, stamp));
            } else {
                // In secret memory as far as it fits; what is larger is no secret.
                match record::open_secret(key, name, value) {
                    Err(StoreRefused::Memory) => drop(record::open(key, name, value)?),
                    other => drop(other?),
                }
                index.insert(name.clone(), stamp);
            }
        }
        let (header, stamp) = header.ok_or(StoreRefused::File)?;
        if header.digest != digest(&index) || header.generation != stamp.version {
            return Err(StoreRefused::Replaced);
        }
        Ok((header, index, stamp.lmk))
    }
}

/// The highest generation that is known, and what is wrong with one that is lower.
fn too_old(header: &Header, known: &Known, expected: Expected) -> (u64, Option<StoreRefused>) {
    let (found, seen) = (header.generation, expected.seen_generation);
    let (anchored, refused) = match *known {
        Known::Nothing => (0, Some(StoreRefused::AnchorMissing)),
        Known::Foreign => (0, Some(StoreRefused::AnchorForeign)),
        Known::Generation(known) if known > found => {
            (known, Some(StoreRefused::OlderThanAnchor { found, known }))
        }
        Known::Generation(known) => (known, None),
    };
    let by_officer = (seen > found).then_some(StoreRefused::OlderThanSeen { found, known: seen });
    (anchored.max(seen), refused.or(by_officer))
}

impl fmt::Debug for SealedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedStore({} records)", self.records.len())
    }
}
