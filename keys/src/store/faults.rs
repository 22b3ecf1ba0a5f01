//! A disk that a test can let fail, and that keeps a list of what was done to it. For tests of this crate alone.

use redb::backends::FileBackend;
use redb::{BackendError, StorageBackend};
use std::cell::RefCell;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Error;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

/// What reaches a file, in order.
#[derive(Clone)]
pub(super) enum Done {
    Length(u64),
    Write(u64, Vec<u8>),
    Sync,
}

/// What fails, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    /// How many of [`Done`] pass before.
    pub(super) after: usize,
    /// What the system says (`errno`).
    pub(super) error: i32,
    /// Whether half of a write reaches the file all the same.
    pub(super) torn: bool,
}

/// The disk of one test.
#[derive(Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    done: Vec<Done>,
    fault: Option<Fault>,
    hit: bool,
}

thread_local! {
    static IN_USE: RefCell<Option<Disk>> = const { RefCell::new(None) };
}

impl Disk {
    /// One that fails so, or never.
    pub(super) fn new(fault: Option<Fault>) -> Self {
        Self(Arc::new(Mutex::new(Inner { fault, ..Inner::default() })))
    }

    /// Stores that `work` opens on this thread are on this disk.
    pub(super) fn during<T>(&self, work: impl FnOnce() -> T) -> T {
        IN_USE.set(Some(self.clone()));
        let made = work();
        IN_USE.set(None);
        made
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    /// Everything so far.
    pub(super) fn done(&self) -> Vec<Done> {
        self.inner().done.clone()
    }

    /// Whether the fault came.
    pub(super) fn was_hit(&self) -> bool {
        self.inner().hit
    }

    /// Whether this is the one that fails, and how.
    fn fails(&self) -> Option<Fault> {
        let mut inner = self.inner();
        let fault = inner.fault.filter(|fault| fault.after == inner.done.len());
        inner.hit |= fault.is_some();
        fault
    }
}

impl fmt::Debug for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Disk")
    }
}

/// The file of a store, on the disk of the test that runs on this thread, if it has one.
pub(super) fn file(path: &Path) -> Option<File> {
    let disk = IN_USE.with_borrow(Clone::clone)?;
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    Some(File { file: FileBackend::new(file).unwrap(), disk })
}

#[derive(Debug)]
pub(super) struct File {
    file: FileBackend,
    disk: Disk,
}

impl File {
    fn carry_out(
        &self,
        done: Done,
        work: impl FnOnce(&FileBackend) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(fault) = self.disk.fails() {
            if let Done::Write(offset, data) = &done
                && fault.torn
            {
                self.file.write(*offset, &data[..data.len() / 2])?;
            }
            // Once, as disks do; redb lets nothing more through.
            self.disk.inner().done.push(Done::Sync);
            return Err(Error::from_raw_os_error(fault.error));
        }
        self.disk.inner().done.push(done);
        work(&self.file)
    }
}

type Lock<T> = Result<T, BackendError>;

impl StorageBackend for File {
    fn len(&self) -> Result<u64, Error> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), Error> {
        self.file.read(offset, out)
    }

    fn set_len(&self, length: u64) -> Result<(), Error> {
        self.carry_out(Done::Length(length), |file| file.set_len(length))
    }

    fn sync_data(&self) -> Result<(), Error> {
        self.carry_out(Done::Sync, FileBackend::sync_data)
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), Error> {
        self.carry_out(Done::Write(offset, data.to_vec()), |file| file.write(offset, data))
    }

    fn close(&self) -> Result<(), Error> {
        self.file.close()
    }

    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.file.try_lock_range(start, end)
    }

    fn try_lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.file.try_lock_shared_range(start, end)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.file.lock_range(start, end)
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.file.lock_shared_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<()> {
        self.file.unlock_range(start, end)
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Lock<bool> {
        self.file.query_lock_range(start, end)
    }
}
