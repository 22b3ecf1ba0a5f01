//! Who the officers are. `officers.toml` has their public keys, so that they can log in while the appliance is sealed;
//! once it is unsealed the list in the store is the one that counts.
//!
//! A change goes in three steps: the file announces the new list beside the old one; the store takes it; the file has the
//! new one alone. So a stop between two of them is not taken for a change by somebody else.

use super::refusal::Refusal;
use payhsm_keys::{Random, SystemRandom};
use payhsm_officer::{OfficerError, file, login};
use payhsm_protocol::officer::Officer;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const NAME: &str = "officers.toml";
const FORMAT: &str = "payhsm officers 1";
const HEAD: &str = "# The officers of this appliance: public keys only. The sealed store has the same list, and it is that one that counts.\n";

/// More than any appliance has.
const MOST: usize = 64;

/// Why the list cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] OfficerError),
    /// It says something else than it should.
    #[error("{} is damaged: put the copy of it back that lies beside a backup", .0.display())]
    Damaged(PathBuf),
    /// It is gone.
    #[error("{} is missing, and there is an LMK: put the copy of it back that lies beside a backup", .0.display())]
    Missing(PathBuf),
    /// No randomness for the id of the appliance.
    #[error("no randomness to be had")]
    Random,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Content {
    format: String,
    appliance: String,
    #[serde(default)]
    officer: Vec<Entry>,
    /// The list that is to be, while the store takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    announced: Option<Vec<Entry>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    signing_key: String,
    sealing_key: String,
}

/// The officers, and the id of the appliance, which was made with the list.
#[derive(Debug)]
pub(super) struct Registry {
    path: PathBuf,
    appliance: String,
    officers: Vec<Officer>,
    announced: Option<Vec<Officer>>,
}

/// How the sealed list compares with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// The same, or as it was announced.
    Same,
    /// Somebody changed the file.
    Different,
}

impl Registry {
    /// Reads the list; makes an empty one for an appliance that has no LMK yet.
    pub(super) fn open(folder: &Path, has_lmk: bool) -> Result<Self, RegistryError> {
        let path = folder.join(NAME);
        if !path.exists() {
            if has_lmk {
                return Err(RegistryError::Missing(path));
            }
            let empty = Self { path, appliance: new_id()?, officers: Vec::new(), announced: None };
            empty.write()?;
            return Ok(empty);
        }
        let damaged = || RegistryError::Damaged(path.clone());
        let content: Content = toml::from_str(&file::read(&path)?).map_err(|_| damaged())?;
        let id = content.appliance.len() == 16
            && content.appliance.bytes().all(|byte| byte.is_ascii_hexdigit());
        if content.format != FORMAT || !id {
            return Err(damaged());
        }
        let officers = |entries: Vec<Entry>| {
            entries.into_iter().map(officer).collect::<Option<Vec<_>>>().ok_or_else(damaged)
        };
        Ok(Self {
            appliance: content.appliance,
            officers: officers(content.officer)?,
            announced: content.announced.map(officers).transpose()?,
            path: path.clone(),
        })
    }

    /// Id of the appliance, 16 hex digits.
    pub(super) fn appliance(&self) -> &str {
        &self.appliance
    }

    /// All officers, in the order in which they were enrolled.
    pub(super) fn officers(&self) -> &[Officer] {
        &self.officers
    }

    /// Where the list lies.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The officer with this name.
    pub(super) fn find(&self, name: &str) -> Option<&Officer> {
        self.officers.iter().find(|officer| officer.name == name)
    }

    /// The list with one more.
    pub(super) fn with(&self, new: &Officer) -> Result<Vec<Officer>, Refusal> {
        login::check(new)?;
        if self.officers.len() >= MOST {
            return Err(Refusal::new(format_args!("there are {MOST} officers already")));
        }
        for known in &self.officers {
            // Files of shares have the names in them, and not every stick tells capitals from others.
            if known.name.eq_ignore_ascii_case(&new.name) {
                return Err(Refusal::new(format_args!(
                    "there is an officer {} already",
                    known.name
                )));
            }
            // Two names for one key would be one person who counts as two.
            if known.signing_key == new.signing_key || known.sealing_key == new.sealing_key {
                return Err(Refusal::new(format_args!(
                    "this key is that of officer {} already, and nobody is an officer twice",
                    known.name
                )));
            }
        }
        Ok(self.officers.iter().chain([new]).cloned().collect())
    }

    /// The list without one.
    pub(super) fn without(&self, name: &str) -> Result<Vec<Officer>, Refusal> {
        if self.find(name).is_none() {
            return Err(Refusal::new(format_args!("there is no officer {name}")));
        }
        Ok(self.officers.iter().filter(|known| known.name != name).cloned().collect())
    }

    /// Says in the file which list is to be.
    pub(super) fn announce(&mut self, officers: &[Officer]) -> Result<(), RegistryError> {
        self.announced = Some(officers.to_vec());
        self.write()
    }

    /// From now on this list.
    pub(super) fn settle(&mut self, officers: Vec<Officer>) -> Result<(), RegistryError> {
        (self.officers, self.announced) = (officers, None);
        self.write()
    }

    /// The store did not take what was announced.
    pub(super) fn take_back(&mut self) -> Result<(), RegistryError> {
        self.announced = None;
        self.write()
    }

    /// Holds the file against the sealed list.
    pub(super) fn compare(&self, sealed: &[Officer]) -> Compared {
        let same = self.officers == sealed || self.announced.as_deref() == Some(sealed);
        if same { Compared::Same } else { Compared::Different }
    }

    /// A new appliance: another id, and nobody.
    pub(super) fn renew(&mut self) -> Result<(), RegistryError> {
        self.appliance = new_id()?;
        self.settle(Vec::new())
    }

    fn write(&self) -> Result<(), RegistryError> {
        let entries = |officers: &[Officer]| officers.iter().map(entry).collect::<Vec<_>>();
        let content = Content {
            format: FORMAT.to_owned(),
            appliance: self.appliance.clone(),
            officer: entries(&self.officers),
            announced: self.announced.as_deref().map(entries),
        };
        let text =
            toml::to_string(&content).map_err(|_| RegistryError::Damaged(self.path.clone()))?;
        Ok(file::replace(&self.path, &format!("{HEAD}{text}"))?)
    }
}

fn officer(entry: Entry) -> Option<Officer> {
    let key = |text: &str| {
        let mut key = [0; 32];
        hex::decode_to_slice(text, &mut key).ok().map(|()| key)
    };
    login::check_name(&entry.name).ok()?;
    Some(Officer {
        signing_key: key(&entry.signing_key)?,
        sealing_key: key(&entry.sealing_key)?,
        name: entry.name,
    })
}

fn entry(officer: &Officer) -> Entry {
    Entry {
        name: officer.name.clone(),
        signing_key: hex::encode(officer.signing_key),
        sealing_key: hex::encode(officer.sealing_key),
    }
}

fn new_id() -> Result<String, RegistryError> {
    let mut id = [0; 8];
    SystemRandom::new().fill(&mut id).map_err(|_| RegistryError::Random)?;
    Ok(hex::encode(id))
}

impl From<RegistryError> for Refusal {
    fn from(error: RegistryError) -> Self {
        Self::new(error)
    }
}
