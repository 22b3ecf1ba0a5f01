//! Starts of the daemon, and how often the appliance was found tampered with: what is still known after the next start.
//!
//! They are in a small file of the state folder. It is for monitors: nothing that the appliance decides depends on it, and
//! one that cannot be read is begun anew.

use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file, in the state folder.
const FILE: &str = "lives.toml";

/// The bits of a serial number: twelve hex digits.
const SERIAL: u64 = 0xFFFF_FFFF_FFFF;

/// What is known of this start and of those before.
#[derive(Debug, Default)]
pub struct Lives(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Where it is kept, if anywhere.
    file: Option<PathBuf>,
    told: LivesTold,
}

/// What is known of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LivesTold {
    /// What tells this appliance from others; 0 if nobody has said.
    #[serde(default)]
    pub serial: u64,
    /// The first start, unix seconds; 0 if nobody has said.
    pub first: u64,
    /// This start, unix seconds; 0 if nobody has said.
    pub this: u64,
    /// Starts after the first.
    pub restarts: u64,
    /// How often it was found tampered with.
    pub tampers: u64,
    /// When last, unix seconds; 0 for never.
    pub last_tamper: u64,
}

impl Lives {
    /// The daemon starts at `now` unix seconds. With a folder, starts before this one are known, and this one will be.
    ///
    /// # Errors
    /// What the system says of the file; this start is counted all the same.
    pub fn begin(&self, folder: Option<&Path>, now: u64) -> io::Result<()> {
        let mut inner = self.lock();
        inner.told = LivesTold { first: now, this: now, ..LivesTold::default() };
        let Some(folder) = folder else { return Ok(()) };
        let file = folder.join(FILE);
        let before = read(&file);
        inner.file = Some(file);
        let outcome = before.map(|before| {
            if let Some(before) = before {
                let restarts = before.restarts.saturating_add(1);
                inner.told = LivesTold { this: now, restarts, ..before };
            }
        });
        let kept = inner.keep();
        outcome.and(kept)
    }

    /// This serial number is for the appliance if it has none yet; twelve hex digits of it count.
    ///
    /// # Errors
    /// What the system says of the file; it has the number until the next start all the same.
    pub fn named(&self, serial: u64) -> io::Result<()> {
        let mut inner = self.lock();
        if inner.told.serial != 0 {
            return Ok(());
        }
        inner.told.serial = serial & SERIAL;
        inner.keep()
    }

    /// It was found tampered with, at `now` unix seconds.
    ///
    /// # Errors
    /// What the system says of the file; it is counted all the same.
    pub fn tampered(&self, now: u64) -> io::Result<()> {
        let mut inner = self.lock();
        inner.told.tampers = inner.told.tampers.saturating_add(1);
        inner.told.last_tamper = now;
        inner.keep()
    }

    /// What is known.
    #[must_use]
    pub fn told(&self) -> LivesTold {
        self.lock().told
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&self) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let text = toml::to_string(&self.told).map_err(io::Error::other)?;
        payhsm_officer::file::replace(file, &text).map_err(io::Error::other)
    }
}

fn read(file: &Path) -> io::Result<Option<LivesTold>> {
    match fs::read_to_string(file) {
        Ok(text) => toml::from_str(&text).map(Some).map_err(io::Error::other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Lives, LivesTold};

    #[test]
    fn starts_are_counted_over_starts() {
        let folder = tempfile::tempdir().unwrap();
        let start = |now| {
            let lives = Lives::default();
            lives.begin(Some(folder.path()), now).unwrap();
            lives
        };
        let first = start(100);
        assert_eq!(first.told(), LivesTold { first: 100, this: 100, ..LivesTold::default() });
        first.named(0xA1).unwrap();
        first.named(0xB2).unwrap();
        first.tampered(150).unwrap();
        let second = start(200).told();
        let expected = LivesTold {
            serial: 0xA1,
            first: 100,
            this: 200,
            restarts: 1,
            tampers: 1,
            last_tamper: 150,
        };
        assert_eq!(second, expected);
        // What cannot be read is told, and begun anew.
        std::fs::write(folder.path().join("lives.toml"), "nonsense").unwrap();
        let lives = Lives::default();
        assert!(lives.begin(Some(folder.path()), 300).is_err());
        assert_eq!(lives.told().restarts, 0);
        assert_eq!(start(400).told().restarts, 1);
    }

    #[test]
    fn without_a_folder_there_is_this_start() {
        let lives = Lives::default();
        lives.begin(None, 7).unwrap();
        lives.tampered(8).unwrap();
        assert_eq!((lives.told().this, lives.told().tampers), (7, 1));
    }
}
