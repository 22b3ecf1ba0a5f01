//! The file itself. The only file that names `redb`'s calls.

use super::inner::Changes;
use crate::{Row, RowKey, Unavailable};
use redb::backends::FileBackend;
use redb::{
    Builder, Database, DatabaseError, Durability, ReadableDatabase, ReadableTable, TableDefinition,
};
use rustix::fs::{Advice, fadvise};
use std::fmt::{self, Debug};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const ROWS: TableDefinition<'_, &[u8; 17], &[u8]> = TableDefinition::new("payhsm-state");

/// What kind of file it is; a later form has another.
const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("payhsm-state about");
const FORMAT: u64 = 1;

/// Bytes of pages that redb keeps in memory.
const CACHE: usize = 64 << 20;

/// Where the file lies; a test has others.
pub(super) trait Disk: Send + Sync + Debug {
    /// Opens it, as it is on the disk and not as the system remembers it. Without one, `may_make` one.
    fn open(&self, may_make: bool) -> Result<Rows, Unavailable>;
}

/// A file system.
#[derive(Debug)]
pub(super) struct System {
    path: PathBuf,
}

impl System {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// Makes the file, complete and on the disk, before it has its name.
    fn make(&self) -> Result<(), Unavailable> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let new = self.path.with_file_name(name);
        // One that a crash left behind gives way.
        remove(&new).map_err(words)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(&new).map_err(words)?;
        drop(Rows::with(|builder| builder.create_with_backend(FileBackend::new(file)?))?);
        File::open(&new).and_then(|file| file.sync_all()).map_err(words)?;
        // A link, unlike a new name, takes no other file's place.
        let linked = match fs::hard_link(&new, &self.path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        };
        let removed = remove(&new);
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).and_then(|it| it.sync_all());
        linked.and(removed).and(folder).map_err(words)
    }
}

impl Disk for System {
    fn open(&self, may_make: bool) -> Result<Rows, Unavailable> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let file = match options.open(&self.path) {
            Err(error) if may_make && error.kind() == io::ErrorKind::NotFound => {
                self.make()?;
                options.open(&self.path)
            }
            opened => opened,
        };
        let file = file.map_err(words)?;
        // Of nothing redb would make a new one, and every try would be there again.
        if file.metadata().map_err(words)?.len() == 0 {
            return Err(Unavailable::new("its file is empty"));
        }
        // What the system could not write it may still show to who reads: it is to read what the disk has.
        fadvise(&file, 0, None, Advice::DontNeed).map_err(|error| words(error.into()))?;
        Rows::with(|builder| builder.create_with_backend(FileBackend::new(file)?))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn words(error: io::Error) -> Unavailable {
    Unavailable::new(error.to_string())
}

/// What redb says.
fn refused(error: impl Into<redb::Error>) -> Unavailable {
    let error = error.into();
    if matches!(error, redb::Error::DatabaseAlreadyOpen | redb::Error::LockProtocolMismatch) {
        return Unavailable::new("its file is in use by another process");
    }
    Unavailable::new(error.to_string())
}

/// The rows that are durable.
pub(super) struct Rows(Database);

impl Rows {
    /// Opens it by `open`, and writes to it: what a failed write left is believed only when a later one holds it.
    pub(super) fn with(
        open: impl FnOnce(&Builder) -> Result<Database, DatabaseError>,
    ) -> Result<Self, Unavailable> {
        let mut builder = Database::builder();
        // redb panics over a file that was damaged, unless it looks through all of it first: as it does after a crash anyway.
        builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
        let rows = Self(open(&builder).map_err(refused)?);
        rows.transaction(|writing| {
            let mut about = writing.open_table(ABOUT).map_err(refused)?;
            let format = about.get("format").map_err(refused)?.map(|format| format.value());
            match format {
                Some(FORMAT) | None => {}
                Some(other) => {
                    let why = format!("its file has format {other}, which a later version made");
                    return Err(Unavailable::new(why));
                }
            }
            about.insert("format", FORMAT).map_err(refused)?;
            drop(writing.open_table(ROWS).map_err(refused)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// What these rows hold, as of one moment.
    pub(super) fn get(&self, keys: &[RowKey]) -> Result<Vec<Row>, Unavailable> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let reading = self.0.begin_read().map_err(refused)?;
        let table = reading.open_table(ROWS).map_err(refused)?;
        let get = |key: &RowKey| {
            let value = table.get(&key.bytes()).map_err(refused)?;
            Ok(value.map(|value| value.value().to_vec()))
        };
        keys.iter().map(get).collect()
    }

    /// Writes and removes, at once and durably.
    pub(super) fn write(&self, changes: &Changes) -> Result<(), Unavailable> {
        self.transaction(|writing| {
            let mut table = writing.open_table(ROWS).map_err(refused)?;
            for (key, value) in changes {
                match value {
                    Some(value) => drop(table.insert(&key.bytes(), &**value).map_err(refused)?),
                    None => drop(table.remove(&key.bytes()).map_err(refused)?),
                }
            }
            Ok(())
        })
    }

    fn transaction(
        &self,
        work: impl FnOnce(&redb::WriteTransaction) -> Result<(), Unavailable>,
    ) -> Result<(), Unavailable> {
        let mut writing = self.0.begin_write().map_err(refused)?;
        writing.set_durability(Durability::Immediate).map_err(refused)?;
        // The root is switched after the pages are on the disk: what a failed sync leaves is one root or the other, both
        // of pages that were synced.
        writing.set_two_phase_commit(true);
        work(&writing)?;
        writing.commit().map_err(refused)
    }
}

impl Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rows")
    }
}
