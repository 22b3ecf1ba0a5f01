//! A disk that fails when it is told to, and notices whether it is believed afterwards.

use payhsm_audit::log::disk::{Disk, RealDisk, Segment};
use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What it can do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A write to the journal fails, perhaps half-way.
    Write,
    /// What was written does not become durable.
    Sync,
    /// There is no room for anything.
    Full,
    /// There is no room for another file of the journal.
    NoSegment,
    /// The files of the tree cannot be written.
    NoTree,
    /// Nothing can be written.
    ReadOnly,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct BadDisk {
    fault: Arc<Mutex<Option<Fault>>>,
    believed: Arc<AtomicUsize>,
    reused: Arc<AtomicUsize>,
    /// Segments over which it failed.
    failed: Arc<Mutex<HashSet<PathBuf>>>,
}

#[derive(Debug)]
struct BadSegment {
    real: Box<dyn Segment>,
    path: PathBuf,
    disk: BadDisk,
}

impl BadDisk {
    pub(crate) const FAULTS: [Fault; 6] =
        [Fault::Write, Fault::Sync, Fault::Full, Fault::NoSegment, Fault::NoTree, Fault::ReadOnly];

    pub(crate) fn fail(&self, fault: Option<Fault>) {
        *self.fault.lock().unwrap() = fault;
    }

    /// How often a file took the place of another.
    pub(crate) fn reused(&self) -> usize {
        self.reused.load(Ordering::Relaxed)
    }

    /// How often a file was synced, written to or used again after one of its syncs or writes had failed.
    pub(crate) fn synced_after_an_error(&self) -> usize {
        self.believed.load(Ordering::Relaxed)
    }

    fn failed(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.failed.lock().unwrap()
    }

    /// The file is used.
    fn notice_belief_in(&self, path: &Path) {
        if self.failed().contains(path) {
            self.believed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn check(&self, faults: &[Fault]) -> io::Result<()> {
        let fault = self
            .fault
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .filter(|fault| faults.contains(fault));
        let errno = match fault {
            None => return Ok(()),
            Some(Fault::Write | Fault::Sync) => 5,
            Some(Fault::Full | Fault::NoSegment | Fault::NoTree) => 28,
            Some(Fault::ReadOnly) => 30,
        };
        Err(io::Error::from_raw_os_error(errno))
    }

    fn segment(&self, real: Box<dyn Segment>, path: &Path) -> Box<dyn Segment> {
        Box::new(BadSegment { real, path: path.to_owned(), disk: self.clone() })
    }
}

impl BadSegment {
    fn note<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        self.disk.notice_belief_in(&self.path);
        if outcome.is_err() {
            self.disk.failed().insert(self.path.clone());
        }
        outcome
    }
}

impl Segment for BadSegment {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let fault = self.disk.check(&[Fault::Write, Fault::ReadOnly]);
        if fault.is_err() {
            // Some of it got there.
            self.real.write_at(&bytes[..bytes.len() / 2], offset)?;
            return self.note(fault);
        }
        self.note(self.real.write_at(bytes, offset))
    }

    fn sync(&self) -> io::Result<()> {
        self.note(self.disk.check(&[Fault::Sync, Fault::ReadOnly]).and_then(|()| self.real.sync()))
    }
}

impl Disk for BadDisk {
    fn create(&self, path: &Path, length: u64) -> io::Result<Box<dyn Segment>> {
        self.check(&[Fault::Full, Fault::ReadOnly, Fault::NoSegment])?;
        Ok(self.segment(RealDisk.create(path, length)?, path))
    }

    fn reuse(&self, old: &Path, new: &Path, length: u64) -> io::Result<Box<dyn Segment>> {
        self.check(&[Fault::Full, Fault::ReadOnly, Fault::NoSegment])?;
        self.notice_belief_in(old);
        let segment = self.segment(RealDisk.reuse(old, new, length)?, new);
        self.reused.fetch_add(1, Ordering::Relaxed);
        Ok(segment)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Segment>> {
        Ok(self.segment(RealDisk.open(path)?, path))
    }

    fn put(&self, path: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        self.check(&[Fault::Full, Fault::ReadOnly, Fault::NoTree])?;
        RealDisk.put(path, bytes, durable)
    }

    fn sync_all(&self, folder: &Path) -> io::Result<()> {
        self.check(&[Fault::Sync, Fault::ReadOnly])?;
        RealDisk.sync_all(folder)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
}
