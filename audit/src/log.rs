//! The log as a daemon keeps it: durable before anything is answered.
//!
//! Records that wait at one time are one frame of the journal: one write and one sync for all of them (`commit`). What is
//! durable becomes a leaf of the tree, whose tiles are files that anybody can read, and is signed (`tree`). A third thread
//! makes the next file of the journal before it is needed, and takes away what the tree holds durably (`keeper`).
//!
//! When the disk fails, a file is never synced a second time. Nothing counts as kept until a new file has taken an entry
//! that says since when there was a gap.

mod commit;
pub mod disk;
mod error;
mod frame;
mod growth;
mod keeper;
mod numbers;
mod receipt;
mod replay;
mod shared;
mod synced;
mod tree;

pub use error::LogError;
pub use numbers::LogNumbers;
pub use receipt::{NotKept, Receipt};

use crate::key_change;
use crate::note::Signer;
use crate::record::{BorrowedCommand, Moment, Record};
use commit::Committer;
use disk::Disk;
use growth::Growth;
use keeper::{Keeper, SegmentFile};
use shared::Shared;
use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use tree::{Signing, Tree};

/// Bytes of a file of the journal, if nothing else is said.
pub const SEGMENT_BYTES: u64 = 8 * 1024 * 1024;

/// Frames that may lie between the journal and the tree.
const BEHIND: usize = 1024;

/// When a record counts as kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// When it is on the disk.
    #[default]
    Durable,
    /// When the system has it: a power cut may take the last second.
    Relaxed,
}

/// Tells what time it is.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now.
    fn now(&self) -> Moment;
}

/// How a log is to be kept.
#[derive(Debug)]
pub struct Setup {
    /// The folder of the log; made if it is not there.
    pub folder: PathBuf,
    /// When a record counts as kept.
    pub durability: Durability,
    /// Bytes of a file of the journal, at most.
    pub segment_bytes: u64,
    /// The clock for entries.
    pub clock: Arc<dyn Clock>,
    /// The disk.
    pub disk: Arc<dyn Disk>,
}

/// How it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// So many entries are durable.
    Works {
        /// Entries.
        durable: u64,
    },
    /// Nothing is kept now.
    Fails {
        /// What the disk says.
        why: String,
    },
}

/// What the log was when it was opened.
struct AtStart {
    folder: PathBuf,
    disk: Arc<dyn Disk>,
    /// Entries that were durable in the tree's files; those behind were in the journal.
    synced: u64,
    /// The last change of the signing key in the journal.
    key_change: Option<String>,
}

/// A log that is being kept.
pub struct Log {
    shared: Arc<Shared>,
    signing: Arc<Signing>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    at_start: AtStart,
    _claim: File,
}

impl Log {
    /// Opens a log, or begins one; what a crash left in the journal goes into the tree.
    ///
    /// # Errors
    /// [`LogError`], and nothing was changed then.
    pub fn open(setup: Setup) -> Result<Self, LogError> {
        let Setup { folder, durability, segment_bytes, clock, disk } = setup;
        let journal = folder.join("journal");
        fs::create_dir_all(&journal).map_err(|reason| LogError::disk(&journal, reason))?;
        let claim = disk::claim(&folder).map_err(|reason| LogError::disk(&folder, reason))?;
        let claim = claim.ok_or_else(|| LogError::InUse(folder.clone()))?;

        let edge = synced::read(&journal)?;
        let replayed = replay::replay(&journal, edge.size)?;
        check_checkpoint(&folder, edge.size + count(replayed.entries.len()))?;
        let key_change = replayed.entries.iter().rev().find_map(|entry| key_change::told(entry));
        let kept = (folder.clone(), Arc::clone(&disk));
        let at_start = AtStart { folder: kept.0, disk: kept.1, synced: edge.size, key_change };
        let mut growth = Growth::new(Arc::clone(&disk), &folder, edge);
        for entry in &replayed.entries {
            growth.push(entry).map_err(|reason| LogError::disk(&folder, reason))?;
        }
        let next = growth.edge().size;
        let shared = Arc::new(Shared::new(clock, next));
        let signing = Arc::new(Signing::default());
        let wanted = Arc::new(AtomicBool::new(false));
        let (to_tree, from_journal) = sync_channel(BEHIND);
        let (to_keeper, begun) = channel();
        let (edge_to_keeper, edges) = channel();
        let number = replayed.segments.last().map_or(0, |(number, _)| *number);
        let committer = Committer {
            shared: Arc::clone(&shared),
            disk: Arc::clone(&disk),
            journal: journal.clone(),
            durability,
            segment_bytes,
            first_number: number + 1,
            current: None,
            number,
            to_tree,
            to_keeper,
        };
        let tree = Tree {
            shared: Arc::clone(&shared),
            disk: Arc::clone(&disk),
            folder: folder.clone(),
            growth,
            signing: Arc::clone(&signing),
            from_journal,
            wanted: Arc::clone(&wanted),
            to_keeper: edge_to_keeper,
            signed: 0,
        };
        let keeper = Keeper {
            shared: Arc::clone(&shared),
            disk,
            folder: folder.clone(),
            journal,
            segment_bytes,
            first_number: number + 1,
            segments: replayed.segments.iter().map(SegmentFile::found).collect(),
            spent: None,
            begun,
            edges,
            wanted,
        };
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            let thread = Builder::new().name(name.to_owned());
            thread.spawn(work).map_err(|reason| LogError::disk(&folder, reason))
        };
        let threads = vec![
            spawn("audit-journal", Box::new(move || committer.run()))?,
            spawn("audit-tree", Box::new(move || tree.run()))?,
            spawn("audit-keeper", Box::new(move || keeper.run()))?,
        ];
        let threads = Mutex::new(threads);
        Ok(Self { shared, signing, threads, at_start, _claim: claim })
    }

    /// Has records kept, in this order and one behind the other.
    ///
    /// # Errors
    /// [`NotKept`] while the disk fails; otherwise the receipt tells.
    pub fn append(&self, records: &[Record]) -> Result<Receipt, NotKept> {
        let put = |record: &Record, out: &mut Vec<u8>| record.put(0, Moment::default(), out);
        self.shared.append(records.iter(), put)
    }

    /// As [`Log::append`], for commands that nobody needs to own.
    ///
    /// # Errors
    /// [`NotKept`]
    pub fn append_commands<'a, K: AsRef<str> + 'a>(
        &self,
        commands: impl Iterator<Item = BorrowedCommand<'a, K>>,
    ) -> Result<Receipt, NotKept> {
        let put =
            |one: BorrowedCommand<'_, K>, out: &mut Vec<u8>| one.put(0, Moment::default(), out);
        self.shared.append(commands, put)
    }

    /// Checkpoints are signed by this one from now on, or by nobody.
    pub fn set_signer(&self, signer: Option<Arc<dyn Signer>>) {
        self.signing.set(signer);
    }

    /// How it stands.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.health()
    }

    /// How it stands in numbers, and what it has done since it was opened.
    #[must_use]
    pub fn numbers(&self) -> LogNumbers {
        self.shared.numbers()
    }

    /// How far it is: entries that are durable, and with those that wait for the disk.
    #[must_use]
    pub fn position(&self) -> (u64, u64) {
        self.shared.position()
    }

    /// The last checkpoint, if one was signed since the start.
    #[must_use]
    pub fn checkpoint(&self) -> Option<String> {
        self.signing.last()
    }

    /// The last change of the signing key that the log told of when it was opened, if it is not before entry `from`: the
    /// detail of its record.
    ///
    /// # Errors
    /// What the disk says.
    pub fn key_change_at_start(&self, from: u64) -> io::Result<Option<String>> {
        let AtStart { folder, synced, key_change, .. } = &self.at_start;
        match key_change {
            Some(change) => Ok(Some(change.clone())),
            None => key_change::last_in_bundles(folder, from, *synced),
        }
    }

    /// Puts `new`, the same checkpoint with more signatures, in the place of `old`, if that is still the last one. Whether
    /// it was.
    ///
    /// # Errors
    /// What the disk says.
    pub fn replace_checkpoint(&self, old: &str, new: &str) -> io::Result<bool> {
        let AtStart { folder, disk, .. } = &self.at_start;
        let path = folder.join("checkpoint");
        self.signing.put(Some(old), new, || disk.put(&path, new.as_bytes(), false))
    }

    /// Takes nothing more, keeps what waits, signs a last checkpoint. What is dropped is closed too.
    pub fn close(&self) {
        self.shared.close();
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            // A thread that panicked has nothing more to say.
            drop(thread.join());
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Log({:?})", self.health())
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Refuses a log that is shorter than what was signed for it.
fn check_checkpoint(folder: &Path, size: u64) -> Result<(), LogError> {
    let path = folder.join("checkpoint");
    let Ok(text) = fs::read_to_string(&path) else { return Ok(()) };
    // What a power cut leaves of a file that was being put in place.
    if text.bytes().all(|byte| byte == 0) {
        return Ok(());
    }
    let signed = text.lines().nth(1).and_then(|line| line.parse::<u64>().ok());
    let what = match signed {
        Some(signed) if signed <= size => return Ok(()),
        Some(signed) => format!("it was signed for {signed} entries, and {size} are there"),
        None => "it is no checkpoint".to_owned(),
    };
    Err(LogError::damaged(&path, what))
}
