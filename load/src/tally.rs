//! What was measured, and how much may still be sent.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The shortest and the longest latency that is told apart, in microseconds.
const LATENCY: std::ops::RangeInclusive<u64> = 1..=60_000_000;

/// What was measured.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Time from writing a request to reading its reply, in microseconds, of replies with code 00.
    pub latency: Histogram<u64>,
    /// How many replies of other codes, or failures, by code or kind.
    pub errors: BTreeMap<String, u64>,
    /// How long it was measured.
    pub elapsed: Duration,
}

impl Tally {
    /// Nothing yet.
    ///
    /// # Errors
    /// Never with the bounds of this program; the histogram's own complaint if it did.
    pub fn new() -> Result<Self, hdrhistogram::CreationError> {
        let latency = Histogram::new_with_bounds(*LATENCY.start(), *LATENCY.end(), 3)?;
        Ok(Self { latency, errors: BTreeMap::new(), elapsed: Duration::ZERO })
    }

    /// Notes failures.
    pub fn fail(&mut self, what: &str, count: u64) {
        if count > 0 {
            *self.errors.entry(what.to_owned()).or_default() += count;
        }
    }

    /// How many replies had code 00.
    #[must_use]
    pub fn replies(&self) -> u64 {
        self.latency.len()
    }

    /// How many failures there were.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.errors.values().sum()
    }

    /// Adds what another thread measured at the same time.
    pub fn merge(&mut self, other: &Self) {
        // Both have the same bounds, so there is nothing that could not be added.
        if self.latency.add(&other.latency).is_err() {
            self.fail("measurement", other.replies());
        }
        for (what, count) in &other.errors {
            self.fail(what, *count);
        }
        self.elapsed = self.elapsed.max(other.elapsed);
    }
}

/// How many requests may still be sent, by all lanes together.
#[derive(Debug)]
pub struct Budget(Option<AtomicU64>);

impl Budget {
    /// That many; `None` is no limit.
    #[must_use]
    pub fn new(requests: Option<u64>) -> Self {
        Self(requests.map(AtomicU64::new))
    }

    /// Takes up to `wanted`, and says how many there were.
    pub(crate) fn take(&self, wanted: u64) -> u64 {
        let Some(left) = &self.0 else { return wanted };
        let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
            Some(left.saturating_sub(wanted))
        });
        before.unwrap_or_else(|left| left).min(wanted)
    }

    /// Puts back what was taken and not sent.
    pub(crate) fn give_back(&self, unused: u64) {
        if let (Some(left), 1..) = (&self.0, unused) {
            left.fetch_add(unused, Ordering::Relaxed);
        }
    }

    /// Whether nothing may be sent any more.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.as_ref().is_some_and(|left| left.load(Ordering::Relaxed) == 0)
    }
}
