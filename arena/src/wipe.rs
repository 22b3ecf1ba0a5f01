//! Zeros that the compiler cannot leave out, and work that leaves nothing on the stack.

use crate::pool::{PooledStack, StackPool};
use crate::region::Policy;
use crate::registers::wipe_registers;
use corosensei::on_stack;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::OnceLock;
use zeroize::{optimization_barrier, zeroize_stack};

/// Bytes of the stacks that work is moved to, for a cipher and for whatever else: all of one is wiped every time.
const SMALL: usize = 64 << 10;
const LARGE: usize = 256 << 10;

/// Bytes that [`with_stack_wiped`] locks where two threads are at work with it, each within another.
pub const APART: usize = 2 * (2 * LARGE + SMALL);

/// Work that is thought to take as much gets a small one.
const LITTLE: usize = 16 << 10;

/// More than are ever in use; each is mapped when it is first needed, and kept.
const MOST: usize = 64;

/// Writes zeros. One `memset`, so that whole stacks stay cheap: `Zeroize` for bytes stores them singly.
pub(crate) fn wipe(bytes: &mut [MaybeUninit<u8>]) {
    bytes.fill(MaybeUninit::new(0));
    optimization_barrier(bytes);
}

/// Runs `work` on a stack in secret memory, wiped afterwards with the registers, also if it panics. For code that meets
/// secrets on a thread whose own stack is ordinary memory.
///
/// Where there is no such stack it runs on that of the thread, and zeros are written over the `N` bytes that it may have used
/// of it. `N` is a guess at how deep `work` goes; 65 536 was enough for the ciphers that were measured. The stack needs `N`
/// bytes of room. That is best effort, as with [`zeroize_stack`]: the compiler gives no promise about stacks, and while
/// it runs the stack can be read.
///
/// What `work` returns, and what it takes with it by value, goes over the stack of the caller: it should be no secret, and
/// have no gaps, as an enum of large and small values has. A gap takes along whatever lay there, and so do values
/// that are moved to the heap: code that keeps structures there should not share a stack with a cipher.
pub fn with_stack_wiped<const N: usize, R>(work: impl FnOnce() -> R) -> R {
    const { assert!(N <= LARGE) };
    match stack(N) {
        Some(stack) => on(stack, work),
        None => wiped::<N, R>(work),
    }
}

fn stack(depth: usize) -> Option<PooledStack> {
    type Stacks = OnceLock<Option<StackPool>>;
    static STACKS: [Stacks; 2] = [Stacks::new(), Stacks::new()];
    let [small, large] = &STACKS;
    let (stacks, bytes) = if depth <= LITTLE { (small, SMALL) } else { (large, LARGE) };
    let stacks = stacks.get_or_init(|| StackPool::new(bytes, 0, MOST, Policy::PreferSecret).ok());
    stacks.as_ref()?.take().ok()
}

fn on<R>(stack: PooledStack, work: impl FnOnce() -> R) -> R {
    // No panic may leave the stack that it began on: `corosensei` is built without `unwind`.
    let ended = on_stack(stack, || catch_unwind(AssertUnwindSafe(work)));
    ended.unwrap_or_else(|panic| resume_unwind(panic))
}

fn wiped<const N: usize, R>(work: impl FnOnce() -> R) -> R {
    struct Wipe<const N: usize>;
    impl<const N: usize> Drop for Wipe<N> {
        fn drop(&mut self) {
            zeroize_stack::<N>();
            wipe_registers();
        }
    }
    let _wipe = Wipe::<N>;
    apart(work)
}

/// A frame of its own below the caller's, so that what is wiped lies where `work` was.
#[inline(never)]
fn apart<R>(work: impl FnOnce() -> R) -> R {
    work()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[inline(never)]
    fn here() -> usize {
        let local = black_box(0u8);
        (&raw const local).addr()
    }

    #[test]
    fn it_runs_elsewhere_and_panics_come_back() {
        let (outside, inside) = (here(), with_stack_wiped::<4096, _>(here));
        assert!(outside.abs_diff(inside) > SMALL, "{outside:x} {inside:x}");
        // One within another, and again after a panic.
        let both = with_stack_wiped::<4096, _>(|| (here(), with_stack_wiped::<4096, _>(here)));
        assert!(both.0.abs_diff(both.1) > 4096);
        let panicked = catch_unwind(|| {
            with_stack_wiped::<4096, _>(|| -> () { resume_unwind(Box::new(7u8)) });
        });
        assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&7u8));
        assert_eq!(with_stack_wiped::<{ LITTLE + 1 }, _>(|| 5), 5);
        assert_eq!(wiped::<4096, _>(|| 6), 6);
    }
}
