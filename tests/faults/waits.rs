//! What good callers wait while others misbehave: on the daemon that suffers it, and on one that is left alone, asked in turn.
//! Whatever else the machine does meets both.

use crate::support::binary::{Caller, Tls, pause};
use std::time::{Duration, Instant};

/// A connection to each of two daemons.
pub(crate) struct Good {
    pub(crate) tried: Caller<Tls>,
    pub(crate) calm: Caller<Tls>,
}

/// Waits for answers, in order of length.
#[derive(Debug, Default)]
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    pub(crate) fn of(mut waits: Vec<Duration>) -> Self {
        waits.sort_unstable();
        Self(waits)
    }

    /// The wait that so many of a thousand did not exceed.
    pub(crate) fn of_thousand(&self, most: usize) -> Duration {
        self.0[(self.0.len() - 1) * most / 1000]
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

fn ask(caller: &mut Caller<Tls>) -> Duration {
    let begun = Instant::now();
    assert_eq!(caller.ask("B20002hi"), "B300hi");
    begun.elapsed()
}

impl Good {
    /// Asks both in turn, at least so often and until `done`.
    pub(crate) fn ask_until(
        &mut self,
        least: usize,
        mut done: impl FnMut() -> bool,
    ) -> (Waits, Waits) {
        let (mut tried, mut calm) = (Vec::new(), Vec::new());
        while tried.len() < least || !done() {
            tried.push(ask(&mut self.tried));
            calm.push(ask(&mut self.calm));
            pause(Duration::from_millis(1));
        }
        (Waits::of(tried), Waits::of(calm))
    }
}

/// What a wait may be longer for no reason of its own: tests share the machine with each other, and a build for tests is slow.
pub(crate) const BUSY: Duration = Duration::from_millis(if cfg!(debug_assertions) { 5 } else { 0 });
