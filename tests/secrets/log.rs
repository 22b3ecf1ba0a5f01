//! A log that a test can read.

use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

/// Everything that is written to it.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn text(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    /// Runs `act` twice; every line that it logs, however unimportant, is kept as JSON and as text.
    pub(crate) fn of<T>(&self, act: impl Fn() -> T) -> [T; 2] {
        let log = || {
            tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .without_time()
                .with_writer(self.clone())
        };
        [
            tracing::subscriber::with_default(log().json().finish(), &act),
            tracing::subscriber::with_default(log().finish(), &act),
        ]
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::Error::other("poisoned"))?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
