//! The arena: where secrets get their place.

use crate::boxed::ArenaBox;
use crate::error::ArenaError;
use crate::region::{Policy, Protection};
use crate::slots::{Slot, Slots};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How large an arena is and what memory it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Bytes mapped at the start, and each time that more is needed. Rounded up to whole pages.
    pub region_bytes: usize,
    /// Bytes that it may map in all; the first region is mapped in any case.
    pub cap: usize,
    /// What protection is taken.
    pub policy: Policy,
}

impl Default for Options {
    /// Regions of 64 KiB, 4 MiB in all (half of what a process may commonly lock), secret memory preferred.
    fn default() -> Self {
        Self { region_bytes: 64 << 10, cap: 4 << 20, policy: Policy::PreferSecret }
    }
}

/// How full an arena is, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// In slots that hold a secret, with what each slot is larger than its secret.
    pub in_use: usize,
    /// Mapped, and counted against `RLIMIT_MEMLOCK`.
    pub mapped: usize,
    /// That may be mapped.
    pub cap: usize,
}

/// Secret memory in slots of 16 to 4096 bytes. A handle: cheap to clone, usable from any thread.
///
/// Its memory goes back to the kernel with the last handle and the last [`ArenaBox`].
#[derive(Clone)]
pub struct Arena {
    slots: Arc<Mutex<Slots>>,
}

impl Arena {
    /// An arena with its first region mapped, so that what is wrong shows here.
    ///
    /// # Errors
    /// As [`Region::new`](crate::Region::new).
    pub fn new(options: Options) -> Result<Self, ArenaError> {
        let Options { region_bytes, cap, policy } = options;
        let slots = Slots::new(region_bytes, cap, policy)?;
        Ok(Self { slots: Arc::new(Mutex::new(slots)) })
    }

    /// A place of `length` bytes, 0 to 4096, filled with zeros.
    ///
    /// # Errors
    /// [`ArenaError::TooLarge`], [`ArenaError::Full`], or what the kernel says when the arena has to grow.
    pub fn zeroed(&self, length: usize) -> Result<ArenaBox<[u8]>, ArenaError> {
        Ok(ArenaBox::zeroed(self.slot(length)?, length))
    }

    /// A copy of `bytes`. The caller wipes the original.
    ///
    /// # Errors
    /// As [`Arena::zeroed`].
    pub fn copy_of(&self, bytes: &[u8]) -> Result<ArenaBox<[u8]>, ArenaError> {
        let mut copy = self.zeroed(bytes.len())?;
        copy.copy_from_slice(bytes);
        Ok(copy)
    }

    /// The protection that all of it has; it can fall when the arena grows, unless [`Policy::SecretOnly`] was asked for.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.lock().protection()
    }

    /// Why it is not [`Protection::Secret`] although that was preferred: for the log and the status.
    #[must_use]
    pub fn shortfall(&self) -> Option<ArenaError> {
        self.lock().shortfall()
    }

    /// How full it is.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let slots = self.lock();
        Usage { in_use: slots.in_use(), mapped: slots.mapped(), cap: slots.cap() }
    }

    /// A slot for `bytes` bytes.
    pub(crate) fn slot(&self, bytes: usize) -> Result<Slot, ArenaError> {
        Slot::take(&self.slots, bytes)
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Usage { in_use, mapped, cap } = self.usage();
        write!(f, "Arena({}, {in_use} of {mapped} bytes in use, at most {cap})", self.protection())
    }
}

/// The arena of the process.
static GLOBAL: OnceLock<Arena> = OnceLock::new();

/// Sets up the arena of the process. Once, before anything asks for it.
///
/// # Errors
/// [`ArenaError::AlreadySet`], or as [`Arena::new`].
pub fn init(options: Options) -> Result<&'static Arena, ArenaError> {
    if GLOBAL.get().is_some() {
        return Err(ArenaError::AlreadySet);
    }
    GLOBAL.set(Arena::new(options)?).map_err(|_| ArenaError::AlreadySet)?;
    GLOBAL.get().ok_or(ArenaError::AlreadySet)
}

/// The arena of the process, set up with [`Options::default`] if [`init`] was not called.
///
/// # Errors
/// As [`Arena::new`], on the first call.
pub fn global() -> Result<&'static Arena, ArenaError> {
    if let Some(arena) = GLOBAL.get() {
        return Ok(arena);
    }
    // Two threads may both come here; the arena of one of them is given back.
    let arena = Arena::new(Options::default())?;
    Ok(GLOBAL.get_or_init(|| arena))
}
