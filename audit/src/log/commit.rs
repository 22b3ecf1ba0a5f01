//! The thread that makes records durable: whatever waits goes to the disk in one write and one sync.

use super::disk::{Disk, Segment};
use super::receipt::NotKept;
use super::shared::{Shared, Waiting};
use super::{Durability, frame, replay};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

/// How often a disk that failed is tried again.
const AGAIN: Duration = Duration::from_millis(100);

/// Entries that are durable, for the tree.
#[derive(Debug)]
pub(super) struct Durable {
    /// A frame, head and all.
    pub(super) frame: Vec<u8>,
    /// Index of its first entry.
    pub(super) first: u64,
    /// How many there are.
    pub(super) count: u32,
}

/// What becomes of segments, for the thread that looks after them.
#[derive(Debug)]
pub(super) struct Begun {
    /// Number of the segment.
    pub(super) number: u64,
    /// Index of its first entry.
    pub(super) first: u64,
}

/// The thread's own.
#[derive(Debug)]
pub(super) struct Committer {
    pub(super) shared: Arc<Shared>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) journal: PathBuf,
    pub(super) durability: Durability,
    pub(super) segment_bytes: u64,
    /// The segment that is written to, and how far.
    pub(super) current: Option<(Box<dyn Segment>, u64)>,
    /// The number of the last segment that was begun.
    pub(super) number: u64,
    pub(super) to_tree: SyncSender<Durable>,
    pub(super) to_keeper: std::sync::mpsc::Sender<Begun>,
}

impl Committer {
    /// Runs until the log is closed.
    pub(super) fn run(mut self) {
        let mut spare = Vec::new();
        while let Some(waiting) = self.shared.take(std::mem::take(&mut spare)) {
            spare = self.keep(waiting);
        }
    }

    /// Keeps what waited; gives back a buffer to be used again.
    fn keep(&mut self, waiting: Waiting) -> Vec<u8> {
        let Waiting { mut frame, first, count, group } = waiting;
        match self.write(&mut frame, first, count) {
            Ok(()) => {
                self.shared.is_durable(first + u64::from(count));
                group.settle(Ok(()));
                // The tree is behind by what this channel holds; when it is full, the disk waits for the tree.
                let sent = self.to_tree.send(Durable { frame, first, count });
                sent.map_or_else(|gone| gone.0.frame, |()| Vec::new())
            }
            Err(error) => {
                // This file is not written to again: what the system could not write it has forgotten.
                self.current = None;
                self.shared.fail(&error);
                group.settle(Err(NotKept));
                self.recover();
                frame
            }
        }
    }

    fn write(&mut self, frame: &mut [u8], first: u64, count: u32) -> io::Result<()> {
        let length = u64::try_from(frame.len()).unwrap_or(u64::MAX);
        let fits = self.current.as_ref().is_some_and(|(_, at)| at + length <= self.segment_bytes);
        if !fits {
            self.begin_segment(first)?;
        }
        let (segment, at) = self.current.as_mut().ok_or(io::ErrorKind::NotFound)?;
        frame::finish(frame, self.number, first, count);
        segment.write_at(frame, *at)?;
        *at += length;
        match self.durability {
            Durability::Durable => segment.sync(),
            Durability::Relaxed => Ok(()),
        }
    }

    fn begin_segment(&mut self, first: u64) -> io::Result<()> {
        if let (Durability::Relaxed, Some((segment, _))) = (self.durability, &self.current) {
            segment.sync()?;
        }
        self.current = None;
        let number = self.number + 1;
        let segment = match self.shared.take_spare(number) {
            Some(segment) => segment,
            None => self.disk.create(&replay::path(&self.journal, number), self.segment_bytes)?,
        };
        self.number = number;
        self.current = Some((segment, 0));
        // Nobody to hear it means that the log is being closed.
        drop(self.to_keeper.send(Begun { number, first }));
        Ok(())
    }

    /// Tries again, in a new file, until the disk takes an entry that says what happened.
    fn recover(&mut self) {
        let mut frame = Vec::new();
        while !self.shared.is_closing() {
            self.shared.pause(AGAIN);
            let Some((first, count)) = self.shared.gap_entry(&mut frame) else { continue };
            let tried = self.write(&mut frame, first, count);
            match tried {
                Ok(()) => {
                    let frame = std::mem::take(&mut frame);
                    drop(self.to_tree.send(Durable { frame, first, count }));
                    self.shared.works_again(first + u64::from(count));
                    return;
                }
                Err(error) => {
                    self.current = None;
                    self.shared.fail(&error);
                    // A number is used once: what lies in the file of the last try is not to be taken for more.
                    drop(self.disk.remove(&replay::path(&self.journal, self.number)));
                }
            }
        }
        self.shared.refuse_rest();
    }
}
