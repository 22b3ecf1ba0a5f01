//! What the fibers of one batch share: how many are at work, and the blocks that wait.

use core::cell::Cell;
use core::ptr::NonNull;

use payhsm_tdes::{Kernel, Key};
use zeroize::Zeroize;

use crate::run::TOGETHER;

/// Which way a block goes through the cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Encrypt,
    Decrypt,
}

/// A block that waits, on the stack of the fiber that waits for it.
pub(crate) struct Job<'a> {
    key: Key<'a>,
    block: Cell<[u8; 8]>,
    direction: Direction,
    done: Cell<bool>,
    /// The one that came before it.
    next: Cell<Option<NonNull<Job<'static>>>>,
}

impl<'a> Job<'a> {
    pub(crate) fn new(key: Key<'a>, block: [u8; 8], direction: Direction) -> Self {
        let (block, done, next) = (Cell::new(block), Cell::new(false), Cell::new(None));
        Self { key, block, direction, done, next }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.done.get()
    }

    pub(crate) fn block(&self) -> [u8; 8] {
        self.block.get()
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.block.get_mut().zeroize();
    }
}

/// What the fibers of one batch share.
pub(crate) struct Batch {
    /// Fibers that may come to a block: those that have not ended and do not wait for their turn.
    pub(crate) at_work: Cell<usize>,
    /// The last of the jobs that wait.
    waiting: Cell<Option<NonNull<Job<'static>>>>,
}

impl Batch {
    pub(crate) fn new(fibers: usize) -> Self {
        Self { at_work: Cell::new(fibers), waiting: Cell::new(None) }
    }

    /// Puts `job` with those that wait.
    ///
    /// # Safety
    /// It must stay where it is until it is done.
    pub(crate) unsafe fn wait(&self, job: &Job<'_>) {
        job.next.set(self.waiting.get());
        self.waiting.set(Some(NonNull::from(job).cast()));
    }

    /// Puts every block that waits through the cipher.
    pub(crate) fn put_through(&self) {
        let first = self.waiting.take();
        let kernel = Kernel::detect();
        for direction in [Direction::Encrypt, Direction::Decrypt] {
            put_through(kernel, first, direction);
        }
    }
}

fn jobs<'a>(first: Option<NonNull<Job<'static>>>) -> impl Iterator<Item = &'a Job<'a>> {
    let mut next = first;
    core::iter::from_fn(move || {
        // SAFETY: who put it there promised that it stays until it is done, and it is not.
        let job: &Job<'_> = unsafe { next?.as_ref() };
        next = job.next.get();
        Some(job)
    })
}

fn put_through(kernel: Kernel, first: Option<NonNull<Job<'static>>>, direction: Direction) {
    let mut jobs = jobs(first).filter(|job| job.direction == direction).peekable();
    while let Some(&any) = jobs.peek() {
        let mut taken = [any; TOGETHER];
        let mut count = 0;
        for (place, job) in taken.iter_mut().zip(jobs.by_ref()) {
            *place = job;
            count += 1;
        }
        let taken = taken.get(..count).unwrap_or_default();
        let mut keys = [any.key; TOGETHER];
        let mut blocks = [[0; 8]; TOGETHER];
        for ((key, block), job) in keys.iter_mut().zip(&mut blocks).zip(taken) {
            *key = job.key;
            *block = job.block.get();
        }
        let (keys, filled) = (keys.get(..count), blocks.get_mut(..count));
        let (keys, filled) = (keys.unwrap_or_default(), filled.unwrap_or_default());
        // As many keys as blocks: it cannot refuse.
        let put = match direction {
            Direction::Encrypt => kernel.encrypt_batch(keys, filled),
            Direction::Decrypt => kernel.decrypt_batch(keys, filled),
        };
        debug_assert!(put.is_ok());
        for (job, block) in taken.iter().zip(filled) {
            job.block.set(*block);
            job.done.set(true);
        }
        blocks.zeroize();
    }
}
