//! The one place that asks the system what time it is.

use std::fmt;
use std::time::{Duration, Instant, SystemTime};

/// Now, by the wall clock.
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule sends callers to")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}

/// Time that only goes forward, for rates and time-outs.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Time since a moment in the past that stays the same.
    fn elapsed(&self) -> Duration;
}

/// The system's monotonic clock. Nobody can set it back.
#[derive(Clone, Copy, Debug)]
pub struct Monotonic(Instant);

impl Monotonic {
    /// A clock that starts now.
    #[must_use]
    pub fn new() -> Self {
        Self(Instant::now())
    }
}

impl Default for Monotonic {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for Monotonic {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The time of day, for what has to be known tomorrow.
pub trait TimeOfDay: Send + Sync + fmt::Debug {
    /// Seconds since 1970-01-01 00:00 UTC.
    fn unix_seconds(&self) -> u64;
}

/// The system's clock, which its administrator sets.
#[derive(Clone, Copy, Debug)]
pub struct SystemTimeOfDay;

impl TimeOfDay for SystemTimeOfDay {
    fn unix_seconds(&self) -> u64 {
        now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
    }
}
