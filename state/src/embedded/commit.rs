//! The thread that makes changes durable: whatever waits goes to the disk in one transaction.

use super::file::Disk;
use super::shared::{Shared, Work};
use std::sync::Arc;
use std::time::Duration;

/// The thread's own.
#[derive(Debug)]
pub(super) struct Committer {
    pub(super) shared: Arc<Shared>,
    pub(super) disk: Arc<dyn Disk>,
    /// How long a disk that failed is left alone.
    pub(super) again: Duration,
}

impl Committer {
    /// Runs until the store is closed.
    pub(super) fn run(self) {
        let _ended = Ended(&self.shared);
        loop {
            match self.shared.take() {
                Work::Commit { file, rows } => match file.write(&rows) {
                    Ok(()) => self.shared.is_durable(),
                    Err(error) => self.shared.fail(&error),
                },
                // A file that is gone is not to come back empty.
                Work::OpenAgain => match self.disk.open(false) {
                    Ok(file) => self.shared.works_again(Arc::new(file)),
                    Err(error) => self.shared.fail(&error),
                },
                Work::Pause => self.shared.pause(self.again),
                Work::Nothing => return,
            }
        }
    }
}

/// Nobody is to wait for a thread that is gone.
struct Ended<'a>(&'a Shared);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}
