//! Stacks in secret memory.

use crate::error::ArenaError;
use crate::region::{Policy, Protection, Region};
use crate::registers::wipe_registers;
use crate::wipe::wipe;
use corosensei::stack::{MIN_STACK_SIZE, Stack, StackPointer};
use std::fmt;
use std::mem::MaybeUninit;
use std::slice;

/// A stack in secret memory with guard pages below and above, for coroutines of `corosensei`.
///
/// For coroutines only: a thread cannot have it, since the kernel does not wait on secret memory for other processes
/// (glibc's `pthread_join` aborts). Wiped when dropped.
pub struct SecretStack {
    region: Region,
}

impl SecretStack {
    /// A stack of at least `bytes` bytes (and at least 4096), in whole pages. All of it counts against
    /// `RLIMIT_MEMLOCK`; the guards do not.
    ///
    /// # Errors
    /// As [`Region::new`].
    pub fn new(bytes: usize, policy: Policy) -> Result<Self, ArenaError> {
        Ok(Self { region: Region::new(bytes.max(MIN_STACK_SIZE), policy)? })
    }

    /// Bytes that can be used.
    #[must_use]
    pub fn size(&self) -> usize {
        self.region.len()
    }

    /// How it is protected.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.region.protection()
    }

    /// Why it is not [`Protection::Secret`] although that was preferred.
    #[must_use]
    pub fn shortfall(&self) -> Option<ArenaError> {
        self.region.shortfall()
    }

    /// Bytes from the base down to the deepest byte that is not zero: what was used since it was last wiped.
    #[must_use]
    pub fn used(&self) -> usize {
        let bytes = self.region.bytes();
        let untouched = |chunk: &&[u8; 64]| chunk.iter().fold(0, |all, byte| all | byte) == 0;
        // Pages are multiples of 64 bytes.
        let (chunks, _) = bytes.as_chunks::<64>();
        let clean = chunks.iter().take_while(untouched).count() * 64;
        bytes.len() - clean
    }

    /// Writes zeros over all of it, and over the registers.
    pub fn wipe(&mut self) {
        self.wipe_top(self.size());
    }

    /// Writes zeros over what was [`used`](Self::used), and over the registers. Up to 64 KiB or so it takes longer to
    /// find out than to [`wipe`](Self::wipe) everything. Returns how many bytes that were.
    pub fn wipe_used(&mut self) -> usize {
        let used = self.used();
        self.wipe_top(used);
        used
    }

    /// Writes zeros over the `bytes` bytes below the base.
    fn wipe_top(&mut self, bytes: usize) {
        let bytes = bytes.min(self.size());
        // SAFETY: inside the region.
        let start = unsafe { self.region.start().add(self.size() - bytes) };
        // SAFETY: ours, and no coroutine has it: one that did would hold `self` or a borrow of it.
        wipe(unsafe { slice::from_raw_parts_mut(start.cast::<MaybeUninit<u8>>().as_ptr(), bytes) });
        wipe_registers();
    }
}

// SAFETY: at least MIN_STACK_SIZE bytes, from `limit` plus guard up to `base`, mapped and not lent to anyone for as long
// as `self`; both ends are page-aligned; the guard below faults.
unsafe impl Stack for SecretStack {
    fn base(&self) -> StackPointer {
        // SAFETY: one past the end of the region.
        unsafe { self.region.start().add(self.size()) }.addr()
    }

    fn limit(&self) -> StackPointer {
        // SAFETY: the region is preceded by a guard of that size, in the same mapping.
        unsafe { self.region.start().sub(self.region.guard()) }.addr()
    }
}

impl Drop for SecretStack {
    fn drop(&mut self) {
        // The region wipes itself.
        wipe_registers();
    }
}

impl fmt::Debug for SecretStack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretStack({} bytes, {})", self.size(), self.protection())
    }
}
