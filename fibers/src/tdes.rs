//! TDES, together with others where there are others.

use payhsm_tdes::{Kernel, Key};

use crate::batch::{Direction, Job};
use crate::seat::{Seat, with_current};

/// Enciphers every block in place under one key (ECB).
#[inline]
pub fn encrypt(key: Key<'_>, blocks: &mut [[u8; 8]]) {
    if !met_others(key, blocks, Direction::Encrypt) {
        Kernel::detect().encrypt_blocks_shared(key, blocks);
    }
}

/// Deciphers every block in place under one key (ECB).
#[inline]
pub fn decrypt(key: Key<'_>, blocks: &mut [[u8; 8]]) {
    if !met_others(key, blocks, Direction::Decrypt) {
        Kernel::detect().decrypt_blocks_shared(key, blocks);
    }
}

/// Puts a single block through with those of the other fibers, if there are others.
#[inline]
fn met_others(key: Key<'_>, blocks: &mut [[u8; 8]], direction: Direction) -> bool {
    let [block] = blocks else { return false };
    with_current(|seat| {
        // A panic counts for the thread: whoever unwinds does not leave it to others.
        if seat.batch.at_work.get() < 2 || std::thread::panicking() {
            return false;
        }
        meet_others(seat, key, block, direction);
        true
    })
    .unwrap_or(false)
}

fn meet_others(seat: &Seat<'_>, key: Key<'_>, block: &mut [u8; 8], direction: Direction) {
    let job = Job::new(key, *block, direction);
    // SAFETY: it stays here until it is done: nothing below unwinds, and a fiber is not dropped before it has ended.
    unsafe { seat.batch.wait(&job) };
    // SAFETY: the seat is that of the fiber we are on.
    unsafe { seat.suspend() };
    // The first to go on puts them all through, on its own stack.
    if !job.is_done() {
        seat.batch.put_through();
    }
    *block = job.block();
}
