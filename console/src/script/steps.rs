//! What a script can say.

use crate::{Leave, words};
use payhsm_officer::file;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What the first key of a script says.
pub const FORMAT: &str = "payhsm ceremony 1";

/// A script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// [`FORMAT`].
    pub format: String,
    /// Title of the record.
    pub title: Option<String>,
    /// The appliance that it is for; without it, any.
    pub appliance: Option<String>,
    /// Folder of the record; without it, that of the command line.
    pub records: Option<PathBuf>,
    /// Who takes part.
    #[serde(default)]
    pub officer: Vec<OfficerEntry>,
    /// What is done.
    pub step: Vec<Step>,
    /// Where the script lies.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// An officer of a script.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerEntry {
    /// The officer's file.
    pub file: PathBuf,
    /// File descriptor whose next line is the passphrase.
    pub passphrase_fd: u32,
}

/// A working key to be.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyForm {
    /// Its label.
    pub label: String,
    /// Key usage, two characters, as in a key block: `52` ZMK, `72` ZPK, `22` ZEK …
    pub usage: String,
    /// `A1`, `A2`, `A3`, `T2`, `T3`.
    pub algorithm: String,
    /// Mode of use; by default what the usage takes.
    pub mode: Option<char>,
    /// `N`, `E` or `S`; by default `N`.
    pub exportability: Option<char>,
    /// Place in user storage, three hex digits.
    pub slot: Option<String>,
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident = $tag:literal $({ $($(#[$attribute:meta])* $field:ident: $type:ty,)* })?;)+) => {
        /// One act of a script.
        #[derive(Clone, Debug, Deserialize)]
        #[serde(tag = "do", deny_unknown_fields)]
        pub enum Step {
            $(
                $(#[$doc])*
                #[serde(rename = $tag)]
                $name $({ $(
                    #[doc = concat!("`", stringify!($field), "` of the step.")]
                    $(#[$attribute])*
                    $field: $type,
                )* })?,
            )+
        }

        impl Step {
            /// As the script calls it.
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name $({ $($field: _,)* })? => $tag,)+
                }
            }
        }
    };
}

steps! {
    /// An officer of the script comes to the connection.
    LogIn = "log-in" { officer: String, };
    /// And leaves it.
    LogOut = "log-out" { officer: String, };
    /// Enrols the officer of a file.
    Enrol = "enrol" { file: PathBuf, };
    /// Removes an officer.
    Remove = "remove" { officer: String, };
    /// Makes an LMK inside.
    GenerateLmk = "generate-lmk" {
        #[serde(default)] id: u8, needed: u8, holders: Vec<String>, shares: PathBuf,
    };
    /// Forms an LMK of components, a line of hex each.
    LmkFromComponents = "lmk-from-components" {
        #[serde(default)] id: u8, needed: u8, holders: Vec<String>, shares: PathBuf,
        components_fd: Vec<u32>, #[serde(default)] check_values: Vec<String>,
    };
    /// An officer of the script, who has logged in, gives a share.
    Unseal = "unseal" { officer: String, share: PathBuf, };
    /// After a restore.
    AcceptOlderStore = "accept-older-store";
    /// Forgets the LMKs.
    Seal = "seal";
    /// Changes the master LMK and moves everything.
    ChangeLmk = "change-lmk" { needed: u8, holders: Vec<String>, shares: PathBuf, };
    /// Goes on with a change that stopped.
    ContinueMigration = "continue-migration";
    /// Splits an LMK that stays once more.
    ReissueShares = "reissue-shares" {
        #[serde(default)] id: u8, needed: u8, holders: Vec<String>, shares: PathBuf,
    };
    /// Holders of the script, who have logged in, let their shares be tried.
    TryShares = "try-shares" { shares: Vec<PathBuf>, };
    /// The same, and then the shares go into a pipe: unsealing without officers.
    Credential = "credential" {
        shares: Vec<PathBuf>, fd: u32, #[serde(default)] even_to_a_file: bool,
    };
    /// Erases the old LMK.
    EraseOldLmk = "erase-old-lmk";
    /// Erases everything.
    Erase = "erase" { appliance: String, };
    /// Makes a key inside.
    GenerateKey = "generate-key" { key: KeyForm, };
    /// Imports a key.
    ImportKey = "import-key" { key: KeyForm, zmk: String, block: String, };
    /// Forms a key of components, a line of hex each.
    KeyFromComponents = "key-from-components" {
        key: KeyForm, components_fd: Vec<u32>, #[serde(default)] check_values: Vec<String>,
    };
    /// Exports a key; the block is printed.
    ExportKey = "export-key" { label: String, zmk: String, };
    /// A key may be used again.
    EnableKey = "enable-key" { label: String, };
    /// A key may not be used.
    DisableKey = "disable-key" { label: String, };
    /// Destroys a key.
    DestroyKey = "destroy-key" { label: String, };
    /// Makes or changes a zone.
    SetZone = "set-zone" {
        name: String, zmk: Option<String>, zpk: Option<String>, zek: Option<String>,
        export_profile: Option<String>, #[serde(default)] callers: Vec<String>,
    };
    /// Removes a zone.
    RemoveZone = "remove-zone" { name: String, };
    /// Keeps a decimalisation table.
    SetTable = "set-table" { pvk: String, digits: String, };
    /// Removes a decimalisation table.
    RemoveTable = "remove-table" { pvk: String, };
    /// Authorises an activity.
    Authorise = "authorise" { activity: String, minutes: u16, };
    /// Takes it back.
    Revoke = "revoke" { activity: String, };
    /// Copies the store.
    Backup = "backup" { file: String, };
    /// Reads the configuration again.
    Reload = "reload";
    /// The audit log is signed with another key.
    ReplaceAuditKey = "replace-audit-key";
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// [`Leave::Refused`] with the line that is wrong.
    pub fn read(path: &Path) -> Result<Self, Leave> {
        let mut script = Self::parse(&file::read(path)?)?;
        script.folder = path.parent().map(Path::to_owned).unwrap_or_default();
        Ok(script)
    }

    /// Takes a script apart.
    ///
    /// # Errors
    /// [`Leave::Refused`] with the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, Leave> {
        let script: Self = toml::from_str(text).map_err(|error| {
            Leave::Refused(format!(
                "The script cannot be read. {}",
                words::sentence(&error.to_string())
            ))
        })?;
        if script.format == FORMAT {
            Ok(script)
        } else {
            Err(Leave::Refused(format!("A script says format = {FORMAT:?} first.")))
        }
    }

    /// A path of the script, seen from its folder.
    #[must_use]
    pub fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }
}
