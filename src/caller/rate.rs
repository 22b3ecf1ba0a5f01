//! How often a caller may ask: a token bucket that holds one second's worth.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

const SECOND: u64 = 1_000_000_000;

/// A token bucket, kept as the time at which it will be full again (GCRA), in one word: callers
/// with many connections share it without a lock.
#[derive(Debug)]
pub(super) struct Rate {
    /// Nanoseconds that one command costs.
    cost: u64,
    /// When the bucket is full again, nanoseconds.
    full_at: AtomicU64,
}

impl Rate {
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        Self { cost: SECOND / u64::from(per_second.get()), full_at: AtomicU64::new(0) }
    }

    /// Takes a token if there is one.
    pub(super) fn take(&self, now: Duration) -> bool {
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let spent = |full_at: u64| {
            let full_at = full_at.max(now);
            (full_at - now <= SECOND - self.cost).then(|| full_at.saturating_add(self.cost))
        };
        self.full_at.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spent).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;
    use std::num::NonZeroU32;
    use std::time::Duration;

    #[test]
    fn a_second_holds_so_many_and_no_more() {
        for per_second in [1, 3, 100, 1_000_000] {
            let rate = Rate::new(NonZeroU32::new(per_second).unwrap());
            let taken = |at: Duration| (0..=per_second).filter(|_| rate.take(at)).count();
            let all = usize::try_from(per_second).unwrap();
            let start = Duration::from_secs(1000);
            assert_eq!(taken(start), all, "the bucket is full at first");
            assert_eq!(taken(start), 0, "then empty");
            assert_eq!(
                taken(start + Duration::from_millis(1)),
                all / 1000,
                "it fills by the clock"
            );
            assert_eq!(taken(start + Duration::from_secs(3600)), all, "and holds a second's worth");
        }
    }
}
