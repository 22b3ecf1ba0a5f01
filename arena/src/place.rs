//! Values made where they will live.

use crate::arena::Arena;
use crate::boxed::ArenaBox;
use crate::error::{ArenaError, PlaceError};
use std::convert::Infallible;
use std::mem::MaybeUninit;
use std::ptr;

impl Arena {
    /// A value that `fill` makes in the place it is given, and hands back as proof that it did. No copy of it is ever
    /// anywhere else, if `fill` makes none.
    ///
    /// ```
    /// # let arena = payhsm_arena::Arena::new(payhsm_arena::Options::default())?;
    /// let schedule = arena.place(|place| place.write([0u32; 60]))?;
    /// assert_eq!(schedule.len(), 60);
    /// # Ok::<(), payhsm_arena::ArenaError>(())
    /// ```
    ///
    /// # Errors
    /// [`ArenaError::TooLarge`] for a type of more than 4096 bytes or of a stricter alignment,
    /// [`ArenaError::NotInPlace`] if `fill` hands back another value, and as [`Arena::zeroed`].
    #[inline]
    pub fn place<T>(
        &self,
        fill: impl for<'a> FnOnce(&'a mut MaybeUninit<T>) -> &'a mut T,
    ) -> Result<ArenaBox<T>, ArenaError> {
        let placed = self.try_place(|place| Ok::<_, Infallible>(fill(place)));
        placed.map_err(|error| match error {
            PlaceError::Arena(error) => error,
            PlaceError::Make(never) => match never {},
        })
    }

    /// The same for what can fail. Whatever was written until then is wiped.
    ///
    /// # Errors
    /// [`PlaceError::Make`] with what `fill` says, [`PlaceError::Arena`] as [`Arena::place`].
    #[inline]
    pub fn try_place<T, E>(
        &self,
        fill: impl for<'a> FnOnce(&'a mut MaybeUninit<T>) -> Result<&'a mut T, E>,
    ) -> Result<ArenaBox<T>, PlaceError<E>> {
        // A slot is aligned to its size.
        let slot = self.slot(size_of::<T>().max(align_of::<T>()))?;
        let start = slot.start().cast::<T>();
        // SAFETY: large enough, aligned, and ours alone; it may hold anything.
        let place = unsafe { start.cast::<MaybeUninit<T>>().as_mut() };
        let filled: *const T = fill(place).map_err(PlaceError::Make)?;
        // A reference to a valid T at this very address, exclusive while `fill` ran, is one to our place.
        if !ptr::eq(filled, start.as_ptr()) {
            return Err(ArenaError::NotInPlace.into());
        }
        // SAFETY: the place holds a valid T, as just seen.
        Ok(unsafe { ArenaBox::holding(slot) })
    }

    /// The value that `make` returns.
    ///
    /// Optimised builds mostly have `make` write into the slot; nothing promises it, and others go over the stack. So
    /// call it on a [`SecretStack`](crate::SecretStack) or in [`with_stack_wiped`](crate::with_stack_wiped), or use
    /// [`Arena::place`] with code that fills memory in place.
    ///
    /// # Errors
    /// As [`Arena::place`].
    #[inline]
    pub fn new_with<T>(&self, make: impl FnOnce() -> T) -> Result<ArenaBox<T>, ArenaError> {
        self.place(|place| place.write(make()))
    }
}

impl<T> ArenaBox<T> {
    /// [`Arena::new_with`] in the arena of the process.
    ///
    /// # Errors
    /// As [`Arena::place`], and as [`global`](crate::global).
    #[inline]
    pub fn new_with(make: impl FnOnce() -> T) -> Result<Self, ArenaError> {
        crate::global()?.new_with(make)
    }
}
