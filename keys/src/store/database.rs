//! The file itself. The only file that names `redb`'s calls; what it holds is ciphertext.

use super::StoreRefused;
use redb::backends::InMemoryBackend;
use redb::{
    Database, Durability, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition,
};
use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Values by name.
pub(super) type Records = BTreeMap<String, Vec<u8>>;

const TABLE: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("payhsm");

/// Bytes of pages that redb keeps in memory.
const CACHE: usize = 4 << 20;

/// Reads all of a file that may be damaged, without touching it.
///
/// From a copy in memory: to open a file, redb writes to it, and repairs it where it was not closed.
pub(super) fn read_untouched(path: &Path) -> Result<Records, StoreRefused> {
    let reading = |error: std::io::Error| StoreRefused::reading(&error);
    let mut file = File::open(path).map_err(reading)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(StoreRefused::InUse),
        Err(TryLockError::Error(error)) => return Err(reading(error)),
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(reading)?;
    // Of nothing redb would make a new one.
    if bytes.is_empty() {
        return Err(StoreRefused::File);
    }
    let copy = InMemoryBackend::new();
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    copy.set_len(length).and_then(|()| copy.write(0, &bytes)).map_err(reading)?;
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(true);
    let database = builder.create_with_backend(copy).map_err(StoreRefused::opening);
    // From memory there is nothing that cannot be read: what redb cannot read is damage.
    let records = database.and_then(|database| all(&database));
    records.map_err(|_| StoreRefused::File)
}

pub(super) fn open(path: &Path) -> Result<Database, StoreRefused> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    #[cfg(test)]
    if let Some(file) = super::faults::file(path) {
        return builder.create_with_backend(file).map_err(StoreRefused::opening);
    }
    builder.open(path).map_err(StoreRefused::opening)
}

/// Every record, as of one moment.
pub(super) fn all(database: &Database) -> Result<Records, StoreRefused> {
    let reading = database.begin_read().map_err(StoreRefused::opening)?;
    let table = reading.open_table(TABLE).map_err(StoreRefused::opening)?;
    let mut records = Records::new();
    for record in table.iter().map_err(StoreRefused::opening)? {
        let (name, value) = record.map_err(StoreRefused::opening)?;
        records.insert(name.value().to_owned(), value.value().to_vec());
    }
    Ok(records)
}

pub(super) fn get(database: &Database, name: &str) -> Result<Option<Vec<u8>>, StoreRefused> {
    let reading = database.begin_read().map_err(StoreRefused::opening)?;
    let table = reading.open_table(TABLE).map_err(StoreRefused::opening)?;
    let value = table.get(name).map_err(StoreRefused::opening)?;
    Ok(value.map(|value| value.value().to_vec()))
}

/// Writes what is given and takes out what is `None`, at once and durably.
pub(super) fn write(
    database: &Database,
    records: &BTreeMap<String, Option<Vec<u8>>>,
) -> Result<(), StoreRefused> {
    let mut writing = database.begin_write().map_err(StoreRefused::changing)?;
    writing.set_durability(Durability::Immediate).map_err(StoreRefused::changing)?;
    // Two roots, switched after the pages are on the disk: a torn commit is seen by structure, not by checksum alone.
    writing.set_two_phase_commit(true);
    {
        let mut table = writing.open_table(TABLE).map_err(StoreRefused::changing)?;
        for (name, value) in records {
            if let Some(value) = value {
                table.insert(&**name, &**value).map_err(StoreRefused::changing)?;
            } else {
                table.remove(&**name).map_err(StoreRefused::changing)?;
            }
        }
    }
    writing.commit().map_err(|error| StoreRefused::Uncertain(error.to_string()))
}

/// Makes a file with these records, complete and on the disk. One that was left behind by a crash gives way.
pub(super) fn write_new(path: &Path, records: &Records) -> Result<(), StoreRefused> {
    remove(path)?;
    let made = fill(path, records);
    if made.is_err() {
        // What is half there is of no use; why it is half there is what counts.
        drop(fs::remove_file(path));
    }
    made
}

fn fill(path: &Path, records: &Records) -> Result<(), StoreRefused> {
    let database =
        Database::builder().set_cache_size(CACHE).create(path).map_err(StoreRefused::changing)?;
    let records = records.iter().map(|(name, value)| (name.clone(), Some(value.clone()))).collect();
    write(&database, &records).map_err(|refused| {
        // Nobody has the file yet, so nothing about it is uncertain.
        if let StoreRefused::Uncertain(error) = refused {
            StoreRefused::Unwritable(error)
        } else {
            refused
        }
    })?;
    database.close().map_err(StoreRefused::changing)?;
    let file = File::open(path).and_then(|file| file.sync_all());
    file.map_err(|error| StoreRefused::writing(&error))
}

/// `path` with something behind its name.
pub(super) fn beside(path: &Path, what: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(what);
    path.with_file_name(name)
}

/// Gives a file that is on the disk its name, if nobody has it.
pub(super) fn put_in_place(new: &Path, path: &Path) -> Result<(), StoreRefused> {
    // A link, unlike a new name, takes no other file's place.
    let linked = fs::hard_link(new, path).and_then(|()| sync_folder(path));
    let removed = fs::remove_file(new);
    linked.and(removed).map_err(|error| StoreRefused::writing(&error))
}

/// Gives a file that is on the disk its name, in place of whatever has it.
pub(super) fn put_over(new: &Path, path: &Path) -> Result<(), StoreRefused> {
    let moved = fs::rename(new, path).and_then(|()| sync_folder(path));
    moved.map_err(|error| StoreRefused::writing(&error))
}

/// Takes a file away, if it is there.
pub(super) fn remove(path: &Path) -> Result<(), StoreRefused> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(StoreRefused::writing(&error))
        }
        _ => Ok(()),
    }
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
