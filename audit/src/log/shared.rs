//! What those who have records kept and the threads of the log have in common.

use super::disk::Segment;
use super::frame;
use super::numbers::{Counts, LogNumbers};
use super::receipt::{Group, NotKept, Receipt};
use super::{Clock, Health};
use crate::record::{Event, MAX_ENTRY, Moment, Record, event, stamp};
use std::cell::RefCell;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that may wait for the disk; more are refused.
const MOST_WAITING: usize = 8 * 1024 * 1024;

/// The meeting place.
#[derive(Debug)]
pub(super) struct Shared {
    clock: Arc<dyn Clock>,
    inner: Mutex<Inner>,
    arrived: Condvar,
    closing: Condvar,
    pub(super) counts: Counts,
}

#[derive(Debug)]
struct Inner {
    waiting: Waiting,
    /// Index of the next entry.
    next: u64,
    /// Entries that are durable.
    durable: u64,
    failure: Option<Failure>,
    /// The tree cannot be written, while the journal perhaps could.
    tree: Option<Failure>,
    spare: Option<(u64, Box<dyn Segment>)>,
    /// The journal's thread sleeps until something comes.
    idle: bool,
    closing: bool,
}

/// Entries on their way to the disk.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// A frame, but for its head.
    pub(super) frame: Vec<u8>,
    pub(super) first: u64,
    pub(super) count: u32,
    pub(super) group: Arc<Group>,
}

#[derive(Debug)]
struct Failure {
    since: Moment,
    why: String,
    refused: u64,
}

thread_local! {
    /// Entries are written here before they have an index.
    static SCRATCH: RefCell<(Vec<u8>, Vec<usize>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

impl Shared {
    pub(super) fn new(clock: Arc<dyn Clock>, next: u64) -> Self {
        let mut waiting = Waiting { first: next, ..Waiting::default() };
        frame::begin(&mut waiting.frame);
        let inner = Inner {
            waiting,
            next,
            durable: next,
            failure: None,
            tree: None,
            spare: None,
            idle: false,
            closing: false,
        };
        let (arrived, closing) = (Condvar::new(), Condvar::new());
        Self { clock, inner: Mutex::new(inner), arrived, closing, counts: Counts::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts records among those that wait for the disk; `put` writes an entry that has no index yet.
    pub(super) fn append<R>(
        &self,
        records: impl Iterator<Item = R>,
        put: impl Fn(R, &mut Vec<u8>),
    ) -> Result<Receipt, NotKept> {
        SCRATCH.with_borrow_mut(|(bytes, ends)| {
            bytes.clear();
            ends.clear();
            for record in records {
                put(record, bytes);
                ends.push(bytes.len());
            }
            self.append_encoded(bytes, ends)
        })
    }

    fn append_encoded(&self, bytes: &mut [u8], ends: &[usize]) -> Result<Receipt, NotKept> {
        if ends.is_empty() {
            // Nobody would ever settle it.
            return Ok(Receipt::kept());
        }
        let mut inner = self.lock();
        let number = u64::try_from(ends.len()).unwrap_or(u64::MAX);
        if let Some(failure) = inner.failing() {
            failure.refused = failure.refused.saturating_add(number);
            return Err(NotKept);
        }
        if inner.closing || inner.waiting.frame.len() > MOST_WAITING {
            return Err(NotKept);
        }
        let moment = self.clock.now();
        let mut start = 0;
        for &end in ends {
            let entry = bytes.get_mut(start..end).unwrap_or_default();
            stamp(entry, inner.next, moment);
            inner.put(entry);
            start = end;
        }
        let receipt = Receipt::of(&inner.waiting.group);
        self.wake(inner);
        Ok(receipt)
    }

    /// Wakes the journal's thread if it sleeps: telling it in vain costs a call of the system.
    fn wake(&self, mut inner: MutexGuard<'_, Inner>) {
        let idle = std::mem::take(&mut inner.idle);
        drop(inner);
        if idle {
            self.arrived.notify_one();
        }
    }

    /// Takes whatever waits, when something does; `spare` becomes the buffer for what comes next. `None` when the log is
    /// being closed and nothing waits.
    pub(super) fn take(&self, mut spare: Vec<u8>) -> Option<Waiting> {
        frame::begin(&mut spare);
        let mut inner = self.lock();
        while inner.waiting.count == 0 {
            if inner.closing {
                return None;
            }
            inner.idle = true;
            inner = self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner);
        }
        inner.idle = false;
        let next = Waiting { frame: spare, first: inner.next, ..Waiting::default() };
        Some(std::mem::replace(&mut inner.waiting, next))
    }

    /// Everything before this is durable.
    pub(super) fn is_durable(&self, end: u64) {
        self.lock().durable = end;
    }

    /// The disk failed with so many in hand: nothing is taken any more, and what waits is not kept either.
    pub(super) fn fail(&self, error: &io::Error, in_hand: u32) {
        self.counts.disk_failed();
        let group = {
            let mut inner = self.lock();
            let refused = u64::from(in_hand) + u64::from(inner.waiting.count);
            Failure::note(&mut inner.failure, error, refused, &*self.clock);
            inner.begin_anew()
        };
        group.settle(Err(NotKept));
    }

    /// An entry that says that entries are missing, in a frame of its own: index and number of it.
    pub(super) fn gap_entry(&self, out: &mut Vec<u8>) -> Option<(u64, u32)> {
        let inner = self.lock();
        let record = inner.failure.as_ref()?.record();
        let mut entry = Vec::new();
        record.put(inner.durable, self.clock.now(), &mut entry);
        frame::begin(out);
        out.extend_from_slice(&u16::try_from(entry.len()).ok()?.to_be_bytes());
        out.extend_from_slice(&entry);
        Some((inner.durable, 1))
    }

    /// The disk took an entry again.
    pub(super) fn works_again(&self, end: u64) {
        let mut inner = self.lock();
        inner.failure = None;
        inner.durable = end;
        drop(inner.begin_anew());
    }

    /// The tree's files cannot be written: nothing is taken.
    pub(super) fn tree_fails(&self, error: &io::Error) {
        self.counts.disk_failed();
        Failure::note(&mut self.lock().tree, error, 0, &*self.clock);
    }

    /// The tree's files can be written again; the next entry says that they could not.
    pub(super) fn tree_works(&self) {
        let mut inner = self.lock();
        let Some(failure) = inner.tree.take() else { return };
        if let Some(journal) = &mut inner.failure {
            // The journal fails too, and will say so for both.
            journal.since = failure.since;
            journal.refused = journal.refused.saturating_add(failure.refused);
        } else if !inner.closing {
            let mut entry = Vec::new();
            failure.record().put(inner.next, self.clock.now(), &mut entry);
            inner.put(&entry);
            self.wake(inner);
        }
    }

    /// The log is closed while the disk fails: whoever waits is told.
    pub(super) fn refuse_rest(&self) {
        let group = self.lock().begin_anew();
        group.settle(Err(NotKept));
    }

    pub(super) fn put_spare(&self, number: u64, segment: Box<dyn Segment>) {
        self.lock().spare = Some((number, segment));
    }

    /// The spare segment, if it is the one with this number.
    pub(super) fn take_spare(&self, number: u64) -> Option<Box<dyn Segment>> {
        let (made, segment) = self.lock().spare.take()?;
        (made == number).then_some(segment)
    }

    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.arrived.notify_all();
        self.closing.notify_all();
    }

    /// Waits for a while, or until the log is closed.
    pub(super) fn pause(&self, time: Duration) {
        let inner = self.lock();
        drop(self.closing.wait_timeout_while(inner, time, |inner| !inner.closing));
    }

    pub(super) fn is_closing(&self) -> bool {
        self.lock().closing
    }

    pub(super) fn numbers(&self) -> LogNumbers {
        let (taken, durable) = {
            let inner = self.lock();
            (inner.next, inner.durable)
        };
        self.counts.told(taken, durable)
    }

    /// Index of the next entry that is not durable yet, and of the next that will be taken.
    pub(super) fn position(&self) -> (u64, u64) {
        let inner = self.lock();
        (inner.durable, inner.next)
    }

    pub(super) fn health(&self) -> Health {
        let inner = self.lock();
        match inner.failure.as_ref().or(inner.tree.as_ref()) {
            Some(failure) => Health::Fails { why: failure.why.clone() },
            None => Health::Works { durable: inner.durable },
        }
    }
}

impl Failure {
    /// One more time: since when it fails stays what it is.
    fn note(failure: &mut Option<Self>, error: &io::Error, refused: u64, clock: &dyn Clock) {
        let now = || Self { since: clock.now(), why: String::new(), refused: 0 };
        let failure = failure.get_or_insert_with(now);
        failure.why = error.to_string();
        failure.refused = failure.refused.saturating_add(refused);
    }

    /// What the log says of it.
    fn record(&self) -> Record {
        let Self { since, why, refused } = self;
        let since = since.wall;
        let detail = format!("since {since} us; {refused} commands were refused for it; {why}");
        Record::Event(Event { name: event::GAP.to_owned(), detail })
    }
}

impl Inner {
    fn failing(&mut self) -> Option<&mut Failure> {
        self.failure.as_mut().or(self.tree.as_mut())
    }

    /// Puts an entry, which has its index already, behind those that wait.
    fn put(&mut self, entry: &[u8]) {
        // Fields have limits that keep every entry below this.
        let length = u16::try_from(entry.len().min(MAX_ENTRY)).unwrap_or(u16::MAX);
        self.waiting.frame.extend_from_slice(&length.to_be_bytes());
        self.waiting.frame.extend_from_slice(entry);
        self.waiting.count += 1;
        self.next += 1;
    }

    /// Forgets what waits; gives back the group of those who wait for it.
    fn begin_anew(&mut self) -> Arc<Group> {
        self.next = self.durable;
        self.waiting.first = self.next;
        self.waiting.count = 0;
        frame::begin(&mut self.waiting.frame);
        std::mem::take(&mut self.waiting.group)
    }
}
