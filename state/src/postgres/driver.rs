//! The thread that serves the connections.

use super::session::Trouble;
use crate::Unavailable;
use std::fmt;
use std::future::Future;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// How long one exchange may take; the server's own limits are shorter.
const EXCHANGE: Duration = Duration::from_secs(5);

/// A thread with a runtime: callers wait for it on a channel, so that it does not matter what they are threads of.
pub(super) struct Driver {
    handle: Handle,
    /// Dropped, the thread ends.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Driver {
    pub(super) fn start() -> Result<Self, Unavailable> {
        let words = |error: std::io::Error| Unavailable::new(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(words)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new().name("state".to_owned());
        // Nothing is ever sent: that the other end is gone says all.
        let thread = thread.spawn(move || drop(runtime.block_on(stopped))).map_err(words)?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }

    /// What comes of it, or that nothing did for too long.
    pub(super) async fn in_time<T>(
        work: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let silent = |_| Trouble::Silent(Unavailable::new("the database gives no answer"));
        tokio::time::timeout(EXCHANGE, work).await.map_err(silent).flatten()
    }

    /// Does it on the thread, and waits for it here; not for long.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (tell, told) = mpsc::sync_channel(1);
        self.handle.spawn(async move {
            // Who asked waits until this is sent.
            drop(tell.send(Self::in_time(work).await));
        });
        let closed = |_| Trouble::Refused(Unavailable::new("the store is closed"));
        told.recv().map_err(closed).flatten()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If it panicked, the panic has been told already.
            drop(thread.join());
        }
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Driver")
    }
}
