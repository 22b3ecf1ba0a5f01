//! Answers that may not leave yet: first what they changed has to be durable, then the record of them.

use super::{Batch, Done, Engine, Session};
use crate::numbers::{Answered, Counting};
use crate::record::{Kept, RecordFailed};
use payhsm_protocol::{ErrorCode, frame};
use payhsm_state::{Receipt, Unavailable};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// The answers to a batch, behind a lock that opens when the record of the batch is kept: as long as this is there, nobody
/// else can get at the output. It can be waited for like anything else that takes time.
#[must_use = "the answers are there when the record is kept"]
pub struct Unsent<'a> {
    engine: &'a Engine,
    session: &'a Session,
    input: &'a [u8],
    output: &'a mut Vec<u8>,
    start: usize,
    batch: Batch,
    done: Vec<Done>,
    times: Times,
    /// This batch among those that wait for the same.
    waits: Option<Counting>,
    stage: Stage,
}

/// Moments of a batch, by [`Engine::elapsed`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// Its bytes had come.
    pub(super) came: Duration,
    /// Its handlers were done, or what was waited for last was there.
    pub(super) worked: Duration,
}

/// What is waited for.
enum Stage {
    /// What the batch changed of cards.
    State(Receipt),
    /// Its record.
    Record(Result<Kept, RecordFailed>),
}

impl<'a> Unsent<'a> {
    /// What is behind `start` in `output` are the answers to `batch`, the head of `input`.
    pub(super) fn new(
        engine: &'a Engine,
        (session, input): (&'a Session, &'a [u8]),
        (output, start): (&'a mut Vec<u8>, usize),
        batch: Batch,
        (mut done, times): (Vec<Done>, Times),
    ) -> Self {
        let changed = done.iter_mut().map(|one| mem::take(&mut one.changed));
        let stage = match payhsm_state::Kept::all(changed) {
            payhsm_state::Kept::Now => Stage::Record(engine.record(session, &done)),
            payhsm_state::Kept::When(receipt) => Stage::State(receipt),
        };
        let waits = stage.enter(engine);
        Self { engine, session, input, output, start, batch, done, times, waits, stage }
    }

    /// The handlers are done, and their record is on its way: so long a thread was busy with them.
    pub(super) fn worked_since(mut self, begun: Duration) -> Self {
        let worked = self.engine.elapsed();
        self.times.worked = worked;
        self.engine.numbers.load.worked(worked.saturating_sub(begun), worked);
        self
    }

    /// When its bytes had come, by [`Engine::elapsed`].
    pub(crate) const fn came(&self) -> Duration {
        self.times.came
    }

    /// Waits until the record is kept, where nobody else has to go on. If it is not, the answers say so instead.
    pub fn wait(mut self) -> Batch {
        loop {
            match mem::replace(&mut self.stage, Stage::Record(Err(RecordFailed))) {
                Stage::State(receipt) => self.changed(receipt.wait()),
                Stage::Record(kept) => return self.recorded(kept.and_then(Kept::wait)),
            }
        }
    }

    /// The changes are durable, or will not be: now there is something to put on record.
    fn changed(&mut self, outcome: Result<(), Unavailable>) {
        if let Err(error) = outcome {
            tracing::error!(%error, "the state of cards");
            self.refuse(ErrorCode::StateUnavailable);
            for one in &mut self.done {
                one.outcome = ErrorCode::StateUnavailable;
            }
        }
        let now = self.engine.elapsed();
        self.engine.numbers.card_wait.times.observe(now.saturating_sub(self.times.worked), 1);
        self.times.worked = now;
        self.stage = Stage::Record(self.engine.record(self.session, &self.done));
        self.waits = self.stage.enter(self.engine);
    }

    fn recorded(&mut self, outcome: Result<(), RecordFailed>) -> Batch {
        if outcome.is_err() {
            self.refuse(ErrorCode::RecordFailed);
            for one in &mut self.done {
                one.outcome = ErrorCode::RecordFailed;
            }
        }
        self.count();
        self.batch
    }

    /// The answers may leave.
    fn count(&mut self) {
        let Times { came, worked } = self.times;
        // Who did not have to wait is spared a look at the clock.
        let mut at = worked;
        if self.waits.take().is_some() {
            at = self.engine.elapsed();
            self.engine.numbers.log_wait.times.observe(at.saturating_sub(worked), 1);
        }
        if self.done.is_empty() {
            return;
        }
        let numbers = &self.engine.numbers;
        let caller = self.session.caller.counted_in(&numbers.callers);
        let commands = self.done.iter().map(|one| (one.opcode, one.outcome));
        numbers.answered(caller, Answered { at, took: at.saturating_sub(came) }, commands);
    }

    /// Another answer to all of them.
    fn refuse(&mut self, code: ErrorCode) {
        frame::take_back(self.output, self.start);
        let input = self.input.get(..self.batch.consumed).unwrap_or_default();
        self.engine.refuse_batch(self.session, input, code, self.output);
    }
}

impl Stage {
    /// Counts one more who waits, if there is anything to wait for.
    fn enter(&self, engine: &Engine) -> Option<Counting> {
        match self {
            Self::State(_) => Some(engine.numbers.card_wait.now.enter()),
            Self::Record(Ok(Kept::When(_))) => Some(engine.numbers.log_wait.now.enter()),
            Self::Record(Ok(Kept::Now) | Err(_)) => None,
        }
    }
}

impl Future for Unsent<'_> {
    type Output = Batch;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Batch> {
        loop {
            match &mut self.stage {
                Stage::State(receipt) => {
                    let outcome = ready!(Pin::new(receipt).poll(context));
                    self.changed(outcome);
                }
                Stage::Record(Ok(Kept::When(receipt))) => {
                    let outcome = ready!(Pin::new(receipt).poll(context));
                    return Poll::Ready(self.recorded(outcome.map_err(|_| RecordFailed)));
                }
                Stage::Record(Ok(Kept::Now)) => return Poll::Ready(self.recorded(Ok(()))),
                Stage::Record(Err(failed)) => {
                    let failed = *failed;
                    return Poll::Ready(self.recorded(Err(failed)));
                }
            }
        }
    }
}

impl std::fmt::Debug for Unsent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unsent({:?})", self.batch)
    }
}
