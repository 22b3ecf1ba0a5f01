//! A share file: a sealed share, and what it is a share of. Useless without the holder's file and passphrase.

use crate::share::Belonging;
use crate::{Identity, OfficerError, file, login, text};
use payhsm_protocol::field::{CheckValue, LmkId};
use payhsm_protocol::officer::{Quorum, SealedShare};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

/// What the file names end in, without the dot.
pub const EXTENSION: &str = "share";

const KIND: &str = "a share file";
const FORMAT: &str = "payhsm share 1";

/// What the file of a share is called: `lmk-00-1-of-3-alice.share`.
#[must_use]
pub fn name(lmk: LmkId, index: u8, of: u8, holder: &str) -> String {
    format!("lmk-{lmk}-{index}-of-{of}-{holder}.{EXTENSION}")
}

/// One sealed share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareFile {
    /// Id of the appliance, 16 hex digits.
    pub appliance: String,
    /// How many shares bring the LMK back, of how many.
    pub quorum: Quorum,
    /// Check value of the LMK.
    pub check_value: CheckValue,
    /// The share itself.
    pub share: SealedShare,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    #[serde(rename = "format")]
    _format: String,
    appliance: String,
    lmk: u8,
    check_value: String,
    index: u8,
    needed: u8,
    of: u8,
    holder: String,
    sealed: String,
}

impl ShareFile {
    /// Such as `lmk-00-1-of-3-alice.share`.
    #[must_use]
    pub fn file_name(&self) -> String {
        let share = &self.share;
        name(share.lmk, share.index, self.quorum.of, &share.holder)
    }

    /// The text of the file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let (share, quorum) = (&self.share, self.quorum);
        text::with_check(&format!(
            "# A share of an LMK of a payhsm appliance, sealed: it opens with the file and the passphrase of its holder alone.\n\
             format = \"{FORMAT}\"\nappliance = \"{}\"\nlmk = {}\ncheck_value = \"{}\"\nindex = {}\nneeded = {}\nof = {}\n\
             holder = \"{}\"\nsealed = \"{}\"\n",
            self.appliance,
            share.lmk.0,
            hex::encode_upper(&self.check_value.0),
            share.index,
            quorum.needed,
            quorum.of,
            share.holder,
            hex::encode(&share.sealed),
        ))
    }

    /// Takes a share file apart.
    ///
    /// # Errors
    /// [`OfficerError::NotOne`], [`OfficerError::Version`], [`OfficerError::Damaged`].
    pub fn parse(text: &str) -> Result<Self, OfficerError> {
        let body = text::checked(text, KIND, FORMAT)?;
        let content: Content = toml::from_str(body).map_err(|_| OfficerError::Damaged)?;
        login::check_name(&content.holder).map_err(|_| OfficerError::Damaged)?;
        // It is shown to whoever is asked for the passphrase.
        let id = content.appliance.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !id || content.appliance.len() != 16 {
            return Err(OfficerError::Damaged);
        }
        Ok(Self {
            appliance: content.appliance,
            quorum: Quorum { needed: content.needed, of: content.of },
            check_value: CheckValue(
                hex::decode(&content.check_value).map_err(|_| OfficerError::Damaged)?,
            ),
            share: SealedShare {
                holder: content.holder,
                index: content.index,
                lmk: LmkId(content.lmk),
                sealed: hex::decode(&content.sealed).map_err(|_| OfficerError::Damaged)?,
            },
        })
    }

    /// Reads a share file.
    ///
    /// # Errors
    /// [`OfficerError::Read`], and as [`ShareFile::parse`].
    pub fn read(path: &Path) -> Result<Self, OfficerError> {
        Self::parse(&file::read(path)?)
    }

    /// Writes it as a new file of its own name into a folder.
    ///
    /// # Errors
    /// [`OfficerError::Exists`], [`OfficerError::Write`].
    pub fn write_into(&self, folder: &Path) -> Result<(), OfficerError> {
        login::check_name(&self.share.holder)?;
        file::write_new(&folder.join(self.file_name()), &self.to_text())
    }

    /// Opens it as its holder.
    ///
    /// # Errors
    /// [`OfficerError::Share`].
    pub fn open(&self, holder: &Identity) -> Result<Zeroizing<Vec<u8>>, OfficerError> {
        let share = &self.share;
        let belonging =
            Belonging { appliance: &self.appliance, lmk: share.lmk, holder: holder.name() };
        holder.open_share(&belonging, &share.sealed)
    }
}
