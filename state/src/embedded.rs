//! The store in a file of this process.
//!
//! A change counts at once in memory, for whoever comes next, and a thread makes all that waits durable in one
//! transaction of the file. No lock is held while `make` runs or while the disk works: whoever changes looks at the rows,
//! makes new ones of them, and puts them in place if they are still what they were; otherwise again.

mod commit;
mod file;
mod inner;
mod shared;

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;

use crate::row::{check_keys, check_values};
use crate::{Kept, Row, RowKey, Store, Unavailable, Verdict};
use commit::Committer;
use file::{Disk, System};
use shared::Shared;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a disk that failed is tried again, at most.
const AGAIN: Duration = Duration::from_millis(200);

/// Rows in a file of this process; the file is locked for as long as this lives.
///
/// Dropped, it first makes durable what waits.
pub struct Embedded {
    shared: Arc<Shared>,
    committer: Option<JoinHandle<()>>,
}

impl Embedded {
    /// Opens the file, and makes it if there is none; its folder has to be there.
    ///
    /// # Errors
    /// [`Unavailable`]: in use by another process, not such a file, or the disk's words.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Unavailable> {
        Self::open_on(Arc::new(System::new(path.as_ref())), AGAIN)
    }

    fn open_on(disk: Arc<dyn Disk>, again: Duration) -> Result<Self, Unavailable> {
        let file = Arc::new(disk.open(true)?);
        let shared = Arc::new(Shared::new(file));
        let committer = Committer { shared: Arc::clone(&shared), disk, again };
        let thread = std::thread::Builder::new().name("state".to_owned());
        let committer = thread.spawn(move || committer.run());
        let committer = committer.map_err(|error| Unavailable::new(error.to_string()))?;
        Ok(Self { shared, committer: Some(committer) })
    }
}

impl Store for Embedded {
    fn change(
        &self,
        keys: &[RowKey],
        make: &mut dyn FnMut(&mut [Row]) -> Verdict,
    ) -> Result<Kept, Unavailable> {
        check_keys(keys)?;
        loop {
            let seen = self.shared.look(keys)?;
            let mut values = seen.values().to_vec();
            let made = match make(&mut values) {
                Verdict::Write => {
                    check_values(&values)?;
                    Some(values)
                }
                Verdict::Leave => None,
            };
            if let Some(kept) = self.shared.put(keys, &seen, made)? {
                return Ok(kept);
            }
        }
    }

    fn read(&self, key: &RowKey) -> Result<Row, Unavailable> {
        let seen = self.shared.look(std::slice::from_ref(key))?;
        Ok(seen.into_values().pop().flatten())
    }

    fn may_block(&self) -> bool {
        false
    }

    fn trouble(&self) -> Option<String> {
        self.shared.trouble()
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.shared.close();
        if let Some(committer) = self.committer.take() {
            // It ends when nothing waits; if it panicked, the panic has been told already.
            drop(committer.join());
        }
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Embedded")
    }
}
