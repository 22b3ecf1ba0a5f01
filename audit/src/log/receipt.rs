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
    wakers: Vec<Waker>,
}

impl Group {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all who wait. Only the first outcome counts.
    pub(super) fn settle(&self, outcome: Result<(), NotKept>) {
        let wakers = {
            let mut state = self.lock();
            state.outcome.get_or_insert(outcome);
            std::mem::take(&mut state.wakers)
        };
        self.settled.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }
}

/// A promise: resolves when the records are durable, or will not be.
#[must_use = "nothing counts as kept before this says so"]
pub struct Receipt(pub(super) Arc<Group>);

impl Receipt {
    /// For nothing at all.
    pub(super) fn kept() -> Self {
        let group = Group::default();
        group.settle(Ok(()));
        Self(Arc::new(group))
    }

    /// Waits for it, without a runtime.
    ///
    /// # Errors
    /// [`NotKept`]
    pub fn wait(self) -> Result<(), NotKept> {
        let mut state = self.0.lock();
        loop {
            if let Some(outcome) = state.outcome {
                return outcome;
            }
            state = self.0.settled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Future for Receipt {
    type Output = Result<(), NotKept>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.0.lock();
        if let Some(outcome) = state.outcome {
            return Poll::Ready(outcome);
        }
        // Whoever asks twice is woken twice; that does no harm.
        state.wakers.push(context.waker().clone());
        Poll::Pending
    }
}

impl fmt::Debug for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receipt")
    }
}
