//! How long something took, by steps that are the same for everything.

use super::Counter;
use std::time::Duration;

/// The upper ends of the steps, each included; what takes longer than the last is counted beyond it.
pub const BOUNDS: [Duration; 16] = [
    Duration::from_micros(10),
    Duration::from_micros(25),
    Duration::from_micros(50),
    Duration::from_micros(100),
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_micros(2_500),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
];

/// Times, counted.
#[derive(Debug, Default)]
pub struct Histogram {
    steps: [Counter; BOUNDS.len()],
    beyond: Counter,
    /// Nanoseconds.
    sum: Counter,
}

/// What a histogram has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// How many took no longer than each of [`BOUNDS`]: each takes in those before it.
    pub up_to: [u64; BOUNDS.len()],
    /// All of them.
    pub count: u64,
    /// How long they took together.
    pub sum: Duration,
}

impl Histogram {
    /// So many took so long.
    pub fn observe(&self, took: Duration, times: u64) {
        let step = BOUNDS.iter().position(|bound| took <= *bound);
        step.and_then(|step| self.steps.get(step)).unwrap_or(&self.beyond).add(times);
        self.sum.add(nanos(took).saturating_mul(times));
    }

    /// What it has seen. While others count, the parts may be some counts apart.
    #[must_use]
    pub fn observed(&self) -> Observed {
        let mut seen =
            Observed { sum: Duration::from_nanos(self.sum.get()), ..Observed::default() };
        for (step, up_to) in self.steps.iter().zip(&mut seen.up_to) {
            seen.count += step.get();
            *up_to = seen.count;
        }
        seen.count += self.beyond.get();
        seen
    }
}

/// Nanoseconds; five centuries at most.
pub(super) fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{BOUNDS, Histogram};
    use std::time::Duration;

    #[test]
    fn a_time_is_in_its_step_and_in_all_above() {
        let histogram = Histogram::default();
        histogram.observe(Duration::from_micros(10), 1);
        histogram.observe(Duration::from_nanos(10_001), 2);
        histogram.observe(Duration::from_secs(1), 3);
        histogram.observe(Duration::from_secs(60), 4);
        let seen = histogram.observed();
        assert_eq!(seen.up_to[..3], [1, 3, 3]);
        assert_eq!(seen.up_to[14..], [3, 6]);
        assert_eq!(seen.count, 10);
        let sum = Duration::from_nanos(10_000 + 20_002 + 3_000_000_000) + Duration::from_secs(240);
        assert_eq!(seen.sum, sum);
        assert!(BOUNDS.is_sorted());
    }
}
