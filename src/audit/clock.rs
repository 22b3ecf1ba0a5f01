//! Both clocks of an entry, and whether the one that people set has jumped against the other.

use crate::clock;
use payhsm_audit::log::Clock;
use payhsm_audit::record::Moment;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// What a time service does in small steps is none.
const STEP: Duration = Duration::from_secs(1);

/// Tells the time, and remembers how far the two clocks are apart.
#[derive(Debug)]
pub(super) struct Watch {
    start: Instant,
    /// Microseconds from the monotonic clock to the time of day.
    apart: AtomicI64,
}

impl Watch {
    pub(super) fn new() -> Self {
        let watch = Self { start: Instant::now(), apart: AtomicI64::new(0) };
        watch.apart.store(apart(watch.now()), Ordering::Relaxed);
        watch
    }

    /// By how many milliseconds the time of day has jumped since somebody last looked, if it has.
    pub(super) fn step(&self) -> Option<i64> {
        self.step_at(self.now())
    }

    fn step_at(&self, now: Moment) -> Option<i64> {
        let apart = apart(now);
        let before = self.apart.load(Ordering::Relaxed);
        let jumped = apart.saturating_sub(before);
        if u128::from(jumped.unsigned_abs()) < STEP.as_micros() {
            return None;
        }
        // One of those who look at the same time says so.
        let first =
            self.apart.compare_exchange(before, apart, Ordering::Relaxed, Ordering::Relaxed);
        first.is_ok().then_some(jumped / 1000)
    }
}

fn apart(now: Moment) -> i64 {
    now.wall.wrapping_sub(now.monotonic).cast_signed()
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl Clock for Watch {
    fn now(&self) -> Moment {
        let wall = clock::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { wall: micros(wall), monotonic: micros(self.start.elapsed()) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Watch};

    #[test]
    fn a_jump_is_told_once() {
        let watch = Watch::new();
        let at = |wall: u64, monotonic| watch.step_at(Moment { wall, monotonic });
        let day = 86_400_000_000;
        let begin = 1_700_000_000_000_000;
        // Whatever it was when this test began.
        at(begin, 0);
        assert_eq!(at(begin + 5, 5), None);
        assert_eq!(at(begin + 900_000, 10), None, "less than a second");
        assert_eq!(at(begin + day, 1000), Some(86_399_999));
        assert_eq!(at(begin + day + 1, 1001), None);
        assert_eq!(at(begin, 2000), Some(-86_400_001));
        assert_eq!(at(begin + 10, 2010), None);
    }
}
