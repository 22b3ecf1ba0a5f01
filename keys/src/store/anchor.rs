//! The anchor: the generation once more, outside the store.
//!
//! `payhsm generation 1`, then the id of the appliance and the generation, with spaces between. Not secret and not
//! authenticated: it stands against copies put back by mistake or by whoever has only the disk of the store. Against
//! whoever has both there is what officers have seen.

use super::StoreRefused;
use super::database::{beside, put_over};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const TITLE: &str = "payhsm generation 1";

/// Where it lies.
#[derive(Debug)]
pub(super) struct Anchor {
    path: PathBuf,
}

/// What it says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    /// It is none, or not of this appliance.
    Foreign,
    Generation(u64),
}

/// A new one that has yet to get its name.
#[derive(Debug)]
#[must_use]
pub(super) struct Prepared<'a> {
    path: &'a Path,
    new: PathBuf,
}

impl Anchor {
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    pub(super) fn read(&self, appliance: &str) -> Result<Known, StoreRefused> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Known::Nothing),
            Err(error) => return Err(StoreRefused::reading(&error)),
        };
        let generation = || {
            let text = str::from_utf8(&text).ok()?.strip_prefix(TITLE)?.strip_suffix('\n')?;
            let text = text.strip_prefix(' ')?.strip_prefix(appliance)?.strip_prefix(' ')?;
            text.parse().ok()
        };
        Ok(generation().map_or(Known::Foreign, Known::Generation))
    }

    /// Writes the new one under another name: what can fail for want of room fails here.
    pub(super) fn prepare(
        &self,
        appliance: &str,
        generation: u64,
    ) -> Result<Prepared<'_>, StoreRefused> {
        let new = beside(&self.path, "new");
        let write = || {
            let mut file = fs::File::create(&new)?;
            file.write_all(format!("{TITLE} {appliance} {generation}\n").as_bytes())?;
            file.sync_all()
        };
        write().map_err(|error| StoreRefused::writing(&error))?;
        Ok(Prepared { path: &self.path, new })
    }
}

impl Prepared<'_> {
    /// Puts it in place of the one before.
    pub(super) fn publish(self) -> Result<(), StoreRefused> {
        put_over(&self.new, self.path)
    }
}
