//! Zones, and decimalisation tables.

use super::records::{Table, encode, table_name, zone_name};
use super::{Inventory, Vault, VaultRefused};
use crate::random::Random;
use crate::zone_export::ZoneExport;
use payhsm_crypto::pin::DecimalisationTable as OpenTable;
use payhsm_protocol::officer::{TableLine, Zone};

/// Usages of the three keys of a zone, and of keys that tables are for.
const ZMK: &[[u8; 2]] = &[*b"K0", *b"52"];
const ZPK: &[[u8; 2]] = &[*b"P0", *b"72"];
const ZEK: &[[u8; 2]] = &[*b"D0", *b"22"];
const PVK: &[[u8; 2]] = &[*b"V0", *b"V1"];

impl Vault {
    /// Makes or changes a zone. The keys that it names have to be there, with the usage that they have in it.
    ///
    /// # Errors
    /// [`VaultRefused`]
    pub fn set_zone(&self, zone: &Zone, random: &mut dyn Random) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            let inventory = self.shown()?;
            let name = &zone.name;
            if !(1..=3).contains(&name.len())
                || !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                return Err(VaultRefused::ZoneName(name.clone()));
            }
            let export = ZoneExport::parse(&zone.export_profile).map_err(|mistake| {
                VaultRefused::ExportProfile(zone.export_profile.clone(), mistake)
            })?;
            for (label, usages) in [(&zone.zmk, ZMK), (&zone.zpk, ZPK), (&zone.zek, ZEK)] {
                if let Some(label) = label {
                    check_usage(&inventory, label, usages)?;
                }
            }
            check_export(&inventory, zone, &export)?;
            let text = encode(zone)?;
            Ok(working.store.change(random, |batch| batch.put(&zone_name(name), text))?)
        })
    }

    /// Removes a zone.
    ///
    /// # Errors
    /// [`VaultRefused::NoZone`], or what the store says.
    pub fn remove_zone(&self, name: &str, random: &mut dyn Random) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            self.shown()?.zone(name)?;
            Ok(working.store.change(random, |batch| batch.remove(&zone_name(name)))?)
        })
    }

    /// Keeps a decimalisation table of sixteen digits, bound to a PVK by label and check value.
    ///
    /// # Errors
    /// [`VaultRefused::Table`] for fewer than 8 different digits or one more than 4 times (who can choose tables can find
    /// PINs: Bond and Zielinski, UCAM-CL-TR-560), [`VaultRefused::NoKey`], [`VaultRefused::Usage`]
    pub fn set_table(
        &self,
        pvk: &str,
        digits: &str,
        random: &mut dyn Random,
    ) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            let inventory = self.shown()?;
            check_usage(&inventory, pvk, PVK)?;
            let check_value = inventory.key(pvk)?.check_value.clone();
            let open = OpenTable::from_digits(digits.as_bytes());
            let fits = open.is_ok_and(|table| table.check_spread().is_ok());
            let digits = digits.as_bytes().as_array().filter(|_| fits);
            let digits = *digits.ok_or(VaultRefused::Table)?;
            let text = Table { digits, check_value }.to_text()?;
            Ok(working.store.change(random, |batch| batch.put(&table_name(pvk), text))?)
        })
    }

    /// The tables by PVK, without their digits.
    ///
    /// # Errors
    /// [`VaultRefused::Sealed`], or what the store says.
    pub fn list_tables(&self) -> Result<Vec<TableLine>, VaultRefused> {
        let inventory = self.shown()?;
        self.read(|working| {
            let lines = working.store.list("table").into_iter().map(|pvk| {
                let name = table_name(&pvk);
                let text = working.store.get(&name)?;
                let text = text.ok_or_else(|| VaultRefused::Record(name.clone()))?;
                let check_value = Table::from_text(&name, &text)?.check_value;
                let serves = inventory.table(&pvk).is_ok();
                Ok(TableLine { pvk, check_value, serves })
            });
            lines.collect()
        })
    }

    /// Removes the table of a PVK.
    ///
    /// # Errors
    /// [`VaultRefused::NoTable`], or what the store says.
    pub fn remove_table(&self, pvk: &str, random: &mut dyn Random) -> Result<(), VaultRefused> {
        self.change(random, |working, random| {
            if !self.shown()?.has_table(pvk) {
                return Err(VaultRefused::NoTable(pvk.to_owned()));
            }
            Ok(working.store.change(random, |batch| batch.remove(&table_name(pvk)))?)
        })
    }
}

/// A zone may have an export profile before it has a key for it, but not with a key that it cannot be used with.
fn check_export(
    inventory: &Inventory,
    zone: &Zone,
    export: &ZoneExport,
) -> Result<(), VaultRefused> {
    match (export, &zone.zek) {
        (ZoneExport::Gcm, Some(label)) => {
            let fits = inventory.key(label)?.attributes.algorithm == Some(*b"A3");
            if fits { Ok(()) } else { Err(VaultRefused::ExportKey) }
        }
        (ZoneExport::Gcm, None) | (ZoneExport::Blocks(_) | ZoneExport::Jwe { .. }, _) => Ok(()),
    }
}

fn check_usage(inventory: &Inventory, label: &str, usages: &[[u8; 2]]) -> Result<(), VaultRefused> {
    if usages.contains(&inventory.key(label)?.attributes.usage) {
        Ok(())
    } else {
        Err(VaultRefused::Usage(label.to_owned()))
    }
}
