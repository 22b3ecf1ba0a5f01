//! What officers stored, as far as one caller may name it.

use crate::caller::Caller;
use crate::command::Noted;
use payhsm_keys::{Inventory, LabelledKey, Lmk, OpenTable};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{KeyBlock, KeyField, Shelf, Slot, StoredKey, ZoneKey, ZoneRole};

/// The store, seen by a caller. What is not its own is as if it were not there: one code for both.
#[derive(Clone, Copy, Debug)]
pub struct CallersShelf<'a> {
    inventory: Option<&'a Inventory>,
    caller: &'a Caller,
    noted: Option<&'a Noted>,
}

/// There is no such key, or not for this caller.
const NOTHING: ErrorCode = ErrorCode::UserStorageEmpty;

impl<'a> CallersShelf<'a> {
    /// What is stored here, for this caller; nothing while the appliance is sealed.
    #[must_use]
    pub const fn new(inventory: Option<&'a Inventory>, caller: &'a Caller) -> Self {
        Self { inventory, caller, noted: None }
    }

    /// The same, and what is taken from it is noted.
    #[must_use]
    pub const fn noting(self, noted: &'a Noted) -> Self {
        Self { noted: Some(noted), ..self }
    }

    /// The same for a request under this LMK: whatever is stored is under the master, and serves under no other.
    #[must_use]
    pub fn under(self, lmk: Option<&Lmk>) -> Self {
        let master = |inventory: &&Inventory| {
            lmk.is_some_and(|lmk| lmk.id() == inventory.lmks().default_lmk().id())
        };
        Self { inventory: self.inventory.filter(master), ..self }
    }

    /// The label of a key that may be named, and the key.
    fn find(&self, named: &StoredKey) -> Result<(&'a str, &'a LabelledKey), ErrorCode> {
        let inventory = self.inventory.ok_or(NOTHING)?;
        let label = match named {
            StoredKey::Slot(slot) => self.own(inventory.label_in_slot(slot.index))?,
            StoredKey::Label(label) => self.own(Some(label))?,
            StoredKey::Zone(key) => self.of_zone(inventory, key)?,
        };
        let (label, key) = inventory.stored(label).ok_or(NOTHING)?;
        if !key.enabled {
            return Err(NOTHING);
        }
        match named {
            StoredKey::Slot(slot) if !has_length(key, slot) => {
                Err(ErrorCode::IncompatibleKeyLength)
            }
            StoredKey::Slot(_) | StoredKey::Label(_) | StoredKey::Zone(_) => Ok((label, key)),
        }
    }

    fn own<'l>(&self, label: Option<&'l str>) -> Result<&'l str, ErrorCode> {
        label.filter(|label| self.caller.may_name_key(label)).ok_or(NOTHING)
    }

    /// Both have to agree: the configuration of the caller, and the officers who made the zone.
    fn of_zone(&self, inventory: &'a Inventory, key: &ZoneKey) -> Result<&'a str, ErrorCode> {
        if !self.caller.may_name_zone(&key.zone) {
            return Err(NOTHING);
        }
        let zone = inventory.zone(&key.zone).map_err(|_| NOTHING)?;
        if !zone.callers.iter().any(|name| name == self.caller.name()) {
            return Err(NOTHING);
        }
        let label = match key.role {
            ZoneRole::Zmk => &zone.zmk,
            ZoneRole::Zpk => &zone.zpk,
            ZoneRole::Zek => &zone.zek,
        };
        label.as_deref().ok_or(NOTHING)
    }

    /// The decimalisation table that officers bound to a PVK. `pvk` is the PVK that it is about to be used with, and has
    /// to be the one that is named.
    ///
    /// # Errors
    /// 12 if there is no such key for this caller, 25 if it has no table or is another PVK.
    pub fn table(&self, named: &StoredKey, pvk: &KeyField) -> Result<OpenTable, ErrorCode> {
        let refused = ErrorCode::InvalidDecimalisationTable;
        let (label, key) = self.find(named)?;
        match pvk {
            KeyField::Block(block) if *block == key.block => {}
            KeyField::Block(_) | KeyField::Cryptogram(_) | KeyField::Stored(_) => {
                return Err(refused);
            }
        }
        self.inventory.ok_or(NOTHING)?.table(label).map_err(|_| refused)
    }
}

impl Shelf for CallersShelf<'_> {
    fn key(&self, named: &StoredKey) -> Result<&KeyBlock, ErrorCode> {
        let (label, key) = self.find(named)?;
        if let Some(noted) = self.noted {
            noted.label(label);
            if let StoredKey::Zone(key) = named {
                noted.zone(&key.zone);
            }
        }
        Ok(&key.block)
    }
}

/// Whether a key is as long as the scheme letter in front of its place says.
fn has_length(key: &LabelledKey, slot: &Slot) -> bool {
    let Some(length) = slot.length else { return true };
    matches!(key.attributes.algorithm, Some([b'D' | b'T', digit]) if digit == length.digit())
}
