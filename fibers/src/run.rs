//! Runs the tasks of a batch side by side.

use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use core::ptr::NonNull;
use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, Yielder, on_stack};

use crate::batch::Batch;
use crate::seat::{Seat, Stage, on_a_fiber};

/// The most tasks that run side by side: as many as the blocks in a register of the fastest kernel. The stacks of more
/// push each other out of the cache.
pub const TOGETHER: usize = 8;

/// The fewest tasks for which stacks of their own pay: two cost as much as they save.
pub const FEWEST: usize = 4;

/// Bytes of a stack. What a task never touches costs no memory.
const STACK: usize = 256 * 1024;

/// Stacks, kept for the next batch. One for each thread.
pub struct Fibers<S: Stack = DefaultStack> {
    make: fn() -> io::Result<S>,
    /// `None` while tasks run.
    spare: Cell<Option<Vec<S>>>,
}

impl<S: Stack> fmt::Debug for Fibers<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fibers(..)")
    }
}

impl Default for Fibers {
    fn default() -> Self {
        Self::with_stacks(|| DefaultStack::new(STACK))
    }
}

/// What the tasks of a batch share; each has it to itself from its turn to its end.
pub struct InTurn<'t, T: ?Sized> {
    shared: NonNull<T>,
    /// `None` where tasks run one after the other anyway.
    place: Option<Place<'t>>,
    lent: PhantomData<&'t mut T>,
}

#[derive(Clone, Copy)]
struct Place<'t> {
    seat: &'t Seat<'t>,
    index: usize,
    turn: &'t Cell<usize>,
}

impl<T: ?Sized> fmt::Debug for InTurn<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InTurn(..)")
    }
}

impl<'t, T: ?Sized> InTurn<'t, T> {
    /// Waits until every earlier task has ended.
    #[must_use]
    pub fn take(self) -> &'t mut T {
        if let Some(Place { seat, index, turn }) = self.place {
            while turn.get() != index {
                seat.enter(Stage::WaitsForItsTurn);
                // SAFETY: what is in turn cannot leave the task, which is the only one on its fiber.
                unsafe { seat.suspend() };
            }
        }
        let mut shared = self.shared;
        // SAFETY: earlier tasks have ended, later ones wait, and this one has no second handle.
        unsafe { shared.as_mut() }
    }
}

impl<S: Stack> Fibers<S> {
    /// Fibers on stacks that `make` makes, when they are first needed.
    #[must_use]
    pub const fn with_stacks(make: fn() -> io::Result<S>) -> Self {
        Self { make, spare: Cell::new(Some(Vec::new())) }
    }

    /// Runs `task` once for each of `items` and returns when all have ended. From [`FEWEST`] up to
    /// [`TOGETHER`] of them run side by side. Fewer run one after the other, they too on a stack of ours. Those that a
    /// task runs itself, and all where no stack can be made, run one after the other on the stack of the caller.
    ///
    /// # Panics
    /// If a task panics those beside it still come to their end; the first panic in the order of `items` then goes on
    /// here, and what has not begun does not begin.
    pub fn run<I, T: ?Sized>(&self, items: &[I], shared: &mut T, task: impl Fn(&I, InTurn<'_, T>)) {
        let stacks = if on_a_fiber() { None } else { self.spare.take() };
        let Some(mut stacks) = stacks else { return one_by_one(items, shared, &task) };
        let ended = catch_unwind(AssertUnwindSafe(|| {
            self.run_on(&mut stacks, items, shared, &task);
        }));
        self.spare.set(Some(stacks));
        if let Err(panic) = ended {
            resume_unwind(panic);
        }
    }

    fn run_on<I, T: ?Sized>(
        &self,
        stacks: &mut Vec<S>,
        items: &[I],
        shared: &mut T,
        task: &impl Fn(&I, InTurn<'_, T>),
    ) {
        let mut rest = items;
        while rest.len() >= FEWEST {
            let wanted = rest.len().min(TOGETHER);
            self.provide(stacks, wanted);
            let (now, later) = rest.split_at(wanted.min(stacks.len()));
            if now.is_empty() {
                break;
            }
            rest = later;
            if let Some(panic) = side_by_side(now, shared, task, stacks) {
                resume_unwind(panic);
            }
        }
        if rest.is_empty() {
            return;
        }
        self.provide(stacks, 1);
        match stacks.last_mut() {
            Some(stack) => {
                // No panic may leave the stack that it is on.
                let tasks = AssertUnwindSafe(|| one_by_one(rest, shared, task));
                if let Err(panic) = on_stack(stack, || catch_unwind(tasks)) {
                    resume_unwind(panic);
                }
            }
            None => one_by_one(rest, shared, task),
        }
    }

    /// Makes stacks until there are `wanted`, or no more can be had.
    fn provide(&self, stacks: &mut Vec<S>, wanted: usize) {
        while stacks.len() < wanted
            && let Ok(stack) = (self.make)()
        {
            stacks.push(stack);
        }
    }
}

/// Runs the tasks on this stack.
fn one_by_one<I, T: ?Sized>(items: &[I], shared: &mut T, task: &impl Fn(&I, InTurn<'_, T>)) {
    for item in items {
        let shared = NonNull::from(&mut *shared);
        task(item, InTurn { shared, place: None, lent: PhantomData });
    }
}

/// Runs a task for each of `items` on a stack of `stacks`, of which there are enough.
fn side_by_side<I, T: ?Sized, S: Stack>(
    items: &[I],
    shared: &mut T,
    task: &impl Fn(&I, InTurn<'_, T>),
    stacks: &mut Vec<S>,
) -> Option<Box<dyn Any + Send>> {
    let batch = Batch::new(items.len());
    let seats: [Seat<'_>; TOGETHER] = core::array::from_fn(|_| Seat::new(&batch));
    let turn = Cell::new(0);
    let shared = NonNull::from(shared);
    let mut fibers = [const { None }; TOGETHER];
    let places = fibers.iter_mut().zip(&seats).zip(items).zip(stacks.drain(..items.len()));
    for (index, (((fiber, seat), item), stack)) in places.enumerate() {
        let place = Place { seat, index, turn: &turn };
        let body = move |yielder: &Yielder<(), ()>, ()| {
            seat.begin(yielder);
            let in_turn = InTurn { shared, place: Some(place), lent: PhantomData };
            let ended = catch_unwind(AssertUnwindSafe(|| task(item, in_turn)));
            seat.panic.set(ended.err());
            seat.enter(Stage::Ended);
        };
        // SAFETY: all that it borrows outlives the loop below, which does not end before the fiber has.
        *fiber = Some(unsafe { Coroutine::<(), (), (), S>::with_stack_unchecked(stack, body) });
    }
    while turn.get() < items.len() {
        for (index, (fiber, seat)) in fibers.iter_mut().zip(&seats).enumerate().skip(turn.get()) {
            let Some(fiber) = fiber else { break };
            match seat.stage() {
                Stage::AtWork => {}
                Stage::WaitsForItsTurn if turn.get() == index => seat.enter(Stage::AtWork),
                Stage::WaitsForItsTurn | Stage::Ended => continue,
            }
            seat.occupied(|| fiber.resume(()));
            while seats.get(turn.get()).is_some_and(|seat| seat.stage() == Stage::Ended) {
                turn.set(turn.get() + 1);
            }
        }
    }
    stacks.extend(fibers.into_iter().flatten().map(Coroutine::into_stack));
    seats.iter().find_map(|seat| seat.panic.take())
}
