//! What requests may use: LMKs, labelled keys, zones, tables, as they are at one moment.

use super::records::{self, LabelledKey, SecretRecord, Table, key_name, table_name, zone_name};
use super::{VaultRefused, Working};
use crate::any_key::{AnyKey, Binding};
use crate::lmk::{Lmk, LmkSet};
use crate::random::Random;
use crate::rules::KeyRules;
use payhsm_crypto::pin::DecimalisationTable as OpenTable;
use payhsm_protocol::field::{KeyBlock, KeyField, KeyScheme, LmkId};
use payhsm_protocol::officer::Zone;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// All of it whole, and never changed.
pub struct Inventory {
    lmks: LmkSet,
    old: Vec<Lmk>,
    keys: BTreeMap<String, LabelledKey>,
    slots: BTreeMap<u16, String>,
    zones: BTreeMap<String, Zone>,
    tables: BTreeMap<String, Table>,
}

impl Inventory {
    pub(super) fn of(working: &Working, random: &mut dyn Random) -> Result<Self, VaultRefused> {
        let store = &working.store;
        let mut lmks = LmkSet::new(Arc::clone(&working.master.lmk));
        for id in store.list("lmk") {
            let text = store.get_secret(&format!("lmk/{id}"))?;
            let text = text.ok_or(VaultRefused::Record(id))?;
            let SecretRecord { id, secret, .. } = SecretRecord::open(text)?;
            lmks.insert(Lmk::aes_from_secret(id, &secret)?);
        }
        for lmk in &working.test_lmks {
            lmks.insert(Arc::clone(lmk));
        }
        let old = store.get_secret(records::OLD)?.map(SecretRecord::open).transpose()?;
        let old = old.map(|old| Lmk::aes_from_secret(old.id, &old.secret)).transpose()?;
        let old = old.into_iter().collect();
        let mut made = Self { old, ..Self::from(lmks) };
        for label in store.list("key") {
            let name = key_name(&label);
            let mut key = LabelledKey::from_text(&name, &text(working, &name)?)?;
            // Half way through a change of the master: what is under the next one serves under this one.
            if let Some(next) = &working.next
                && store.lmk_of(&name) != Some(store.current_lmk())
            {
                key.block = moved(&key.block, &next.lmk, &working.master.lmk, random)?;
            }
            if let Some(slot) = key.slot {
                made.slots.insert(slot, label.clone());
            }
            made.keys.insert(label, key);
        }
        for zone in store.list("zone") {
            let name = zone_name(&zone);
            made.zones.insert(zone, records::decode(&name, &text(working, &name)?)?);
        }
        for label in store.list("table") {
            let name = table_name(&label);
            made.tables.insert(label, Table::from_text(&name, &text(working, &name)?)?);
        }
        Ok(made)
    }

    /// The LMKs; the default is the master.
    #[must_use]
    pub fn lmks(&self) -> &LmkSet {
        &self.lmks
    }

    /// The master before this one, for BW, BG and LO.
    #[must_use]
    pub fn old_lmk(&self) -> Option<&Lmk> {
        self.old.first()
    }

    /// The LMK that was in force under this id before.
    #[must_use]
    pub fn old_lmk_of(&self, id: LmkId) -> Option<&Lmk> {
        self.old.iter().find(|lmk| lmk.id() == id)
    }

    /// The same, and requests under the LMK with its id may bring what is under this one.
    #[must_use]
    pub fn with_old_lmk(mut self, lmk: Lmk) -> Self {
        self.old.push(lmk);
        self
    }

    /// The same with a key under a label, as officers would store it: for an appliance without a store.
    ///
    /// # Errors
    /// What the key says, or [`VaultRefused::Block`].
    pub fn with_key(mut self, label: &str, block: KeyBlock) -> Result<Self, VaultRefused> {
        let key = self.own_key(block)?;
        self.keys.insert(label.to_owned(), key);
        Ok(self)
    }

    fn own_key(&self, block: KeyBlock) -> Result<LabelledKey, VaultRefused> {
        let field = KeyField::Block(block.clone());
        let open = AnyKey::open(self.lmks.default_lmk(), &field, None, &KeyRules::LEGACY)?;
        let Binding::Block(attributes) = open.binding() else { return Err(VaultRefused::Block) };
        Ok(LabelledKey {
            block,
            slot: None,
            attributes: attributes.clone(),
            check_value: open.check_value()?,
            enabled: true,
            made: String::new(),
        })
    }

    /// The same with a zone, for an appliance without a store.
    #[must_use]
    pub fn with_zone(mut self, zone: Zone) -> Self {
        self.zones.insert(zone.name.clone(), zone);
        self
    }

    /// A key for a request, under the master LMK.
    ///
    /// # Errors
    /// [`VaultRefused::NoKey`], [`VaultRefused::Disabled`]
    pub fn labelled(&self, label: &str) -> Result<KeyField, VaultRefused> {
        let key = self.key(label)?;
        if key.enabled {
            Ok(KeyField::Block(key.block.clone()))
        } else {
            Err(VaultRefused::Disabled(label.to_owned()))
        }
    }

    /// The key in a place of user storage, for a request.
    ///
    /// # Errors
    /// [`VaultRefused::NoKey`], [`VaultRefused::Disabled`]
    pub fn in_slot(&self, slot: u16) -> Result<KeyField, VaultRefused> {
        let label = self.slots.get(&slot);
        self.labelled(label.ok_or_else(|| VaultRefused::NoKey(format!("K{slot:03X}")))?)
    }

    /// What is known of a key, disabled or not.
    ///
    /// # Errors
    /// [`VaultRefused::NoKey`]
    pub fn key(&self, label: &str) -> Result<&LabelledKey, VaultRefused> {
        self.keys.get(label).ok_or_else(|| VaultRefused::NoKey(label.to_owned()))
    }

    /// A key by label, disabled or not, and the label as it is kept here.
    #[must_use]
    pub fn stored(&self, label: &str) -> Option<(&str, &LabelledKey)> {
        self.keys.get_key_value(label).map(|(label, key)| (label.as_str(), key))
    }

    /// All keys, by label.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &LabelledKey)> {
        self.keys.iter().map(|(label, key)| (label.as_str(), key))
    }

    /// Label of the key in a slot.
    #[must_use]
    pub fn label_in_slot(&self, slot: u16) -> Option<&str> {
        self.slots.get(&slot).map(String::as_str)
    }

    /// A zone.
    ///
    /// # Errors
    /// [`VaultRefused::NoZone`]
    pub fn zone(&self, name: &str) -> Result<&Zone, VaultRefused> {
        self.zones.get(name).ok_or_else(|| VaultRefused::NoZone(name.to_owned()))
    }

    /// All zones, by name.
    pub fn zones(&self) -> impl Iterator<Item = &Zone> {
        self.zones.values()
    }

    /// Whether there is a table for a PVK.
    #[must_use]
    pub fn has_table(&self, pvk: &str) -> bool {
        self.tables.contains_key(pvk)
    }

    /// The decimalisation table of a PVK, which has to be the key that it was bound to.
    ///
    /// # Errors
    /// [`VaultRefused::NoTable`], [`VaultRefused::NoKey`], [`VaultRefused::Table`]
    pub fn table(&self, pvk: &str) -> Result<OpenTable, VaultRefused> {
        let table = self.tables.get(pvk).ok_or_else(|| VaultRefused::NoTable(pvk.to_owned()))?;
        if self.key(pvk)?.check_value != table.check_value {
            return Err(VaultRefused::Table);
        }
        let open = OpenTable::from_digits(&table.digits).map_err(|_| VaultRefused::Table)?;
        open.check_spread().map_err(|_| VaultRefused::Table)?;
        Ok(open)
    }
}

/// LMKs alone: an appliance without a store.
impl From<LmkSet> for Inventory {
    fn from(lmks: LmkSet) -> Self {
        Self {
            lmks,
            old: Vec::new(),
            keys: BTreeMap::new(),
            slots: BTreeMap::new(),
            zones: BTreeMap::new(),
            tables: BTreeMap::new(),
        }
    }
}

impl From<LmkSet> for Arc<Inventory> {
    fn from(lmks: LmkSet) -> Self {
        Self::new(lmks.into())
    }
}

/// The text of a record that is there.
fn text(working: &Working, name: &str) -> Result<Vec<u8>, VaultRefused> {
    working.store.get(name)?.ok_or_else(|| VaultRefused::Record(name.to_owned()))
}

/// The same key in a block under another LMK.
pub(super) fn moved(
    block: &KeyBlock,
    from: &Lmk,
    to: &Lmk,
    random: &mut dyn Random,
) -> Result<KeyBlock, VaultRefused> {
    // It was let in once, by whatever rules held then.
    let rules = KeyRules::LEGACY;
    let key = AnyKey::open(from, &KeyField::Block(block.clone()), None, &rules)?;
    match key.seal_under(to, KeyScheme::Thales, random)? {
        KeyField::Block(block) => Ok(block),
        KeyField::Cryptogram(_) | KeyField::Stored(_) => Err(VaultRefused::Block),
    }
}

impl fmt::Debug for Inventory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inventory({} keys, {} zones)", self.keys.len(), self.zones.len())
    }
}
