//! What somebody gets who has a record kept: a promise, and what became of it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The record is not durable, so what it is about may not be answered as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit log could not be written")]
pub struct NotKept;

/// Everything that is written at one time, as those see it who wait for it.
#[derive(Debug, Default)]
pub(super) struct Group {
    state: Mutex<State>,
    settled: Condvar,
}

#[derive(Debug, Default)]
struct State {
    outcome: Option<Result<(), NotKept>>,
    /// Tasks that wait, each in its place; empty is the place of one that waits no more.
    tasks: Vec<Option<Waker>>,
    /// Threads that wait.
    threads: u32,
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all who wait. Only the first outcome counts.
    ///
    /// Waking a task from a thread that is none of its runtime is dear: one is woken, and wakes the others.
    pub(super) fn settle(&self, outcome: Result<(), NotKept>) {
        let (task, threads) = {
            let mut state = self.lock();
            state.outcome.get_or_insert(outcome);
            (state.tasks.iter_mut().find_map(Option::take), state.threads)
        };
        if threads > 0 {
            self.settled.notify_all();
        }
        if let Some(task) = task {
            task.wake();
        }
    }
}

fn wake_all(tasks: Vec<Option<Waker>>) {
    tasks.into_iter().flatten().for_each(Waker::wake);
}

/// A promise: resolves when the records are durable, or will not be.
#[must_use = "nothing counts as kept before this says so"]
pub struct Receipt {
    /// None when it has resolved.
    group: Option<Arc<Group>>,
    place: Option<usize>,
}

impl Receipt {
    pub(super) fn of(group: &Arc<Group>) -> Self {
        Self { group: Some(Arc::clone(group)), place: None }
    }

    /// For nothing at all.
    pub(super) fn kept() -> Self {
        Self { group: None, place: None }
    }

    /// Waits for it, without a runtime.
    ///
    /// # Errors
    /// [`NotKept`]
    pub fn wait(self) -> Result<(), NotKept> {
        let Some(group) = &self.group else { return Ok(()) };
        let mut state = group.lock();
        state.threads += 1;
        loop {
            if let Some(outcome) = state.outcome {
                return outcome;
            }
            state = group.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Future for Receipt {
    type Output = Result<(), NotKept>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(group) = &this.group else { return Poll::Ready(Ok(())) };
        let mut state = group.lock();
        if let Some(outcome) = state.outcome {
            let others = std::mem::take(&mut state.tasks);
            drop(state);
            wake_all(others);
            this.group = None;
            return Poll::Ready(outcome);
        }
        let waker = context.waker().clone();
        match this.place.and_then(|place| state.tasks.get_mut(place)) {
            Some(place) => *place = Some(waker),
            None => {
                this.place = Some(state.tasks.len());
                state.tasks.push(Some(waker));
            }
        }
        Poll::Pending
    }
}

impl Drop for Receipt {
    /// Who waits no more must not be the one that is woken for all; if it was, it wakes them.
    fn drop(&mut self) {
        let Some(group) = &self.group else { return };
        let mut state = group.lock();
        if state.outcome.is_some() {
            let others = std::mem::take(&mut state.tasks);
            drop(state);
            wake_all(others);
        } else if let Some(place) = self.place.and_then(|place| state.tasks.get_mut(place)) {
            *place = None;
        }
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}
