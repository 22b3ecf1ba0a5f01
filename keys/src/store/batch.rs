//! What one change is made of.

use super::header::{HEADER, Header, Index, digest};
use super::record::{self, Place};
use super::{StoreKey, StoreKeys, StoreRefused};
use crate::random::Random;
use payhsm_arena::ArenaBox;
use std::collections::BTreeMap;
use std::fmt;

/// A change that is being put together; nothing is written before it is whole.
pub struct Batch<'a> {
    keys: &'a StoreKeys,
    current: u32,
    random: &'a mut dyn Random,
    /// Number of the LMK and text, or `None` for a record that goes.
    wanted: BTreeMap<String, Option<(u32, Text)>>,
    restored: Option<u64>,
}

/// Text of a record that is to be; a secret is a copy in secret memory.
enum Text {
    Open(Vec<u8>),
    Secret(ArenaBox<[u8]>),
}

/// Values by name; `None` for a record that goes.
type Values = BTreeMap<String, Option<Vec<u8>>>;

impl<'a> Batch<'a> {
    pub(super) fn new(keys: &'a StoreKeys, current: u32, random: &'a mut dyn Random) -> Self {
        Self { keys, current, random, wanted: BTreeMap::new(), restored: None }
    }

    /// Writes a record, new or in place of the one with the name. At most 256 KiB.
    ///
    /// # Errors
    /// [`StoreRefused::Name`]
    pub fn put(&mut self, name: &str, text: Vec<u8>) -> Result<(), StoreRefused> {
        self.put_under(self.current, name, text)
    }

    /// Writes a record that is a secret of at most 4096 bytes; it is enciphered in secret memory.
    ///
    /// # Errors
    /// [`StoreRefused::Name`], [`StoreRefused::Memory`]
    pub fn put_secret(&mut self, name: &str, text: &ArenaBox<[u8]>) -> Result<(), StoreRefused> {
        self.put_secret_under(self.current, name, text)
    }

    /// As [`Batch::put`], under another LMK of the store.
    pub(crate) fn put_under(
        &mut self,
        lmk: u32,
        name: &str,
        text: Vec<u8>,
    ) -> Result<(), StoreRefused> {
        self.want(name, Some((lmk, Text::Open(text))))
    }

    /// As [`Batch::put_secret`], under another LMK of the store.
    pub(crate) fn put_secret_under(
        &mut self,
        lmk: u32,
        name: &str,
        text: &ArenaBox<[u8]>,
    ) -> Result<(), StoreRefused> {
        let copy = text.duplicate().map_err(|_| StoreRefused::Memory)?;
        self.want(name, Some((lmk, Text::Secret(copy))))
    }

    /// Takes a record out, if it is there.
    ///
    /// # Errors
    /// [`StoreRefused::Name`]
    pub fn remove(&mut self, name: &str) -> Result<(), StoreRefused> {
        self.want(name, None)
    }

    fn want(&mut self, name: &str, text: Option<(u32, Text)>) -> Result<(), StoreRefused> {
        record::check_name(name)?;
        self.wanted.insert(name.to_owned(), text);
        Ok(())
    }

    /// From here on another LMK seals the header and what is new.
    pub(crate) fn make_current(&mut self, lmk: u32) {
        self.current = lmk;
    }

    /// An older store was accepted: the generation goes past what was known.
    pub(super) fn restore_past(&mut self, generation: u64) {
        self.restored = Some(generation);
    }

    /// The values to write, the header among them, and the number of the LMK that seals it.
    pub(super) fn sealed(
        mut self,
        header: &mut Header,
        index: &mut Index,
    ) -> Result<(Values, u32), StoreRefused> {
        header.generation = header.generation.max(self.restored.unwrap_or(0)).saturating_add(1);
        header.restores = header.restores.saturating_add(u32::from(self.restored.is_some()));
        let mut values = Values::new();
        for (name, text) in std::mem::take(&mut self.wanted) {
            let value = match text {
                None => {
                    index.remove(&name);
                    None
                }
                Some((lmk, text)) => {
                    let place = Place { name: &name, lmk, version: header.generation };
                    let value = self.seal(&place, text)?;
                    let stamp = record::stamp(&value).ok_or(StoreRefused::TooLong)?;
                    index.insert(name.clone(), stamp);
                    Some(value)
                }
            };
            values.insert(name, value);
        }
        header.digest = digest(index);
        let place = Place { name: HEADER, lmk: self.current, version: header.generation };
        let value = self.seal(&place, Text::Open(header.to_text()?))?;
        values.insert(HEADER.to_owned(), Some(value));
        Ok((values, self.current))
    }

    fn seal(&mut self, place: &Place<'_>, text: Text) -> Result<Vec<u8>, StoreRefused> {
        let keys: &'a StoreKeys = self.keys;
        let key: &StoreKey = keys.get(&place.lmk).ok_or(StoreRefused::AnotherLmk)?;
        match text {
            Text::Open(mut text) => record::seal(key, place, &mut text, self.random),
            Text::Secret(mut text) => record::seal(key, place, &mut text, self.random),
        }
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} records)", self.wanted.len())
    }
}
