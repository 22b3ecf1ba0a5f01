//! The thread that looks after the files of the journal: the next one is made before it is needed, and one whose entries
//! are durable in the tree is taken away.

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

/// The thread's own.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) shared: Arc<Shared>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) folder: PathBuf,
    pub(super) journal: PathBuf,
    pub(super) segment_bytes: u64,
    pub(super) first_number: u64,
    /// The segments that are there: number, and index of the first entry if there is one.
    pub(super) segments: Vec<(u64, Option<u64>)>,
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
                Ok(Begun { number, first }) => {
                    self.segments.push((number, Some(first)));
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
        let (used, unused): (Vec<_>, Vec<_>) =
            self.segments.iter().partition(|(_, first)| first.is_some());
        self.segments = used;
        for (number, _) in unused {
            // One that stays takes room until the next start.
            drop(self.disk.remove(&replay::path(&self.journal, number)));
        }
    }

    fn make_spare(&self, number: u64) {
        // Without one, whoever needs it makes it, and says what is wrong.
        let path = replay::path(&self.journal, number);
        let bytes = replay::size(number, self.first_number, self.segment_bytes);
        if let Ok(segment) = self.disk.create(&path, bytes) {
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
        while let [(number, _), rest @ ..] = self.segments.as_slice() {
            let next = rest.iter().find_map(|(_, first)| *first);
            if next.is_none_or(|next| next > edge.size) {
                break;
            }
            drop(self.disk.remove(&replay::path(&self.journal, *number)));
            self.segments.remove(0);
        }
    }
}
