//! Labelled keys.

use super::records::{LabelledKey, key_name};
use super::{Inventory, Vault, VaultRefused, Working, blocks};
use crate::any_key::{AnyKey, Binding, NewKey};
use crate::exchange::{Export, ExportForm, Import};
use crate::key::{Key, Purpose};
use crate::random::Random;
use crate::refusal::KeyRefused;
use crate::usage::Zmk;
use payhsm_protocol::field::{CheckValue, KeyField, KeyScheme};
use payhsm_protocol::officer::{KeyLine, NewKey as Wanted};

/// The highest slot.
const LAST_SLOT: u16 = 0xFFF;

impl Vault {
    /// Makes a key inside. `made` says who and when, for lists.
    ///
    /// # Errors
    /// [`VaultRefused`]
    pub fn generate_key(
        &self,
        wanted: &Wanted,
        made: &str,
        random: &mut dyn Random,
    ) -> Result<KeyLine, VaultRefused> {
        self.change(random, |working, random| {
            let key = AnyKey::generate(NewKey::Block(&wanted.attributes), random, &self.rules)?;
            self.keep(working, wanted, &key, made, random)
        })
    }

    /// Keeps a key that was formed of components ([`crate::ceremony::components::Forming::into_key`]).
    ///
    /// # Errors
    /// [`VaultRefused`]
    pub fn keep_key(
        &self,
        wanted: &Wanted,
        key: &AnyKey,
        made: &str,
        random: &mut dyn Random,
    ) -> Result<KeyLine, VaultRefused> {
        self.change(random, |working, random| self.keep(working, wanted, key, made, random))
    }

    /// Imports a key from an X9.143 block under the ZMK of that label. It may be bound narrower than the block says.
    ///
    /// # Errors
    /// [`VaultRefused`], as for a ZMK weaker than the key.
    pub fn import_key(
        &self,
        wanted: &Wanted,
        zmk: &str,
        block: &str,
        made: &str,
        random: &mut dyn Random,
    ) -> Result<KeyLine, VaultRefused> {
        self.change(random, |working, random| {
            let zmk = self.zmk(working, zmk, Purpose::Decrypt)?;
            let block = KeyField::Block(blocks::from_text(block)?);
            let attributes = &wanted.attributes;
            let import = Import::Block {
                usage: Some(attributes.usage),
                exportability: Some(attributes.exportability),
            };
            let key = zmk.import(&block, &import, &self.rules)?.key;
            let Binding::Block(said) = key.binding() else { return Err(VaultRefused::Block) };
            let same_algorithm =
                attributes.algorithm.is_none_or(|asked| said.algorithm == Some(asked));
            let same =
                said.mode_of_use == attributes.mode_of_use && said.version == attributes.version;
            if !same_algorithm || !same {
                return Err(VaultRefused::Attributes);
            }
            self.keep(working, wanted, &key, made, random)
        })
    }

    /// Exports a key under the ZMK of that label: an X9.143 block, and its check value.
    ///
    /// # Errors
    /// [`VaultRefused`], as for a key that may not leave, or a ZMK that is weaker.
    pub fn export_key(
        &self,
        label: &str,
        zmk: &str,
        random: &mut dyn Random,
    ) -> Result<(String, CheckValue), VaultRefused> {
        self.read(|working| {
            let zmk = self.zmk(working, zmk, Purpose::Encrypt)?;
            let field = self.shown()?.labelled(label)?;
            let key = AnyKey::open(&working.master.lmk, &field, None, &self.rules)?;
            let export =
                Export { form: ExportForm::X9143(None), exportability: None, attributes: None };
            match zmk.export(&key, &export, random, &self.rules)? {
                KeyField::Block(block) => Ok((blocks::to_text(&block)?, key.check_value()?)),
                KeyField::Cryptogram(_) | KeyField::Stored(_) => Err(VaultRefused::Block),
            }
        })
    }

    /// All keys, by label.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`]
    pub fn list_keys(&self) -> Result<Vec<KeyLine>, VaultRefused> {
        Ok(self.shown()?.keys().map(|(label, key)| line(label, key)).collect())
    }

    /// Lets a key be used, or not.
    ///
    /// # Errors
    /// [`VaultRefused::NoKey`], or what the store says.
    pub fn enable_key(
        &self,
        label: &str,
        enabled: bool,
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            let key = self.shown()?.key(label)?.clone();
            let text = LabelledKey { enabled, ..key }.to_text()?;
            Ok(working.store.change(random, |batch| batch.put(&key_name(label), text))?)
        })
    }

    /// Destroys a key, with the table bound to it.
    ///
    /// # Errors
    /// [`VaultRefused::NoKey`], [`VaultRefused::Needed`] if a zone or a table names it.
    pub fn destroy_key(&self, label: &str, random: &mut dyn Random) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            let inventory = self.shown()?;
            inventory.key(label)?;
            let needed = |by: String| VaultRefused::Needed { label: label.to_owned(), by };
            for zone in inventory.zones() {
                let mut labels = [&zone.zmk, &zone.zpk, &zone.zek].into_iter().flatten();
                if labels.any(|other| other == label) {
                    return Err(needed(format!("zone {}", zone.name)));
                }
            }
            if inventory.has_table(label) {
                return Err(needed("its decimalisation table".to_owned()));
            }
            Ok(working.store.change(random, |batch| batch.remove(&key_name(label)))?)
        })
    }

    /// What is in force; officers' acts see their own changes in it.
    pub(super) fn shown(&self) -> Result<std::sync::Arc<Inventory>, VaultRefused> {
        self.inventory().ok_or(VaultRefused::Sealed)
    }

    fn zmk(
        &self,
        working: &Working,
        label: &str,
        purpose: Purpose,
    ) -> Result<Key<Zmk>, VaultRefused> {
        let field = self.shown()?.labelled(label)?;
        Key::open(&working.master.lmk, &field, purpose, &self.rules).map_err(|refused| {
            if refused == KeyRefused::Usage {
                VaultRefused::Usage(label.to_owned())
            } else {
                refused.into()
            }
        })
    }

    /// Seals a key under the master and puts it into the store.
    fn keep(
        &self,
        working: &mut Working,
        wanted: &Wanted,
        key: &AnyKey,
        made: &str,
        random: &mut dyn Random,
    ) -> Result<KeyLine, VaultRefused> {
        let label = &wanted.label;
        let inventory = self.shown()?;
        check_label(label)?;
        if inventory.key(label).is_ok() {
            return Err(VaultRefused::KeyTaken(label.clone()));
        }
        if let Some(slot) = wanted.slot {
            if slot > LAST_SLOT {
                return Err(VaultRefused::Slot);
            }
            if let Some(label) = inventory.label_in_slot(slot) {
                return Err(VaultRefused::SlotTaken { slot, label: label.to_owned() });
            }
        }
        let Binding::Block(attributes) = key.binding() else { return Err(VaultRefused::Block) };
        let sealed = key.seal_under(&working.master.lmk, KeyScheme::Thales, random)?;
        let KeyField::Block(block) = sealed else { return Err(VaultRefused::Block) };
        let kept = LabelledKey {
            block,
            slot: wanted.slot,
            attributes: attributes.clone(),
            check_value: key.check_value()?,
            enabled: true,
            made: made.to_owned(),
        };
        let text = kept.to_text()?;
        working.store.change(random, |batch| batch.put(&key_name(label), text))?;
        Ok(line(label, &kept))
    }
}

fn check_label(label: &str) -> Result<(), VaultRefused> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=32).contains(&label.len()) && label.bytes().all(fits) {
        Ok(())
    } else {
        Err(VaultRefused::Label(label.to_owned()))
    }
}

fn line(label: &str, key: &LabelledKey) -> KeyLine {
    KeyLine {
        label: label.to_owned(),
        slot: key.slot,
        attributes: key.attributes.clone(),
        check_value: key.check_value.clone(),
        enabled: key.enabled,
        made: key.made.clone(),
    }
}
