//! The thread that lets the tree grow and signs what it has become.

use super::commit::Durable;
use super::disk::Disk;
use super::frame;
use super::growth::{Edge, Growth};
use super::shared::Shared;
use crate::checkpoint::Checkpoint;
use crate::note::{Signer, sign_note};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A checkpoint comes at least so often,
const EVERY: Duration = Duration::from_millis(900);

/// and at least for so many entries.
const ENTRIES: u64 = 10_000;

/// How long it rests when it has nothing more to do.
const REST: Duration = Duration::from_millis(5);

/// How often a disk that failed is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// The thread's own.
pub(super) struct Tree {
    pub(super) shared: Arc<Shared>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    pub(super) growth: Growth,
    pub(super) signing: Arc<Signing>,
    pub(super) from_journal: Receiver<Durable>,
    /// Somebody wants to know the edge when it is next a multiple of 256.
    pub(super) wanted: Arc<AtomicBool>,
    pub(super) to_keeper: Sender<Edge>,
    /// Entries of the last checkpoint.
    pub(super) signed: u64,
}

/// Who signs, if anybody can.
#[derive(Default)]
pub(super) struct Signing {
    signer: Mutex<Option<Arc<dyn Signer>>>,
    /// The checkpoint as it is, for who wants it without a look at the disk.
    last: Mutex<Option<String>>,
    /// Held while the file of the checkpoint is written: cosignatures go into it, too.
    file: Mutex<()>,
    again: AtomicBool,
}

impl Signing {
    /// Another one signs from now on, or nobody; the tree is signed anew.
    pub(super) fn set(&self, signer: Option<Arc<dyn Signer>>) {
        *self.signer.lock().unwrap_or_else(PoisonError::into_inner) = signer;
        self.again.store(true, Ordering::Release);
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        self.signer.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Has a checkpoint written in place of the one before, if that is `old`; any if none is given. Whether it was.
    pub(super) fn put(
        &self,
        old: Option<&str>,
        new: &str,
        write: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<bool> {
        let _file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if old.is_some() && self.last().as_deref() != old {
            return Ok(false);
        }
        write()?;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(new.to_owned());
        Ok(true)
    }

    /// The last checkpoint.
    pub(super) fn last(&self) -> Option<String> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Tree {
    /// Runs until the journal's thread has ended, and signs a last time.
    pub(super) fn run(mut self) {
        let mut due = Instant::now() + EVERY;
        loop {
            match self.next(due) {
                Ok(durable) => self.grow(&durable),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let many = self.growth.edge().size >= self.signed + ENTRIES;
            if many || Instant::now() >= due {
                self.sign();
                due = Instant::now() + EVERY;
            }
        }
        self.sign();
    }

    /// What came next, if it came in time. Nobody waits for the tree, so it lets some more come before it looks again.
    fn next(&self, due: Instant) -> Result<Durable, RecvTimeoutError> {
        match self.from_journal.try_recv() {
            Ok(durable) => return Ok(durable),
            Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
            Err(TryRecvError::Empty) => self.shared.pause(REST),
        }
        let wait = due.saturating_duration_since(Instant::now());
        self.from_journal.recv_timeout(wait)
    }

    fn grow(&mut self, durable: &Durable) {
        let mut entries = durable.frame.get(frame::HEAD..).unwrap_or_default();
        let mut index = durable.first;
        while let Some((length, rest)) = entries.split_first_chunk::<2>() {
            let length = usize::from(u16::from_be_bytes(*length));
            let Some((entry, rest)) = rest.split_at_checked(length) else { break };
            // The log is closed while the disk fails: the next start takes the rest from the journal.
            if index == self.growth.edge().size
                && !self.until_it_works(|tree| tree.growth.push(entry))
            {
                return;
            }
            let edge = self.growth.edge();
            if edge.size.is_multiple_of(256) && self.wanted.swap(false, Ordering::AcqRel) {
                drop(self.to_keeper.send(edge.clone()));
            }
            index += 1;
            entries = rest;
        }
        debug_assert_eq!(index, durable.first + u64::from(durable.count), "a frame is whole");
    }

    fn sign(&mut self) {
        let anew = self.signing.again.swap(false, Ordering::AcqRel);
        let Some(signer) = self.signing.signer() else { return };
        let size = self.growth.edge().size;
        if size == self.signed && !anew {
            return;
        }
        let root = self.growth.edge().root();
        let origin = signer.name().to_owned();
        let text = Checkpoint { origin, size, root, extensions: Vec::new() }.to_string();
        let Ok(note) = sign_note(&text, &*signer) else { return };
        let put = self.until_it_works(|tree| {
            tree.growth.put_edge()?;
            let path = tree.folder.join("checkpoint");
            tree.signing.put(None, &note, || tree.disk.put(&path, note.as_bytes(), false)).map(drop)
        });
        if put {
            self.signed = size;
            self.shared.counts.signed(size);
        }
    }

    /// The entries are safe in the journal: a disk that is full is waited for, and nothing more is taken meanwhile.
    /// Gives up when the log is closed.
    fn until_it_works(&mut self, mut work: impl FnMut(&mut Self) -> io::Result<()>) -> bool {
        let mut failed = false;
        while let Err(error) = work(self) {
            failed = true;
            self.shared.tree_fails(&error);
            if self.shared.is_closing() {
                return false;
            }
            self.shared.pause(AGAIN);
        }
        if failed {
            self.shared.tree_works();
        }
        true
    }
}
