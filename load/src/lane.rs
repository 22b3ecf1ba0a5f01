//! One connection of the closed loop: as many requests in flight as it may have, a new one for each
//! reply.

use crate::tally::{Budget, Tally};
use crate::target::Duplex;
use crate::template::Template;
use payhsm_protocol::frame::Taken;
use payhsm_protocol::frame::compact::{LENGTH_BYTES, MAX_FRAME};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Room for a whole reply of any size and many usual ones.
const INPUT: usize = 2 * (MAX_FRAME + LENGTH_BYTES);

#[derive(Clone, Copy)]
struct Slot {
    number: u32,
    sent: Instant,
    busy: bool,
}

/// One connection.
pub struct Lane {
    stream: Box<dyn Duplex>,
    template: Arc<Template>,
    input: Box<[u8]>,
    filled: usize,
    output: Vec<u8>,
    written: usize,
    unflushed: bool,
    slots: Box<[Slot]>,
    busy: usize,
    /// Added to a slot's number each time it is used again, so that a reply that comes twice is
    /// noticed. The low bits name the slot.
    step: u32,
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane").field("in_flight", &self.busy).finish_non_exhaustive()
    }
}

impl Lane {
    /// A lane with `depth` requests in flight over `stream`.
    #[must_use]
    pub fn new(stream: Box<dyn Duplex>, template: Arc<Template>, depth: u16) -> Self {
        let step = u32::from(depth).next_power_of_two();
        let now = Instant::now();
        let slots = (0..u32::from(depth)).map(|number| Slot { number, sent: now, busy: false });
        let output = Vec::with_capacity(usize::from(depth) * template.size());
        Self {
            stream,
            template,
            input: vec![0; INPUT].into_boxed_slice(),
            filled: 0,
            output,
            written: 0,
            unflushed: false,
            slots: slots.collect(),
            busy: 0,
            step,
        }
    }

    /// Requests that have no reply yet.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.busy
    }

    /// Fills all slots with requests, before a slice starts to be polled.
    fn start(&mut self, budget: &Budget) {
        let wanted = u64::try_from(self.slots.len()).unwrap_or(u64::MAX);
        let mut granted = budget.take(wanted);
        let now = Instant::now();
        for slot in &mut self.slots {
            if granted == 0 {
                break;
            }
            granted -= 1;
            send(slot, self.step, now, &self.template, &mut self.output);
            self.busy += 1;
        }
    }

    /// Keeps requests in flight until `until` or until the budget is spent, then waits for the
    /// replies that are missing.
    ///
    /// # Errors
    /// What ends the connection; a reply that cannot be is [`io::ErrorKind::InvalidData`].
    pub async fn run(
        &mut self,
        until: Instant,
        budget: &Budget,
        tally: &Mutex<Tally>,
    ) -> io::Result<()> {
        self.start(budget);
        if self.busy == 0 {
            return Ok(());
        }
        std::future::poll_fn(|context| self.poll(context, until, budget, tally)).await
    }

    fn poll(
        &mut self,
        context: &mut Context<'_>,
        until: Instant,
        budget: &Budget,
        tally: &Mutex<Tally>,
    ) -> Poll<io::Result<()>> {
        loop {
            // Reading goes on while writing has to wait: neither side can block the other.
            if let Poll::Ready(Err(error)) = self.poll_output(context) {
                return Poll::Ready(Err(error));
            }
            let room = self.input.get_mut(self.filled..).unwrap_or_default();
            let mut buffer = ReadBuf::new(room);
            match Pin::new(&mut self.stream).poll_read(context, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Ready(Ok(())) if buffer.filled().is_empty() => {
                    return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                }
                Poll::Ready(Ok(())) => self.filled += buffer.filled().len(),
            }
            self.take_replies(
                until,
                budget,
                &mut tally.lock().unwrap_or_else(PoisonError::into_inner),
            )?;
            if self.busy == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest @ [_, ..]) = self.output.get(self.written..) {
            match Pin::new(&mut self.stream).poll_write(context, rest) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(size)) => self.written += size,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
            self.unflushed = true;
        }
        self.output.clear();
        self.written = 0;
        if self.unflushed {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(flushed) => flushed?,
            }
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// All whole replies in hand; each makes room for a new request.
    fn take_replies(
        &mut self,
        until: Instant,
        budget: &Budget,
        tally: &mut Tally,
    ) -> io::Result<()> {
        let now = Instant::now();
        let mut taken = 0;
        let mut granted = 0;
        let over = now >= until;
        loop {
            let rest = self.input.get(taken..self.filled).unwrap_or_default();
            let (verdict, size) = match self.template.take(rest) {
                Taken::Frame(verdict, size) => (verdict, size),
                Taken::Partial => break,
                Taken::Unbelievable => return Err(io::ErrorKind::InvalidData.into()),
            };
            taken += size;
            let index = usize::try_from(verdict.number & (self.step - 1)).unwrap_or(usize::MAX);
            let slot = match self.slots.get_mut(index) {
                Some(slot) if slot.busy && slot.number == verdict.number => slot,
                Some(_) | None => {
                    tally.fail("unexpected", 1);
                    continue;
                }
            };
            if verdict.is_ok() {
                let passed = now.saturating_duration_since(slot.sent).as_micros();
                tally.latency.saturating_record(u64::try_from(passed).unwrap_or(u64::MAX).max(1));
            } else {
                tally.fail(&String::from_utf8_lossy(&verdict.error), 1);
            }
            if granted == 0 && !over {
                // Once a batch, as a rule: as many replies of this size can still be in hand.
                let more = (self.filled - taken) / size + 1;
                granted = budget.take(u64::try_from(more).unwrap_or(1));
            }
            if granted > 0 {
                granted -= 1;
                send(slot, self.step, now, &self.template, &mut self.output);
            } else {
                slot.busy = false;
                self.busy -= 1;
            }
        }
        budget.give_back(granted);
        self.input.copy_within(taken..self.filled, 0);
        self.filled -= taken;
        Ok(())
    }
}

fn send(slot: &mut Slot, step: u32, now: Instant, template: &Template, output: &mut Vec<u8>) {
    slot.number = slot.number.wrapping_add(step);
    slot.sent = now;
    slot.busy = true;
    template.put(output, slot.number);
}
