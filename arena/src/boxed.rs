//! Owners of secrets.

use crate::error::ArenaError;
use crate::slots::Slot;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// A value in secret memory: bytes (`ArenaBox<[u8]>`) or whatever was [placed](crate::Arena::place) there.
///
/// Dropped first, if it has anything to drop; then every byte of its slot is wiped. Not `Clone`; `Debug` tells the
/// size alone. What the value keeps elsewhere (a `Vec`, a `Box`) is neither in secret memory nor wiped.
pub struct ArenaBox<T: ?Sized> {
    value: NonNull<T>,
    slot: Slot,
}

// SAFETY: it owns its value as a Box<T> would; the way back to the arena goes through a mutex.
unsafe impl<T: ?Sized + Send> Send for ArenaBox<T> {}
// SAFETY: a shared box gives shared references to the value and nothing else.
unsafe impl<T: ?Sized + Sync> Sync for ArenaBox<T> {}

impl<T> ArenaBox<T> {
    /// # Safety
    /// The slot is large enough for a `T`, aligned for it, and holds one.
    pub(crate) unsafe fn holding(slot: Slot) -> Self {
        Self { value: slot.start().cast(), slot }
    }
}

impl ArenaBox<[u8]> {
    /// The first `length` bytes of a fresh slot for as many.
    pub(crate) fn zeroed(slot: Slot, length: usize) -> Self {
        Self { value: NonNull::slice_from_raw_parts(slot.start(), length), slot }
    }

    /// A second one with the same bytes, from the same arena. The only way to copy a secret, so that it is seen.
    ///
    /// # Errors
    /// As [`Arena::zeroed`](crate::Arena::zeroed).
    pub fn duplicate(&self) -> Result<Self, ArenaError> {
        let mut copy = Self::zeroed(Slot::take(self.slot.slots(), self.len())?, self.len());
        copy.copy_from_slice(self);
        Ok(copy)
    }
}

impl<T: ?Sized> Deref for ArenaBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the slot holds a valid value of ours, until we are dropped.
        unsafe { self.value.as_ref() }
    }
}

impl<T: ?Sized> DerefMut for ArenaBox<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and borrowed for itself alone.
        unsafe { self.value.as_mut() }
    }
}

impl<T: ?Sized> Drop for ArenaBox<T> {
    fn drop(&mut self) {
        // SAFETY: valid, ours, and not used again: what follows is the drop of the slot.
        unsafe { self.value.drop_in_place() };
    }
}

impl<T: ?Sized> fmt::Debug for ArenaBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArenaBox({} bytes)", size_of_val::<T>(self))
    }
}
