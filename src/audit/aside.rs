//! The folder of a log that has ended is given another name beside its own, and the next one takes its place.
//!
//! | name | what |
//! |---|---|
//! | `audit` | the log |
//! | `audit.1234-9f86d081884c7d65` | one that has ended: records and root of its last checkpoint |
//! | `audit.next` | one that is about to begin |
//!
//! Nothing is deleted but what never was a log, and nothing takes the place of a folder that is there. Whatever stops the
//! process, the next start finds either the old log in its place, or none and the new one beside it.

use payhsm_audit::checkpoint::Checkpoint;
use payhsm_audit::hash::Hash;
use payhsm_audit::note::Note;
use payhsm_audit::record::{Entry, Record};
use payhsm_audit::tile::{WIDTH, entries_path, parse_bundle};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// How the last record of a log is called whose keys are about to be erased.
pub(super) const CLOSED: &str = "log-closed";

/// The last checkpoint of a log.
#[derive(Debug)]
pub(super) struct Last {
    /// As it was signed.
    pub(super) note: Vec<u8>,
    /// Name of the log.
    pub(super) origin: String,
    /// Records.
    pub(super) size: u64,
    /// The root over them.
    pub(super) root: Hash,
}

/// The last checkpoint in the folder of a log; none if nobody has signed it, or a power cut took the file.
pub(super) fn last(folder: &Path) -> Option<Last> {
    let note = fs::read(folder.join("checkpoint")).ok()?;
    let text = Note::parse(&note).ok()?.text;
    let Checkpoint { origin, size, root, .. } = Checkpoint::parse(&text).ok()?;
    Some(Last { note, origin, size, root })
}

/// Whether the last record that was signed says that the keys are about to be erased.
pub(super) fn is_closed(folder: &Path, last: &Last) -> bool {
    let Some(index) = last.size.checked_sub(1) else { return false };
    let width = u16::try_from(index % WIDTH + 1).unwrap_or(FULL);
    // A log that went on without signatures may have the full bundle alone.
    let bundle = [width, FULL].into_iter().find_map(|width| {
        let path = folder.join(entries_path(index / WIDTH, width));
        fs::read(path).ok()
    });
    let Some(bundle) = bundle else { return false };
    let entries = parse_bundle(&bundle).unwrap_or_default();
    let entry = entries.get(usize::from(width) - 1).and_then(|entry| Entry::take(entry).ok());
    match entry.map(|entry| entry.record) {
        Some(Record::Event(event)) => event.name == CLOSED,
        Some(Record::Command(_) | Record::Act(_)) | None => false,
    }
}

const FULL: u16 = 256;

/// Finishes a turn that was stopped between its two last steps.
pub(super) fn recover(folder: &Path) -> io::Result<()> {
    let next = next(folder);
    if folder.exists() || !next.exists() {
        return Ok(());
    }
    rename(&next, folder)
}

/// An empty folder for the log that is to begin. What lies there is of a turn that did not come so far.
pub(super) fn prepare(folder: &Path) -> io::Result<PathBuf> {
    let next = next(folder);
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", next.display()));
    match fs::remove_dir_all(&next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(error)),
        Ok(()) | Err(_) => {}
    }
    fs::create_dir(&next).map_err(named)?;
    Ok(next)
}

/// The name that the folder of a log gets when it has ended: one that is free.
pub(super) fn name(folder: &Path, last: &Last) -> String {
    let stem = stem(folder);
    let root = hex::encode(last.root.0.get(..8).unwrap_or_default());
    let usual = format!("{stem}.{}-{root}", last.size);
    let others = (2_u32..).map(|number| format!("{usual}-{number}"));
    let mut names = std::iter::once(usual.clone()).chain(others);
    names.find(|name| !folder.with_file_name(name).exists()).unwrap_or(usual)
}

/// The old log gets its name, and its public key beside it; the next one takes its place.
pub(super) fn turn(folder: &Path, name: &str, public_key: &Path) -> io::Result<()> {
    let aside = folder.with_file_name(name);
    // For convenience, as the file itself is: auditors have the key from elsewhere.
    let key = folder.with_file_name(format!("{name}.pub"));
    if let Err(error) = fs::copy(public_key, &key)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, path = %key.display(), "the public key of a log that has ended");
    }
    rename(folder, &aside)?;
    rename(&next(folder), folder)?;
    // It is the key of no log that is kept here now.
    if key.exists() && fs::remove_file(public_key).is_err() {
        tracing::warn!(path = %public_key.display(), "the public key of a log that has ended");
    }
    Ok(())
}

fn next(folder: &Path) -> PathBuf {
    folder.with_file_name(format!("{}.next", stem(folder)))
}

fn stem(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Gives a folder another name, durably; where nothing is.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let named = |error: io::Error| {
        io::Error::new(error.kind(), format!("{} to {}: {error}", from.display(), to.display()))
    };
    if to.exists() {
        return Err(named(io::ErrorKind::AlreadyExists.into()));
    }
    fs::rename(from, to).map_err(named)?;
    let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests;
