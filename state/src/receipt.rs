//! When a change is durable: at once, or when a receipt says so.

use crate::Unavailable;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// When what was asked for is durable.
#[derive(Debug, Default)]
#[must_use = "nothing counts as kept before this says so"]
pub enum Kept {
    /// It is.
    #[default]
    Now,
    /// When this says so.
    When(Receipt),
}

impl Kept {
    /// When all of them are: of one store in one life that is the last.
    pub fn all(kept: impl IntoIterator<Item = Self>) -> Self {
        kept.into_iter().fold(Self::Now, Self::and)
    }

    /// When both are.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Now, kept) | (kept, Self::Now) => kept,
            (Self::When(mut receipt), Self::When(mut other)) => {
                for group in std::mem::take(&mut other.groups) {
                    receipt.add(group);
                }
                Self::When(receipt)
            }
        }
    }

    /// Waits for it, without a runtime.
    ///
    /// # Errors
    /// [`Unavailable`]
    pub fn wait(self) -> Result<(), Unavailable> {
        match self {
            Self::Now => Ok(()),
            Self::When(receipt) => receipt.wait(),
        }
    }
}

impl IntoFuture for Kept {
    type Output = Result<(), Unavailable>;
    type IntoFuture = Receipt;

    fn into_future(self) -> Receipt {
        match self {
            Self::Now => Receipt { groups: Vec::new(), place: None },
            Self::When(receipt) => receipt,
        }
    }
}

/// Groups between two failures: where a later one is kept, so are those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line(u64);

impl Line {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// Everything that is written at one time, as those see it who wait for it.
#[derive(Debug)]
pub(crate) struct Group {
    line: Line,
    number: u64,
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<(), Unavailable>>,
    /// Tasks that wait, each in its place; empty is the place of one that waits no more.
    tasks: Vec<Option<Waker>>,
    /// Threads that wait.
    threads: u32,
}

impl Group {
    /// The first of a line.
    pub(crate) fn first() -> Arc<Self> {
        Self::of(Line::new(), 0)
    }

    /// The one after this.
    pub(crate) fn next(&self) -> Arc<Self> {
        Self::of(self.line, self.number.saturating_add(1))
    }

    fn of(line: Line, number: u64) -> Arc<Self> {
        Arc::new(Self { line, number, state: Mutex::default(), settled: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all who wait. Only the first outcome counts.
    ///
    /// Every task by itself: one that is woken may have other things to do first.
    pub(crate) fn settle(&self, outcome: Result<(), Unavailable>) {
        let (tasks, threads) = {
            let mut state = self.lock();
            state.outcome.get_or_insert(outcome);
            (std::mem::take(&mut state.tasks), state.threads)
        };
        if threads > 0 {
            self.settled.notify_all();
        }
        tasks.into_iter().flatten().for_each(Waker::wake);
    }

    fn wait(&self) -> Result<(), Unavailable> {
        let mut state = self.lock();
        state.threads += 1;
        loop {
            if let Some(outcome) = &state.outcome {
                return outcome.clone();
            }
            state = self.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A promise: resolves when the changes are durable, or will not be.
#[must_use = "nothing counts as kept before this says so"]
pub struct Receipt {
    /// The last of every line; those before a group that has resolved are gone.
    groups: Vec<Arc<Group>>,
    /// Where the waker is kept in the last one.
    place: Option<usize>,
}

impl Receipt {
    pub(crate) fn of(group: &Arc<Group>) -> Self {
        Self { groups: vec![Arc::clone(group)], place: None }
    }

    fn add(&mut self, group: Arc<Group>) {
        // The place is one in the last group, and who joins receipts waits for none of them yet.
        self.leave_place();
        match self.groups.iter_mut().find(|other| other.line == group.line) {
            Some(other) if other.number < group.number => *other = group,
            Some(_) => {}
            None => self.groups.push(group),
        }
    }

    /// Waits for it, without a runtime.
    ///
    /// # Errors
    /// [`Unavailable`]
    pub fn wait(mut self) -> Result<(), Unavailable> {
        self.leave_place();
        self.groups.iter().try_for_each(|group| group.wait())
    }

    /// Who waits no more is not woken.
    fn leave_place(&mut self) {
        let (Some(group), Some(place)) = (self.groups.last(), self.place.take()) else { return };
        // With a waker a task may end, and with it a receipt: not under the lock.
        let waker = group.lock().tasks.get_mut(place).and_then(Option::take);
        drop(waker);
    }
}

impl Future for Receipt {
    type Output = Result<(), Unavailable>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        while let Some(group) = this.groups.last() {
            let mut state = group.lock();
            if let Some(outcome) = state.outcome.clone() {
                this.place = None;
                drop(state);
                if outcome.is_err() {
                    this.groups.clear();
                    return Poll::Ready(outcome);
                }
                this.groups.pop();
                continue;
            }
            let waker = context.waker().clone();
            let before = match this.place.and_then(|place| state.tasks.get_mut(place)) {
                Some(place) => place.replace(waker),
                None => {
                    this.place = Some(state.tasks.len());
                    state.tasks.push(Some(waker));
                    None
                }
            };
            drop(state);
            drop(before);
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.leave_place();
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}
