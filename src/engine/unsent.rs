//! Answers that may not leave yet.

use super::{Batch, Engine, Session};
use crate::record::{Kept, RecordFailed};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

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
    kept: Result<Kept, RecordFailed>,
}

impl<'a> Unsent<'a> {
    /// What is behind `start` in `output` are the answers to `batch`, the head of `input`.
    pub(super) fn new(
        engine: &'a Engine,
        (session, input): (&'a Session, &'a [u8]),
        (output, start): (&'a mut Vec<u8>, usize),
        batch: Batch,
        kept: Result<Kept, RecordFailed>,
    ) -> Self {
        Self { engine, session, input, output, start, batch, kept }
    }

    /// Waits until the record is kept, where nobody else has to go on. If it is not, the answers say so instead.
    pub fn wait(mut self) -> Batch {
        let kept = std::mem::replace(&mut self.kept, Err(RecordFailed));
        self.settle(kept.and_then(Kept::wait))
    }

    fn settle(&mut self, outcome: Result<(), RecordFailed>) -> Batch {
        if outcome.is_err() {
            self.output.truncate(self.start);
            let input = self.input.get(..self.batch.consumed).unwrap_or_default();
            self.engine.refuse_batch(self.session, input, self.output);
        }
        self.batch
    }
}

impl Future for Unsent<'_> {
    type Output = Batch;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Batch> {
        let outcome = match &mut self.kept {
            Ok(Kept::Now) => Ok(()),
            Ok(Kept::When(receipt)) => {
                ready!(Pin::new(receipt).poll(context)).map_err(|_| RecordFailed)
            }
            Err(failed) => Err(*failed),
        };
        Poll::Ready(self.settle(outcome))
    }
}

impl std::fmt::Debug for Unsent<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Unsent({:?})", self.batch)
    }
}
