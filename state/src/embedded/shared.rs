//! What those who change rows and the thread that makes them durable have in common.

use super::file::Rows;
use super::inner::{Changes, Inner, Seen};
use crate::receipt::Receipt;
use crate::{Kept, Row, RowKey, Unavailable};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Bytes that may wait for the disk; more are refused.
const MOST_WAITING: usize = 64 * 1024 * 1024;

/// The meeting place.
#[derive(Debug)]
pub(super) struct Shared {
    inner: Mutex<Inner>,
    arrived: Condvar,
    closing: Condvar,
}

/// What the thread does next.
#[derive(Debug)]
pub(super) enum Work {
    /// Makes these durable.
    Commit { file: Arc<Rows>, rows: Arc<Changes> },
    /// Tries the disk again.
    OpenAgain,
    /// Leaves the disk alone for a while.
    Pause,
    /// The store is closed.
    Nothing,
}

impl Shared {
    pub(super) fn new(file: Arc<Rows>) -> Self {
        let inner = Inner::new(file);
        Self { inner: Mutex::new(inner), arrived: Condvar::new(), closing: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file, or a wish for it: whoever is refused has it tried again.
    fn file(&self, inner: &mut Inner) -> Result<Arc<Rows>, Unavailable> {
        if inner.file.is_err() {
            inner.wanted = true;
            self.wake(inner);
        }
        inner.file.clone()
    }

    /// Wakes the thread if it sleeps: telling it in vain costs a call of the system.
    fn wake(&self, inner: &mut Inner) {
        if std::mem::take(&mut inner.idle) {
            self.arrived.notify_one();
        }
    }

    /// The rows as they are.
    pub(super) fn look(&self, keys: &[RowKey]) -> Result<Seen, Unavailable> {
        let (file, generation, found) = {
            let mut inner = self.lock();
            let file = self.file(&mut inner)?;
            let found: Vec<_> = keys.iter().map(|key| inner.not_durable(key).cloned()).collect();
            (file, inner.generation, found)
        };
        let mut values = Vec::with_capacity(keys.len());
        let mut from_file = Vec::with_capacity(keys.len());
        let missing = keys.iter().zip(&found).filter(|(_, found)| found.is_none());
        let missing: Vec<_> = missing.map(|(key, _)| *key).collect();
        let read = file.get(&missing).map_err(|error| self.cannot_read(&file, error))?;
        let mut read = read.into_iter();
        for found in found {
            from_file.push(found.is_none());
            values.push(match found {
                Some(value) => value.map(|value| value.to_vec()),
                None => read.next().flatten(),
            });
        }
        Ok(Seen { values, generation, from_file })
    }

    /// Puts rows in place if they still are what was seen; `None` if not. Without new ones, says when those are durable
    /// that were seen.
    pub(super) fn put(
        &self,
        keys: &[RowKey],
        seen: &Seen,
        made: Option<Vec<Row>>,
    ) -> Result<Option<Kept>, Unavailable> {
        let mut inner = self.lock();
        let file = self.file(&mut inner)?;
        match inner.still(keys, seen, &file) {
            Ok(true) => {}
            Ok(false) => return Ok(None),
            Err(error) => {
                drop(inner);
                return Err(self.cannot_read(&file, error));
            }
        }
        let Some(made) = made else { return Ok(Some(inner.kept(keys))) };
        if inner.bytes > MOST_WAITING {
            return Err(Unavailable::new("too much waits for the disk"));
        }
        inner.put(keys, made);
        self.wake(&mut inner);
        Ok(Some(Kept::When(Receipt::of(&inner.group))))
    }

    /// What the thread does next, when there is something.
    pub(super) fn take(&self) -> Work {
        let mut inner = self.lock();
        loop {
            match inner.file.clone() {
                Ok(file) if !inner.waiting.is_empty() => {
                    return Work::Commit { file, rows: inner.begin_commit() };
                }
                _ if inner.closing => return Work::Nothing,
                Err(_) if std::mem::take(&mut inner.pause) => return Work::Pause,
                Err(_) if std::mem::take(&mut inner.wanted) => return Work::OpenAgain,
                _ => {}
            }
            inner.idle = true;
            inner = self.arrived.wait(inner).unwrap_or_else(PoisonError::into_inner);
            inner.idle = false;
        }
    }

    /// The transaction is on the disk.
    pub(super) fn is_durable(&self) {
        let group = self.lock().end_commit();
        if let Some(group) = group {
            group.settle(Ok(()));
        }
    }

    /// The disk failed: nothing counts that is not durable, and nothing is taken before the file was opened again.
    pub(super) fn fail(&self, error: &Unavailable) {
        let groups = {
            let mut inner = self.lock();
            let committing = inner.end_commit();
            let waiting = inner.refuse(error);
            [committing, Some(waiting)]
        };
        for group in groups.into_iter().flatten() {
            group.settle(Err(error.clone()));
        }
    }

    /// A file that cannot be read is not used any more; the thread sees to what it has in hand.
    fn cannot_read(&self, file: &Arc<Rows>, error: Unavailable) -> Unavailable {
        let group = {
            let mut inner = self.lock();
            match &inner.file {
                Ok(now) if Arc::ptr_eq(now, file) => {}
                // It is known already.
                Ok(_) | Err(_) => return error,
            }
            let group = inner.refuse(&error);
            self.wake(&mut inner);
            group
        };
        group.settle(Err(error.clone()));
        error
    }

    /// The file is open again, and holds what is durable.
    pub(super) fn works_again(&self, file: Arc<Rows>) {
        let mut inner = self.lock();
        inner.generation += 1;
        inner.wanted = false;
        inner.pause = false;
        inner.file = Ok(file);
    }

    pub(super) fn trouble(&self) -> Option<String> {
        let file = self.file(&mut self.lock());
        file.err().map(|error| error.to_string())
    }

    /// Waits for a while, or until the store is closed.
    pub(super) fn pause(&self, time: Duration) {
        let inner = self.lock();
        drop(self.closing.wait_timeout_while(inner, time, |inner| !inner.closing));
    }

    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.arrived.notify_all();
        self.closing.notify_all();
    }

    /// The thread is gone, and nothing will be durable any more.
    pub(super) fn end(&self) {
        self.fail(&Unavailable::new("the store is closed"));
    }
}
