//! Where a store lies, and what it is sealed with.

use super::StoreRefused;
use super::database::remove;
use crate::lmk::LmkSecret;
use payhsm_arena::ArenaBox;
use payhsm_crypto::aead::AeadKey;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a store lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFiles {
    /// The store.
    pub store: PathBuf,
    /// Its generation; may be on another disk.
    pub anchor: PathBuf,
}

impl StoreFiles {
    /// `store.redb` and `generation` in a folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self { store: folder.join("store.redb"), anchor: folder.join("generation") }
    }

    /// Removes the store, if there is one, and its anchor. Of what it held nothing is kept.
    ///
    /// # Errors
    /// What the disk says.
    pub fn remove(&self) -> Result<(), StoreRefused> {
        remove(&self.store)?;
        remove(&self.anchor)
    }
}

/// The key that seals what is under one LMK.
pub struct StoreKey(pub(super) ArenaBox<AeadKey>);

impl StoreKey {
    /// The key derived from an LMK.
    ///
    /// # Errors
    /// [`StoreRefused::Memory`] without secret memory.
    pub fn of(lmk: &LmkSecret) -> Result<Self, StoreRefused> {
        lmk.store_key().map(Self).map_err(|_| StoreRefused::Memory)
    }
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreKey(…)")
    }
}

/// The keys of a store, by number of their LMK: one, or two while the master is being changed.
pub type StoreKeys = BTreeMap<u32, StoreKey>;
