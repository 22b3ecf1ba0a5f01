//! Secret memory: the place where clear keys live, and stacks for the code that works on them.
//!
//! Memory comes from `memfd_secret(2)` where the kernel has it: not in dumps, not in swap, not in `/proc/PID/mem`, not
//! even for root. Elsewhere it is locked, kept out of dumps and wiped on fork, and [`Protection`] says so. What this
//! does and does not defend against is told in the README.
//!
//! ```
//! use payhsm_arena::{Arena, Options};
//!
//! let arena = Arena::new(Options::default())?;
//! let mut key = arena.zeroed(32)?;
//! key.copy_from_slice(&[7; 32]);
//! assert_eq!(format!("{key:?}"), "ArenaBox(32 bytes)");
//! drop(key); // wiped
//! # Ok::<(), payhsm_arena::ArenaError>(())
//! ```
//!
//! **Linux only.** A process that holds an arena must not `fork` and go on without `exec`: the child has none of this
//! memory (or finds zeros in it), and touching it there ends the child.

mod arena;
mod boxed;
mod error;
mod harden;
mod limits;
mod pages;
mod place;
mod pool;
mod read;
mod region;
mod registers;
mod slots;
mod stack;
mod wipe;

pub use arena::{Arena, Options, Usage, global, init};
pub use boxed::ArenaBox;
pub use error::{ArenaError, PlaceError, ReadError, SystemError};
pub use harden::{Hardening, harden_process};
pub use pool::{PooledStack, StackPool};
pub use region::{Policy, Protection, Region};
pub use registers::wipe_registers;
pub use slots::LARGEST;
pub use stack::SecretStack;
pub use wipe::{APART, with_stack_wiped};
