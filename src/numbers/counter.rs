//! Numbers that many threads change.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many by now.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// How many by now; from here on it begins at nothing again.
    pub(super) fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }
}

/// How many there are of something that comes and goes.
#[derive(Debug, Default)]
pub struct Gauge(Arc<AtomicU64>);

/// One of them; it counts as long as it lives.
#[derive(Debug)]
#[must_use = "what is dropped no longer counts"]
pub struct Counting(Arc<AtomicU64>);

impl Gauge {
    /// One more.
    pub fn enter(&self) -> Counting {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counting(Arc::clone(&self.0))
    }

    /// How many there are.
    #[must_use]
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::{Counter, Gauge};

    #[test]
    fn a_counter_grows_and_a_gauge_comes_and_goes() {
        let counter = Counter::default();
        counter.add(2);
        counter.add(3);
        assert_eq!((counter.get(), counter.take(), counter.get()), (5, 5, 0));
        let gauge = Gauge::default();
        let one = gauge.enter();
        let other = gauge.enter();
        assert_eq!(gauge.get(), 2);
        drop(one);
        assert_eq!(gauge.get(), 1);
        drop(other);
        assert_eq!(gauge.get(), 0);
    }
}
