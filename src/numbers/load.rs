//! How busy the threads that answer were: the share of their time that they worked on requests.
//!
//! A second is a span. Time counts in the span in which the work ended, so work that crosses the end of a second is the
//! later one's. A thread that waits for a database is busy; one that waits for the disk of the audit log is not, since it
//! works on other requests meanwhile.

use super::Counter;
use super::histogram::nanos;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bands that spans are told apart by.
pub const BANDS: usize = 10;

const SPAN: u64 = 1_000_000_000;

/// How many spans were about as busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// From so many percent,
    pub from: u8,
    /// up to so many, both included.
    pub to: u8,
    /// So many spans of a second.
    pub spans: u64,
}

/// How busy the threads were.
#[derive(Debug)]
pub struct Load {
    threads: AtomicU64,
    /// Nanoseconds of work in spans that are over.
    before: Counter,
    /// The span that is now.
    span: AtomicU64,
    /// Nanoseconds of work in it.
    in_span: Counter,
    bands: [Counter; BANDS],
    /// Percent of the last span that was over.
    last: AtomicU64,
}

impl Default for Load {
    fn default() -> Self {
        Self::of(std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
    }
}

impl Load {
    fn of(threads: usize) -> Self {
        Self {
            threads: AtomicU64::new(u64::try_from(threads).unwrap_or(u64::MAX)),
            before: Counter::default(),
            span: AtomicU64::new(0),
            in_span: Counter::default(),
            bands: Default::default(),
            last: AtomicU64::new(0),
        }
    }

    /// So many threads answer. Until this is said, as many as there are processors.
    pub(crate) fn is_of(&self, threads: usize) {
        self.threads.store(u64::try_from(threads).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A thread has worked for so long, until `now`.
    pub(crate) fn worked(&self, time: Duration, now: Duration) {
        self.roll(now);
        self.in_span.add(nanos(time));
    }

    /// Spans that are over by `now` go where they belong.
    fn roll(&self, now: Duration) {
        let (now, span) = (now.as_secs(), self.span.load(Ordering::Relaxed));
        if now <= span {
            return;
        }
        // Whoever moves it on does the accounts; what others add meanwhile is a request's time.
        let moved = self.span.compare_exchange(span, now, Ordering::Relaxed, Ordering::Relaxed);
        if moved.is_err() {
            return;
        }
        let worked = self.in_span.take();
        self.before.add(worked);
        let percent = (worked / self.threads().saturating_mul(SPAN / 100).max(1)).min(100);
        let band = usize::try_from(percent / 10).unwrap_or(BANDS).min(BANDS - 1);
        if let Some(band) = self.bands.get(band) {
            band.add(1);
        }
        let idle = now - span - 1;
        if let (1.., Some(lowest)) = (idle, self.bands.first()) {
            lowest.add(idle);
        }
        self.last.store(if idle == 0 { percent } else { 0 }, Ordering::Relaxed);
    }

    /// How many threads there are.
    #[must_use]
    pub fn threads(&self) -> u64 {
        self.threads.load(Ordering::Relaxed)
    }

    /// How long all of them have worked together.
    #[must_use]
    pub fn busy(&self) -> Duration {
        Duration::from_nanos(self.before.get().saturating_add(self.in_span.get()))
    }

    /// Percent of the last whole span before `now`, by the daemon's clock.
    #[must_use]
    pub fn percent(&self, now: Duration) -> u64 {
        self.roll(now);
        self.last.load(Ordering::Relaxed)
    }

    /// How many of the spans that were over at `now` were how busy.
    #[must_use]
    pub fn bands(&self, now: Duration) -> [Band; BANDS] {
        self.roll(now);
        let mut from = 0;
        self.bands.each_ref().map(|spans| {
            let to = if from == 90 { 100 } else { from + 9 };
            let band = Band { from, to, spans: spans.get() };
            from += 10;
            band
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Load;
    use std::time::Duration;

    #[test]
    fn every_second_is_counted_once() {
        let load = Load::of(2);
        let at = Duration::from_millis;
        // Half a second of two threads' first second; then nothing for two; then all of it, and more.
        load.worked(at(250), at(400));
        load.worked(at(250), at(900));
        assert_eq!(load.percent(at(1_000)), 25);
        load.worked(at(1_500), at(3_100));
        load.worked(at(1_500), at(3_200));
        assert_eq!(load.percent(at(3_999)), 0);
        assert_eq!(load.percent(at(4_000)), 100);
        let bands = load.bands(at(6_500));
        let counted = bands.map(|band| band.spans);
        assert_eq!(counted, [4, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(counted.iter().sum::<u64>(), 6);
        assert_eq!((bands[0].from, bands[0].to, bands[9].from, bands[9].to), (0, 9, 90, 100));
        assert_eq!(load.busy(), at(3_500));
        // A clock cannot go back, but threads may come in another order.
        load.worked(at(10), at(5_000));
        assert_eq!(load.bands(at(6_500)).map(|band| band.spans), counted);
    }
}
