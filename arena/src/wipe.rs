//! Zeros that the compiler cannot leave out.

use crate::registers::wipe_registers;
use std::mem::MaybeUninit;
use zeroize::{optimization_barrier, zeroize_stack};

/// Writes zeros. One `memset`, so that whole stacks stay cheap: `Zeroize` for bytes stores them singly.
pub(crate) fn wipe(bytes: &mut [MaybeUninit<u8>]) {
    bytes.fill(MaybeUninit::new(0));
    optimization_barrier(bytes);
}

/// Runs `work` on the stack of this thread, then writes zeros over the `N` bytes that it may have used of it and
/// over the registers, also if it panics. For code that meets secrets and cannot run on a [`SecretStack`](crate::SecretStack).
///
/// `N` is a guess at how deep `work` goes; 65 536 was enough for the ciphers that were measured. The stack needs `N`
/// bytes of room. What `work` returns is the caller's: it should be no secret. Best effort, as with
/// [`zeroize_stack`]: the compiler gives no promise about stacks.
pub fn with_stack_wiped<const N: usize, R>(work: impl FnOnce() -> R) -> R {
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
