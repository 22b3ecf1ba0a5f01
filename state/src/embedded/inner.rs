//! Rows that are not durable yet, above those of the file.

use super::file::Rows;
use crate::receipt::{Group, Receipt};
use crate::{Kept, Row, RowKey, Unavailable};
use std::collections::HashMap;
use std::sync::Arc;

/// What a row costs while it waits, besides its value; in bytes, and roughly.
const ROW: usize = 128;

/// Rows that are not durable yet; `None` is one that is removed.
pub(super) type Changes = HashMap<RowKey, Option<Arc<[u8]>>>;

/// All that is known of the rows.
#[derive(Debug)]
pub(super) struct Inner {
    /// Changes that wait for the next transaction.
    pub(super) waiting: Changes,
    /// Bytes of them.
    pub(super) bytes: usize,
    pub(super) group: Arc<Group>,
    /// Changes of the transaction that is under way.
    pub(super) committing: Arc<Changes>,
    pub(super) committing_group: Option<Arc<Group>>,
    /// How often what lies in the file may have become another.
    pub(super) generation: u64,
    pub(super) file: Result<Arc<Rows>, Unavailable>,
    /// Somebody wants a file that failed to be tried again.
    pub(super) wanted: bool,
    /// The disk was tried a moment ago.
    pub(super) pause: bool,
    /// The thread sleeps until something comes.
    pub(super) idle: bool,
    pub(super) closing: bool,
}

/// Rows as they were at one time.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) values: Vec<Row>,
    pub(super) generation: u64,
    /// Which of them, in order, are of the file.
    pub(super) from_file: Vec<bool>,
}

impl Seen {
    pub(super) fn values(&self) -> &[Row] {
        &self.values
    }

    pub(super) fn into_values(self) -> Vec<Row> {
        self.values
    }
}

impl Inner {
    pub(super) fn new(file: Arc<Rows>) -> Self {
        Self {
            waiting: Changes::new(),
            bytes: 0,
            group: Group::first(),
            committing: Arc::default(),
            committing_group: None,
            generation: 0,
            file: Ok(file),
            wanted: false,
            pause: false,
            idle: false,
            closing: false,
        }
    }

    /// A row that is not durable yet.
    pub(super) fn not_durable(&self, key: &RowKey) -> Option<&Option<Arc<[u8]>>> {
        self.waiting.get(key).or_else(|| self.committing.get(key))
    }

    /// Whether the rows are what was seen. Looks into the file only if that has become another since.
    pub(super) fn still(
        &self,
        keys: &[RowKey],
        seen: &Seen,
        file: &Rows,
    ) -> Result<bool, Unavailable> {
        for ((key, was), from_file) in keys.iter().zip(&seen.values).zip(&seen.from_file) {
            let same = match self.not_durable(key) {
                Some(now) => now.as_deref() == was.as_deref(),
                None if *from_file && self.generation == seen.generation => true,
                None => file.get(std::slice::from_ref(key))?.pop().flatten() == *was,
            };
            if !same {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// These are the rows' values now.
    pub(super) fn put(&mut self, keys: &[RowKey], values: Vec<Row>) {
        for (key, value) in keys.iter().zip(values) {
            self.bytes += ROW + value.as_ref().map_or(0, Vec::len);
            let before = self.waiting.insert(*key, value.map(Arc::from));
            let freed = before.map_or(0, |before| ROW + before.map_or(0, |value| value.len()));
            self.bytes -= freed;
        }
    }

    /// When all of these rows are durable.
    pub(super) fn kept(&self, keys: &[RowKey]) -> Kept {
        let group = if keys.iter().any(|key| self.waiting.contains_key(key)) {
            Some(&self.group)
        } else if keys.iter().any(|key| self.committing.contains_key(key)) {
            self.committing_group.as_ref()
        } else {
            None
        };
        group.map_or(Kept::Now, |group| Kept::When(Receipt::of(group)))
    }

    pub(super) fn begin_commit(&mut self) -> Arc<Changes> {
        let next = self.group.next();
        self.committing_group = Some(std::mem::replace(&mut self.group, next));
        self.committing = Arc::new(std::mem::take(&mut self.waiting));
        self.bytes = 0;
        Arc::clone(&self.committing)
    }

    /// The transaction has ended, one way or the other; gives back those who wait for it.
    pub(super) fn end_commit(&mut self) -> Option<Arc<Group>> {
        self.generation += 1;
        self.committing = Arc::default();
        self.committing_group.take()
    }

    /// Forgets what waits; gives back those who wait for it.
    pub(super) fn refuse(&mut self, error: &Unavailable) -> Arc<Group> {
        self.generation += 1;
        self.waiting = Changes::new();
        self.bytes = 0;
        self.file = Err(error.clone());
        self.pause = true;
        std::mem::replace(&mut self.group, Group::first())
    }
}
