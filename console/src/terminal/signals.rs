//! Ctrl-C and its like: noted, and acted upon at the next question. Between questions the daemon may be making something that
//! has to be written down first, such as shares. A second one ends the program at once.
//!
//! Ctrl-Z is noted too: at a question the terminal is put right first, and whoever comes back is asked anew.

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::low_level::emulate_default_handler;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What somebody wants of this program from outside.
#[derive(Debug)]
pub struct Signals {
    end: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    resumed: Arc<AtomicBool>,
}

impl Signals {
    /// Catches them from now on.
    ///
    /// # Errors
    /// What the system says.
    pub fn catch() -> io::Result<Self> {
        let made = Self { end: Arc::default(), stop: Arc::default(), resumed: Arc::default() };
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
            // In this order: the first signal finds the flag down.
            signal_hook::flag::register_conditional_default(signal, Arc::clone(&made.end))?;
            signal_hook::flag::register(signal, Arc::clone(&made.end))?;
        }
        signal_hook::flag::register(SIGTSTP, Arc::clone(&made.stop))?;
        signal_hook::flag::register(SIGCONT, Arc::clone(&made.resumed))?;
        Ok(made)
    }

    /// Whether somebody wants this to end.
    #[must_use]
    pub fn came(&self) -> bool {
        self.end.load(Ordering::SeqCst)
    }

    /// Whether somebody wants this to stand still.
    pub(super) fn wants_stop(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// As if the signal had come: at a hidden question Ctrl-Z is a key like others.
    pub(super) fn want_stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Whether it stood still since this was asked last.
    pub(super) fn has_resumed(&self) -> bool {
        self.resumed.swap(false, Ordering::SeqCst)
    }

    /// Stands still until somebody lets it go on.
    pub(super) fn stand_still(&self) {
        // Where that cannot be done, it goes on.
        emulate_default_handler(SIGTSTP).unwrap_or_default();
        self.stop.store(false, Ordering::SeqCst);
        self.resumed.store(false, Ordering::SeqCst);
    }
}
