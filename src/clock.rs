//! The one place that asks the system what time it is.

use std::time::SystemTime;

/// Now, by the wall clock.
#[expect(clippy::disallowed_methods, reason = "this is the place that the rule sends callers to")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
