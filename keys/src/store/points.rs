//! Where a test may stop the process: after every step that the disk can see.

#[cfg(not(test))]
pub(super) const fn reached(_: &str) {}

#[cfg(test)]
pub(super) use in_tests::reached;

/// The variable with the number of points that a process passes before it is stopped.
#[cfg(test)]
pub(crate) const STOP_AT: &str = "PAYHSM_TEST_STOP_AT";

#[cfg(test)]
mod in_tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);

    /// Ends the process, as a power cut would, at the point that the variable names.
    pub(in super::super) fn reached(_: &str) {
        let Ok(stop) = std::env::var(super::STOP_AT) else { return };
        if PASSED.fetch_add(1, Ordering::Relaxed) == stop.parse().unwrap() {
            std::process::abort();
        }
    }
}
