//! What a log counts of its own work.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How a log stands, and what it has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogNumbers {
    /// Entries that were taken, durable or not.
    pub taken: u64,
    /// Entries that are durable.
    pub durable: u64,
    /// Entries of the last checkpoint that was signed since it was opened; 0 if none was.
    pub signed: u64,
    /// How often entries that waited together went to the disk.
    pub commits: u64,
    /// How many entries these were.
    pub committed: u64,
    /// How long writing and syncing them took, in all.
    pub commit_time: Duration,
    /// How long the last time took.
    pub last_commit_time: Duration,
    /// How many entries the last time had.
    pub last_commit: u64,
    /// How often the disk failed.
    pub disk_failures: u64,
}

/// The counts behind it; only the thread of the journal changes them, but for `signed`.
#[derive(Debug, Default)]
pub(super) struct Counts {
    commits: AtomicU64,
    committed: AtomicU64,
    nanos: AtomicU64,
    last_nanos: AtomicU64,
    last: AtomicU64,
    disk_failures: AtomicU64,
    signed: AtomicU64,
}

impl Counts {
    /// So many entries went to the disk together, and it took so long.
    pub(super) fn committed(&self, entries: u32, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.commits.fetch_add(1, Ordering::Relaxed);
        self.committed.fetch_add(entries.into(), Ordering::Relaxed);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
        self.last_nanos.store(nanos, Ordering::Relaxed);
        self.last.store(entries.into(), Ordering::Relaxed);
    }

    pub(super) fn disk_failed(&self) {
        self.disk_failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn signed(&self, size: u64) {
        self.signed.store(size, Ordering::Relaxed);
    }

    /// With how the log stands.
    pub(super) fn told(&self, taken: u64, durable: u64) -> LogNumbers {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        LogNumbers {
            taken,
            durable,
            signed: get(&self.signed),
            commits: get(&self.commits),
            committed: get(&self.committed),
            commit_time: Duration::from_nanos(get(&self.nanos)),
            last_commit_time: Duration::from_nanos(get(&self.last_nanos)),
            last_commit: get(&self.last),
            disk_failures: get(&self.disk_failures),
        }
    }
}
