//! The thread that makes records durable: whatever waits goes to the disk in one write and one sync.

use super::disk::{Disk, Segment};
use super::receipt::NotKept;
use super::shared::{Shared, Waiting};
use super::{Durability, frame, replay};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

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
    /// Whether the one before it was written to its end by this thread, and the disk took all of it.
    pub(super) before_is_sound: bool,
}

/// The segment that is written to.
#[derive(Debug)]
pub(super) struct Current {
    file: Box<dyn Segment>,
    filled: u64,
    bytes: u64,
}

/// The thread's own.
#[derive(Debug)]
pub(super) struct Committer {
    pub(super) shared: Arc<Shared>,
    pub(super) disk: Arc<dyn Disk>,
    pub(super) journal: PathBuf,
    pub(super) durability: Durability,
    pub(super) segment_bytes: u64,
    /// The number of the first segment of this life.
    pub(super) first_number: u64,
    /// The segment that is written to: the file, how far it is filled, how long it is.
    pub(super) current: Option<Current>,
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
        let begun = Instant::now();
        match self.write(&mut frame, first, count) {
            Ok(()) => {
                self.shared.counts.committed(count, begun.elapsed());
                self.shared.is_durable(first + u64::from(count));
                group.settle(Ok(()));
                // The tree is behind by what this channel holds; when it is full, the disk waits for the tree.
                let sent = self.to_tree.send(Durable { frame, first, count });
                sent.map_or_else(|gone| gone.0.frame, |()| Vec::new())
            }
            Err(error) => {
                // This file is not written to again: what the system could not write it has forgotten.
                self.current = None;
                self.shared.fail(&error, count);
                group.settle(Err(NotKept));
                self.recover();
                frame
            }
        }
    }

    fn write(&mut self, frame: &mut [u8], first: u64, count: u32) -> io::Result<()> {
        let length = u64::try_from(frame.len()).unwrap_or(u64::MAX);
        let fits = |current: &Current| current.filled + length <= current.bytes;
        if !self.current.as_ref().is_some_and(fits) {
            self.begin_segment(first, length)?;
        }
        let current = self.current.as_mut().ok_or(io::ErrorKind::NotFound)?;
        frame::finish(frame, self.number, first, count);
        current.file.write_at(frame, current.filled)?;
        current.filled += length;
        match self.durability {
            Durability::Durable => current.file.sync(),
            Durability::Relaxed => Ok(()),
        }
    }

    fn begin_segment(&mut self, first: u64, needed: u64) -> io::Result<()> {
        if let (Durability::Relaxed, Some(current)) = (self.durability, &self.current) {
            current.file.sync()?;
        }
        let before_is_sound = self.current.take().is_some();
        // The keeper may just be making a file with the next number; nobody waits for it.
        let last = self.number;
        for number in last + 1..last + 4 {
            match self.open_segment(number, needed) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
                Ok(()) => {
                    // Nobody to hear it means that the log is being closed.
                    drop(self.to_keeper.send(Begun { number, first, before_is_sound }));
                    return Ok(());
                }
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn open_segment(&mut self, number: u64, needed: u64) -> io::Result<()> {
        let usual = replay::size(number, self.first_number, self.segment_bytes);
        let bytes = usual.max(needed);
        let path = replay::path(&self.journal, number);
        let file = match self.shared.take_spare(number) {
            Some(spare) if bytes == usual => spare,
            Some(spare) => {
                drop(spare);
                self.disk.remove(&path)?;
                self.disk.create(&path, bytes)?
            }
            None => self.disk.create(&path, bytes)?,
        };
        self.number = number;
        self.current = Some(Current { file, filled: 0, bytes });
        Ok(())
    }

    /// Tries again, in a new file, until the disk takes an entry that says what happened.
    fn recover(&mut self) {
        let mut frame = Vec::new();
        while !self.shared.is_closing() {
            self.shared.pause(AGAIN);
            let Some((first, count)) = self.shared.gap_entry(&mut frame) else { continue };
            let before = self.number;
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
                    self.shared.fail(&error, 0);
                    // A number is used once: what lies in the file of the last try is not to be taken for more. Without
                    // a new file the last one is that of records that were kept.
                    if self.number != before {
                        drop(self.disk.remove(&replay::path(&self.journal, self.number)));
                    }
                }
            }
        }
        self.shared.refuse_rest();
    }
}
