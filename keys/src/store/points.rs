//! Where a test may stop the process, or look at the disk as it would be then: after every step that the disk can see.

#[cfg(not(test))]
pub(super) const fn reached(_: &str) {}

#[cfg(test)]
pub(super) use in_tests::reached;

#[cfg(test)]
pub(crate) use in_tests::at_points;

/// The variable with the number of points that a process passes before it is stopped.
#[cfg(test)]
pub(crate) const STOP_AT: &str = "PAYHSM_TEST_STOP_AT";

#[cfg(test)]
mod in_tests {
    use std::cell::RefCell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static PASSED: AtomicUsize = AtomicUsize::new(0);

    type Look = Box<dyn FnMut()>;

    thread_local! {
        static LOOK: RefCell<Option<Look>> = const { RefCell::new(None) };
    }

    /// Calls `look` at every point that `work` passes on this thread.
    pub(crate) fn at_points(look: impl FnMut() + 'static, work: impl FnOnce()) {
        LOOK.set(Some(Box::new(look)));
        work();
        LOOK.set(None);
    }

    /// Ends the process, as a power cut would, at the point that the variable names.
    pub(in super::super) fn reached(_: &str) {
        LOOK.with_borrow_mut(|look| look.as_mut().map(|look| look()));
        let Ok(stop) = std::env::var(super::STOP_AT) else { return };
        if PASSED.fetch_add(1, Ordering::Relaxed) == stop.parse().unwrap() {
            std::process::abort();
        }
    }
}
