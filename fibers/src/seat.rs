//! Where a fiber sits in its batch, and which fiber this thread is on.

use core::cell::Cell;
use core::ptr::{self, NonNull};
use std::any::Any;

use corosensei::Yielder;

use crate::batch::Batch;

/// How far a fiber has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It runs, or will when it is resumed.
    AtWork,
    /// It waits until those before it have ended.
    WaitsForItsTurn,
    /// It has returned or panicked.
    Ended,
}

/// One fiber of a batch, as it sees itself.
pub(crate) struct Seat<'b> {
    pub(crate) batch: &'b Batch,
    stage: Cell<Stage>,
    /// What switches back, once the fiber has begun: it lies at the root of the fiber's stack.
    yielder: Cell<Option<NonNull<Yielder<(), ()>>>>,
    pub(crate) panic: Cell<Option<Box<dyn Any + Send>>>,
}

thread_local! {
    /// The seat of the fiber that this thread is on; null outside.
    static CURRENT: Cell<*const Seat<'static>> = const { Cell::new(ptr::null()) };
}

/// Whether this thread is on a fiber.
pub(crate) fn on_a_fiber() -> bool {
    !CURRENT.get().is_null()
}

/// Calls `act` with the seat of the fiber that this thread is on.
#[inline]
pub(crate) fn with_current<R>(act: impl FnOnce(&Seat<'_>) -> R) -> Option<R> {
    // SAFETY: it is set for as long as the fiber runs, and a seat lives longer than its fiber.
    let seat = unsafe { CURRENT.get().as_ref() }?;
    Some(act(seat))
}

impl<'b> Seat<'b> {
    pub(crate) fn new(batch: &'b Batch) -> Self {
        let (stage, yielder) = (Cell::new(Stage::AtWork), Cell::new(None));
        Self { batch, stage, yielder, panic: Cell::new(None) }
    }

    /// Runs `resume`, which goes on with this fiber, as the fiber that this thread is on.
    #[inline]
    pub(crate) fn occupied<R>(&self, resume: impl FnOnce() -> R) -> R {
        CURRENT.set(ptr::from_ref(self).cast());
        let result = resume();
        CURRENT.set(ptr::null());
        result
    }

    /// The fiber has begun, on the stack at whose root `yielder` lies.
    pub(crate) fn begin(&self, yielder: &Yielder<(), ()>) {
        self.yielder.set(Some(NonNull::from(yielder)));
    }

    pub(crate) fn stage(&self) -> Stage {
        self.stage.get()
    }

    pub(crate) fn enter(&self, stage: Stage) {
        let at_work = &self.batch.at_work;
        match (self.stage.replace(stage), stage) {
            (Stage::AtWork, Stage::WaitsForItsTurn | Stage::Ended) => {
                at_work.set(at_work.get() - 1);
            }
            (Stage::WaitsForItsTurn, Stage::AtWork) => at_work.set(at_work.get() + 1),
            _ => {}
        }
    }

    /// Leaves the thread to the other fibers until this one is resumed.
    ///
    /// # Safety
    /// This thread must be on this fiber.
    #[inline]
    pub(crate) unsafe fn suspend(&self) {
        if let Some(yielder) = self.yielder.get() {
            // SAFETY: it lies on the stack that we are on.
            unsafe { yielder.as_ref() }.suspend(());
        }
    }
}
