//! Slots of fixed sizes, cut from regions.

use crate::error::ArenaError;
use crate::region::{Policy, Protection, Region};
use crate::wipe::wipe;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::slice;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes in the smallest slot.
const SMALLEST: usize = 16;

/// Bytes in the largest slot, and the strictest alignment.
pub const LARGEST: usize = 4096;

/// 16, 32, 64 … 4096 bytes.
const CLASSES: usize = (LARGEST.ilog2() - SMALLEST.ilog2() + 1) as usize;

/// Where a slot lies: which region, and at which byte of it.
#[derive(Clone, Copy)]
struct Place {
    region: usize,
    offset: usize,
}

/// All regions of an arena and what is free in them.
pub(crate) struct Slots {
    regions: Vec<Region>,
    /// For each class, slots that are free: zeros, all of them.
    free: [Vec<Place>; CLASSES],
    /// For each class, how many slots there are.
    made: [usize; CLASSES],
    /// Bytes of the newest region that belong to a class already.
    cut: usize,
    region_bytes: usize,
    cap: usize,
    policy: Policy,
    in_use: usize,
}

/// The class of slots for `bytes`: its number and its size in bytes.
fn class(bytes: usize) -> Result<(usize, usize), ArenaError> {
    if bytes > LARGEST {
        return Err(ArenaError::TooLarge { wanted: bytes });
    }
    let size = bytes.max(SMALLEST).next_power_of_two();
    let class = (size.ilog2() - SMALLEST.ilog2()) as usize;
    Ok((class, size))
}

impl Slots {
    /// Slots with one region behind them.
    pub(crate) fn new(region_bytes: usize, cap: usize, policy: Policy) -> Result<Self, ArenaError> {
        // Slots of the largest class have to fit.
        let region_bytes = region_bytes.max(LARGEST).next_multiple_of(LARGEST);
        let first = Region::new(region_bytes, policy)?;
        Ok(Self {
            regions: vec![first],
            free: Default::default(),
            made: [0; CLASSES],
            cut: 0,
            region_bytes,
            cap,
            policy,
            in_use: 0,
        })
    }

    /// Bytes that are mapped.
    pub(crate) fn mapped(&self) -> usize {
        self.regions.iter().map(Region::len).sum()
    }

    /// Bytes that it may map.
    pub(crate) fn cap(&self) -> usize {
        self.cap.max(self.regions.first().map_or(0, Region::len))
    }

    /// Bytes of slots in use.
    pub(crate) fn in_use(&self) -> usize {
        self.in_use
    }

    /// That of the region with the least.
    pub(crate) fn protection(&self) -> Protection {
        let all = self.regions.iter().map(Region::protection);
        all.min().unwrap_or(Protection::Locked)
    }

    /// Why not all of it is secret although that was preferred.
    pub(crate) fn shortfall(&self) -> Option<ArenaError> {
        self.regions.iter().find_map(Region::shortfall)
    }

    /// A slot for `bytes`, zeros.
    fn take(&mut self, bytes: usize) -> Result<(Place, NonNull<u8>, usize), ArenaError> {
        let (class, size) = class(bytes)?;
        if self.free.get(class).is_some_and(Vec::is_empty) {
            self.cut_page(class, size)?;
        }
        let full = ArenaError::Full { cap: self.cap };
        let place = self.free.get_mut(class).and_then(Vec::pop).ok_or(full)?;
        let region = self.regions.get(place.region).ok_or(full)?;
        // SAFETY: `cut_page` makes only places whose slot ends inside their region; regions stay.
        let start = unsafe { region.start().add(place.offset) };
        self.in_use += size;
        Ok((place, start, size))
    }

    /// Cuts [`LARGEST`] fresh bytes into slots of a class. Bytes never go from one class to another.
    fn cut_page(&mut self, class: usize, size: usize) -> Result<(), ArenaError> {
        if self.regions.last().is_none_or(|newest| self.cut + LARGEST > newest.len()) {
            self.grow()?;
        }
        let region = self.regions.len() - 1;
        let count = LARGEST / size;
        if let (Some(free), Some(made)) = (self.free.get_mut(class), self.made.get_mut(class)) {
            *made += count;
            // Room for every slot of the class, so that giving one back never allocates.
            free.reserve(*made);
            let offsets = (0..count).rev().map(|slot| self.cut + slot * size);
            free.extend(offsets.map(|offset| Place { region, offset }));
        }
        self.cut += LARGEST;
        Ok(())
    }

    fn grow(&mut self) -> Result<(), ArenaError> {
        let room = self.cap.saturating_sub(self.mapped()) / LARGEST * LARGEST;
        let bytes = self.region_bytes.min(room);
        if bytes == 0 {
            return Err(ArenaError::Full { cap: self.cap });
        }
        self.regions.push(Region::new(bytes, self.policy)?);
        self.cut = 0;
        Ok(())
    }

    fn give_back(&mut self, place: Place, size: usize) {
        self.in_use = self.in_use.saturating_sub(size);
        if let Some(free) = class(size).ok().and_then(|(class, _)| self.free.get_mut(class)) {
            free.push(place);
        }
    }
}

/// One slot: wiped and given back when dropped. Keeps its arena alive.
pub(crate) struct Slot {
    start: NonNull<u8>,
    size: usize,
    place: Place,
    slots: Arc<Mutex<Slots>>,
}

impl Slot {
    /// A slot for `bytes` bytes, zeros, aligned to its size: `bytes` rounded up to a power of two.
    pub(crate) fn take(slots: &Arc<Mutex<Slots>>, bytes: usize) -> Result<Self, ArenaError> {
        let taken = slots.lock().unwrap_or_else(PoisonError::into_inner).take(bytes);
        let (place, start, size) = taken?;
        Ok(Self { start, size, place, slots: Arc::clone(slots) })
    }

    /// Its first byte; the slot alone has it.
    pub(crate) fn start(&self) -> NonNull<u8> {
        self.start
    }

    /// The arena that it is from.
    pub(crate) fn slots(&self) -> &Arc<Mutex<Slots>> {
        &self.slots
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let start = self.start.cast::<MaybeUninit<u8>>().as_ptr();
        // SAFETY: the slot is ours alone until it is given back below, and its region lives as long as `slots`.
        wipe(unsafe { slice::from_raw_parts_mut(start, self.size) });
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        slots.give_back(self.place, self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_the_next_power_of_two() {
        for (bytes, expected) in [
            (0, (0, 16)),
            (16, (0, 16)),
            (17, (1, 32)),
            (33, (2, 64)),
            (4095, (8, 4096)),
            (4096, (8, 4096)),
        ] {
            assert_eq!(class(bytes), Ok(expected), "{bytes}");
        }
        assert_eq!(class(4097), Err(ArenaError::TooLarge { wanted: 4097 }));
        assert_eq!(CLASSES, 9);
    }

    #[test]
    fn a_slot_that_was_dropped_is_zeros_and_comes_again() {
        let slots = Arc::new(Mutex::new(Slots::new(4096, 4096, Policy::default()).unwrap()));
        for bytes in [16, 48, 1000] {
            let slots = Arc::new(Mutex::new(Slots::new(4096, 4096, Policy::default()).unwrap()));
            let slot = Slot::take(&slots, bytes).unwrap();
            let (start, size) = (slot.start(), slot.size);
            assert_eq!(start.as_ptr().addr() % size, 0, "{bytes}");
            // SAFETY: in use, and ours.
            unsafe { start.write_bytes(0xA5, size) };
            drop(slot);
            // SAFETY: free, but mapped for as long as `slots`.
            let bytes_after = unsafe { slice::from_raw_parts(start.as_ptr(), size) };
            assert!(bytes_after.iter().all(|byte| *byte == 0), "{bytes}");
            assert_eq!(slots.lock().unwrap().in_use(), 0);
            assert_eq!(Slot::take(&slots, bytes).unwrap().start(), start);
        }
        // One page is of one class, and there is no second.
        let small = Slot::take(&slots, 16).unwrap();
        let refused = Slot::take(&slots, 32).map(|_| ());
        assert_eq!(refused, Err(ArenaError::Full { cap: 4096 }));
        assert_eq!(slots.lock().unwrap().in_use(), 16);
        drop(small);
    }
}
