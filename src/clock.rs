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
