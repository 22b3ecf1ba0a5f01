//! `[development]`: keys under labels and zones without officers, under the public test LMK. Profile `development` alone.

use super::Config;
use super::issuing::is_label;
use crate::cli::Failure;
use crate::settings::Profile;
use payhsm_keys::Inventory;
use payhsm_protocol::field::{KeyBlock, KeyField};
use payhsm_protocol::host::{Bare, Fields, Settings};
use payhsm_protocol::officer::Zone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The section.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DevelopmentSection {
    /// The file with keys and zones, relative to the configuration file.
    pub keys: Option<PathBuf>,
}

/// What stands in that file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct KeysFile {
    /// Key blocks under the AES-256 test LMK, as the host dialect writes them, by label.
    pub(crate) keys: BTreeMap<String, String>,
    /// Zones, by name.
    pub(crate) zones: BTreeMap<String, ZoneInFile>,
}

/// A zone in that file.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ZoneInFile {
    /// Label of its ZMK.
    pub(crate) zmk: Option<String>,
    /// Label of its ZPK.
    pub(crate) zpk: Option<String>,
    /// Label of its ZEK.
    pub(crate) zek: Option<String>,
    /// How values are laid out for it.
    pub(crate) export_profile: String,
    /// Who may use it.
    pub(crate) callers: Vec<String>,
}

impl Config {
    pub(super) fn check_development(&self, wrong: &mut Vec<String>) {
        if self.development.keys.is_none() {
            return;
        }
        if self.profile != Profile::Development {
            wrong.push(format!(
                "development.keys: keys in a file are for the profile `development` alone, and this profile is `{}`; \
                 officers store keys",
                self.profile.name()
            ));
        } else if self.officers.socket.is_some() || self.unattended.is_some() {
            wrong.push(
                "development.keys: with officers.socket or unattended, keys are those that officers store".to_owned(),
            );
        }
    }
}

impl KeysFile {
    /// Adds what stands in a file to what there is.
    ///
    /// # Errors
    /// What is wrong, with the name of the file.
    pub(crate) fn add_to(path: &Path, inventory: Inventory) -> Result<Inventory, Failure> {
        let shown = path.display();
        let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
        let file: Self = toml::from_str(&text).map_err(|error| format!("{shown}: {error}"))?;
        file.added(inventory).map_err(|why| format!("{shown}: {why}").into())
    }

    fn added(&self, mut inventory: Inventory) -> Result<Inventory, String> {
        for (label, text) in &self.keys {
            if !is_label(label) {
                return Err(format!("`{}` is no label of a key", label.escape_default()));
            }
            let block = block(text).ok_or_else(|| format!("{label}: no key block"))?;
            let added = inventory.with_key(label, block);
            inventory = added.map_err(|why| format!("{label}: {why}"))?;
        }
        for (name, zone) in &self.zones {
            let labels = [&zone.zmk, &zone.zpk, &zone.zek];
            if let Some(label) =
                labels.into_iter().flatten().find(|label| !self.keys.contains_key(*label))
            {
                return Err(format!("zone {name}: there is no key `{}`", label.escape_default()));
            }
            inventory = inventory.with_zone(Zone {
                name: name.clone(),
                zmk: zone.zmk.clone(),
                zpk: zone.zpk.clone(),
                zek: zone.zek.clone(),
                export_profile: zone.export_profile.clone(),
                callers: zone.callers.clone(),
            });
        }
        Ok(inventory)
    }
}

/// A key block as the host dialect writes it.
fn block(text: &str) -> Option<KeyBlock> {
    let settings = Settings::default();
    let mut fields = Fields::new(text.as_bytes(), &settings);
    match fields.key(Bare::Pair).ok()? {
        KeyField::Block(block) => fields.finish().ok().map(|_| block),
        KeyField::Cryptogram(_) | KeyField::Stored(_) => None,
    }
}
