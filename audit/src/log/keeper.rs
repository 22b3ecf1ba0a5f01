//! The thread that looks after the files of the journal: the next one is there before it is needed. It is one whose entries
//! are durable in the tree, under another name, or a new one full of zeros.

use super::commit::Begun;
use super::disk::Disk;
use super::growth::Edge;
use super::shared::Shared;
use super::{replay, synced};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

const LOOK: Duration = Duration::from_millis(50);

/// A segment that is there.
#[derive(Debug)]
pub(super) struct SegmentFile {
    number: u64,
    /// Index of its first entry, if there is one.
    first: Option<u64>,
    /// It may become another one: this life has filled it, and the disk never failed over it.
    sound: bool,
}

impl SegmentFile {
    /// One that was there at the start.
    pub(super) fn found(&(number, first): &(u64, Option<u64>)) -> Self {
        Self { number, first, sound: false }
    }
}

/// The thread's own.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    pub(super) journal: PathBuf,
    pub(super) segment_bytes: u64,
    pub(super) first_number: u64,
    /// The segments that are there.
    pub(super) segments: Vec<SegmentFile>,
    /// The last one that is needed no more.
    pub(super) spent: Option<SegmentFile>,
    pub(super) begun: Receiver<Begun>,
    pub(super) edges: Receiver<Edge>,
    pub(super) wanted: Arc<AtomicBool>,
}

impl Keeper {
    /// Runs until the journal's thread has ended.
    pub(super) fn run(mut self) {
        self.remove_unused();
        self.wanted.store(self.segments.len() > 1, Ordering::Release);
        loop {
            match self.begun.recv_timeout(LOOK) {
                Ok(Begun { number, first, before_is_sound }) => {
                    if let Some(before) = self.segments.last_mut() {
                        before.sound = before_is_sound;
                    }
                    self.segments.push(SegmentFile { number, first: Some(first), sound: false });
                    self.make_spare(number + 1);
                    self.wanted.store(true, Ordering::Release);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while let Ok(edge) = self.edges.try_recv() {
                self.settle(&edge);
            }
        }
    }

    /// What a life before this one had ready and did not write to.
    fn remove_unused(&mut self) {
        let unused = |segment: &mut SegmentFile| segment.first.is_none();
        let unused: Vec<_> = self.segments.extract_if(.., unused).collect();
        unused.iter().for_each(|segment| self.remove(segment));
    }

    /// One that stays takes room until the next start.
    fn remove(&self, segment: &SegmentFile) {
        drop(self.disk.remove(&replay::path(&self.journal, segment.number)));
    }

    fn make_spare(&mut self, number: u64) {
        let path = replay::path(&self.journal, number);
        let bytes = replay::size(number, self.first_number, self.segment_bytes);
        let spent = self.spent.take();
        let reused = spent.as_ref().filter(|spent| spent.sound).and_then(|spent| {
            self.disk.reuse(&replay::path(&self.journal, spent.number), &path, bytes).ok()
        });
        if let (Some(spent), None) = (&spent, &reused) {
            self.remove(spent);
        }
        // Without one, whoever needs it makes it, and says what is wrong.
        if let Some(segment) = reused.or_else(|| self.disk.create(&path, bytes).ok()) {
            self.shared.put_spare(number, segment);
        }
    }

    /// The tree up to this edge is made durable; then the journal need not hold it any more. Whatever fails here is tried
    /// again with the next segment: the journal only becomes longer.
    fn settle(&mut self, edge: &Edge) {
        let made = self.disk.sync_all(&self.folder).and_then(|()| {
            self.disk.put(&self.journal.join(synced::NAME), &synced::encode(edge), true)
        });
        if made.is_err() {
            self.wanted.store(true, Ordering::Release);
            return;
        }
        // One is done with when the next one that has entries begins at the edge or before.
        while let [_, rest @ ..] = self.segments.as_slice() {
            let next = rest.iter().find_map(|segment| segment.first);
            if next.is_none_or(|next| next > edge.size) {
                break;
            }
            // The last one stays, to be used again: between the files that are there no entry may be missing.
            if let Some(spent) = self.spent.replace(self.segments.remove(0)) {
                self.remove(&spent);
            }
        }
    }
}
