//! Runs of secret memory between guard pages.

use crate::error::{ArenaError, SystemError};
use crate::limits;
use crate::pages::{Pages, whole_pages};
use crate::wipe::wipe;
use rustix::io::Errno;
use std::fmt;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;

/// How memory is protected. The greater is the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// Ordinary memory: locked in RAM, out of core dumps, zeros in a forked child; but root can read it
    /// through `/proc/PID/mem`, and so can the same user unless [`harden_process`](crate::harden_process) was called.
    Locked,
    /// `memfd_secret(2)`: removed from the kernel's own view of memory, unreadable through `/proc/PID/mem` for anyone.
    Secret,
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Locked => "locked",
            Self::Secret => "secret",
        })
    }
}

/// What protection is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// Strict: [`Protection::Secret`] or nothing.
    SecretOnly,
    /// [`Protection::Secret`] where it is to be had, else [`Protection::Locked`].
    #[default]
    PreferSecret,
    /// [`Protection::Locked`] even where there is better: to try the fallback.
    LockedOnly,
}

/// Zeroed memory for secrets, between pages that fault. Wiped and unmapped when dropped. Prints its size and protection.
pub struct Region {
    pages: Pages,
    protection: Protection,
    shortfall: Option<ArenaError>,
}

// SAFETY: it owns its pages as a Box<[u8]> would.
unsafe impl Send for Region {}
// SAFETY: through a shared reference its bytes can only be read.
unsafe impl Sync for Region {}

impl Region {
    /// At least `bytes` bytes, rounded up to whole pages, protected as `policy` says.
    ///
    /// Where `RLIMIT_MEMLOCK` is in the way, its soft limit is raised to the hard one, for the whole process.
    ///
    /// # Errors
    /// [`ArenaError::NoSecretMemory`], [`ArenaError::LockLimit`] or [`ArenaError::Refused`]; that of the fallback if
    /// both ways fail.
    pub fn new(bytes: usize, policy: Policy) -> Result<Self, ArenaError> {
        match policy {
            Policy::SecretOnly => Self::secret(bytes),
            Policy::LockedOnly => Self::locked(bytes),
            Policy::PreferSecret => Self::secret(bytes).or_else(|shortfall| {
                let mut locked = Self::locked(bytes)?;
                locked.shortfall = Some(shortfall);
                Ok(locked)
            }),
        }
    }

    /// The same from `memfd_secret(2)` and nothing else.
    ///
    /// # Errors
    /// As [`Region::new`].
    pub fn secret(bytes: usize) -> Result<Self, ArenaError> {
        let pages = map(bytes, Pages::secret)?;
        Ok(Self { pages, protection: Protection::Secret, shortfall: None })
    }

    /// The same from ordinary memory: the fallback.
    ///
    /// # Errors
    /// As [`Region::new`].
    pub fn locked(bytes: usize) -> Result<Self, ArenaError> {
        let pages = map(bytes, Pages::locked)?;
        Ok(Self { pages, protection: Protection::Locked, shortfall: None })
    }

    /// How it is protected.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// Why it is not [`Protection::Secret`] although that was preferred.
    #[must_use]
    pub fn shortfall(&self) -> Option<ArenaError> {
        self.shortfall
    }

    /// Bytes.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "never empty: at least one page")]
    pub fn len(&self) -> usize {
        self.pages.length()
    }

    /// Bytes of the guard before it, and of the one behind it.
    #[must_use]
    pub fn guard(&self) -> usize {
        self.pages.guard()
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: mapped, readable and initialised for as long as `self`; writing takes `&mut self`, or is the business
        // of the crate's own users of `start`, which lend out no region.
        unsafe { slice::from_raw_parts(self.start().as_ptr(), self.len()) }
    }

    /// The bytes, to write.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as above, and borrowed for itself alone.
        unsafe { slice::from_raw_parts_mut(self.start().as_ptr(), self.len()) }
    }

    /// The first byte, aligned to a page.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.pages.inside()
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        let start = self.start().cast::<MaybeUninit<u8>>().as_ptr();
        // SAFETY: mapped, writable and ours alone: whoever was lent a part is gone, or would have kept us alive.
        wipe(unsafe { slice::from_raw_parts_mut(start, self.len()) });
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({} bytes, {})", self.len(), self.protection)
    }
}

/// Maps whole pages; where the limit refuses them, once more under a raised limit.
fn map(
    bytes: usize,
    pages: impl Fn(usize) -> Result<Pages, ArenaError>,
) -> Result<Pages, ArenaError> {
    let length = whole_pages(bytes)
        .ok_or_else(|| ArenaError::Refused(SystemError::new("mmap", Errno::NOMEM)))?;
    match pages(length) {
        Err(ArenaError::LockLimit { .. }) if limits::raise_lock_limit() => pages(length),
        answer => answer,
    }
}
