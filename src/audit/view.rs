//! The log as Q2, Q6 and Q8 see it: one record after the other, each once, whoever asks.
//!
//! How far that has come is in a small file beside the log. It is written before the answer leaves, so a restart gives
//! nothing twice, and whatever no answer was made of comes next.

use super::shown::{SHOWN, shown};
use payhsm_audit::record::Entry;
use payhsm_audit::tile::{TileId, WIDTH, entries_path, parse_bundle};
use payhsm_officer::{OfficerError, file};
use payhsm_protocol::ErrorCode;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most that Q6 says at a time.
const MOST_RELEASED: u64 = 2000;

/// Entries that are not shown and lie behind the file before it is written for their sake.
const UNSHOWN_BEHIND: u64 = 4096;

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    /// Index in the log of the first entry that has not been looked at.
    next: u64,
    /// Records that were retrieved and not let go.
    held: u64,
}

impl Position {
    fn parse(text: &str) -> Option<Self> {
        let numbers = text.strip_prefix("1 ")?.strip_suffix('\n')?;
        let (next, held) = numbers.split_once(' ')?;
        Some(Self { next: next.parse().ok()?, held: held.parse().ok()? })
    }
}

/// A log that is shown.
#[derive(Debug)]
pub(super) struct View {
    folder: PathBuf,
    file: PathBuf,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    position: Position,
    /// What the file says.
    kept: Position,
    /// Whether an answer depends on the position.
    moved: bool,
    bundle: Bundle,
}

/// The bundle that is being gone through; empty at first.
#[derive(Debug, Default)]
struct Bundle {
    number: u64,
    entries: Vec<Option<[u8; SHOWN]>>,
}

impl View {
    /// Goes on where the file says, in a log of so many entries.
    pub(super) fn open(folder: &Path, file: PathBuf, entries: u64) -> Self {
        let position = read_position(&file, entries).unwrap_or_else(|why| {
            tracing::warn!(path = %file.display(), why, "Q2 begins with the first record of the log");
            Position::default()
        });
        let inner = Inner { position, kept: position, ..Inner::default() };
        Self { folder: folder.to_owned(), file, inner: Mutex::new(inner) }
    }

    /// Another log begins in this folder.
    pub(super) fn begin_anew(&self) {
        let mut inner = self.lock();
        *inner = Inner::default();
        if self.file.exists() {
            // Otherwise the next start takes it for a position in the new log.
            self.write(Position::default());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next record; `signed` says how many entries the last checkpoint has.
    pub(super) fn next(&self, signed: impl Fn() -> u64) -> Result<[u8; SHOWN], ErrorCode> {
        let mut inner = self.lock();
        let record = self.find(&mut inner, signed)?;
        let record = record.ok_or(match inner.position.held {
            0 => ErrorCode::NoAuditRecord,
            _ => ErrorCode::NoMatchingAuditRecord,
        })?;
        inner.position.next += 1;
        inner.position.held += 1;
        inner.moved = true;
        Ok(record)
    }

    /// Lets go of what was retrieved; how many.
    pub(super) fn release(&self, signed: impl Fn() -> u64) -> Result<u16, ErrorCode> {
        let mut inner = self.lock();
        let released = inner.position.held.min(MOST_RELEASED);
        if released == 0 {
            return Err(self.nothing_to_release(&mut inner, signed));
        }
        inner.position.held -= released;
        inner.moved = true;
        u16::try_from(released).map_err(|_| ErrorCode::Internal)
    }

    /// Why nothing that was printed is let go: nothing ever is printed.
    pub(super) fn release_archived(&self, signed: impl Fn() -> u64) -> ErrorCode {
        self.nothing_to_release(&mut self.lock(), signed)
    }

    fn nothing_to_release(&self, inner: &mut Inner, signed: impl Fn() -> u64) -> ErrorCode {
        if inner.position.held > 0 {
            return ErrorCode::NoMatchingAuditRecord;
        }
        match self.find(inner, signed) {
            Ok(Some(_)) => ErrorCode::NoMatchingAuditRecord,
            Ok(None) => ErrorCode::NoAuditRecord,
            Err(code) => code,
        }
    }

    /// Settles what a batch retrieved or let go, when its own records are kept or not: then it comes again.
    pub(super) fn settle(&self, kept: bool) -> bool {
        let mut inner = self.lock();
        let behind = inner.position.next.saturating_sub(inner.kept.next) >= UNSHOWN_BEHIND;
        let settled = kept && (!(inner.moved || behind) || self.write(inner.position));
        if !settled {
            inner.position = inner.kept;
        } else if inner.moved || behind {
            inner.kept = inner.position;
        }
        inner.moved = false;
        settled
    }

    fn write(&self, Position { next, held }: Position) -> bool {
        let written = file::replace(&self.file, &format!("1 {next} {held}\n"));
        written
            .inspect_err(|error| tracing::error!(%error, "how far Q2 has come cannot be kept"))
            .is_ok()
    }

    /// The first record from the position on; the position is then its place, or the end of what is signed.
    fn find(
        &self,
        inner: &mut Inner,
        signed: impl Fn() -> u64,
    ) -> Result<Option<[u8; SHOWN]>, ErrorCode> {
        loop {
            let next = inner.position.next;
            let start = next - next % WIDTH;
            if let Some(ahead) = inner.bundle.from(next) {
                if let Some((skipped, record)) =
                    (0..).zip(ahead).find_map(|(at, record)| Some((at, (*record)?)))
                {
                    inner.position.next += skipped;
                    return Ok(Some(record));
                }
                inner.position.next += u64::try_from(ahead.len()).unwrap_or(u64::MAX);
                continue;
            }
            let size = signed();
            if next >= size {
                return Ok(None);
            }
            match self.read(next / WIDTH, size)? {
                Some(entries) => inner.bundle = Bundle { number: next / WIDTH, entries },
                // An archive has it now, and whoever put it there has what he would have retrieved.
                None if size - start >= WIDTH => inner.position.next = start + WIDTH,
                // The last file of a tree is taken away when the tree has grown.
                None if signed() != size => {}
                None => return Err(self.unreadable("it is not there")),
            }
        }
    }

    /// A bundle as it is in a tree of this size; `None` if it is not there.
    fn read(&self, number: u64, size: u64) -> Result<Option<Vec<Option<[u8; SHOWN]>>>, ErrorCode> {
        let width = TileId::in_tree(0, number, size).map_or(0, |tile| tile.width);
        let bytes = match fs::read(self.folder.join(entries_path(number, width))) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.unreadable(&error.to_string())),
        };
        let entries = parse_bundle(&bytes).map_err(|error| self.unreadable(&error.to_string()))?;
        let whole = entries.len() == usize::from(width);
        let shown = |(index, bytes)| {
            let entry = Entry::take(bytes).ok().filter(|entry| entry.index == index);
            entry.map(|entry| shown(&entry))
        };
        let read: Option<Vec<_>> = (number * WIDTH..).zip(entries).map(shown).collect();
        let read = read.filter(|_| whole);
        read.map(Some).ok_or_else(|| self.unreadable("it is not as it was written"))
    }

    fn unreadable(&self, why: &str) -> ErrorCode {
        let folder = self.folder.display();
        tracing::error!(%folder, why, "a bundle of the audit log cannot be read; payhsm-audit verify says more");
        ErrorCode::Internal
    }
}

impl Bundle {
    /// What there is from this index on; `None` if it is in another bundle or not yet in this one.
    fn from(&self, index: u64) -> Option<&[Option<[u8; SHOWN]>]> {
        let at = usize::try_from(index % WIDTH).ok()?;
        let ahead = self.entries.get(at..).filter(|ahead| !ahead.is_empty())?;
        (index / WIDTH == self.number).then_some(ahead)
    }
}

/// What the file says of a log of so many entries; the beginning if there is none.
fn read_position(file: &Path, entries: u64) -> Result<Position, String> {
    let text = match file::read(file) {
        Ok(text) => text,
        Err(OfficerError::Read { source, .. }) if source.kind() == ErrorKind::NotFound => {
            return Ok(Position::default());
        }
        Err(error) => return Err(error.to_string()),
    };
    let mut position = Position::parse(&text).ok_or("the file does not say how far it has come")?;
    if position.next > entries {
        // A log that is begun anew, or that came back from a copy: what it has of the old one was retrieved.
        tracing::warn!(entries, next = position.next, "the log ends before what Q2 gave last");
        position.next = entries;
    }
    Ok(position)
}

#[cfg(test)]
mod tests;
