//! Requests that came together run side by side, each on a stack of its own, so that their TDES blocks go through the
//! cipher together: a block alone costs as much as eight.
//!
//! A task that needs one block through TDES calls [`tdes::encrypt`] or [`tdes::decrypt`], like any function. On a fiber,
//! with others at work beside it, it is put aside there until the others have come to a block of theirs or to their end;
//! then whoever goes on first puts all the blocks through. Anywhere else the cipher is called at once. The code of a task
//! does not show any of it, and everything happens on the thread that called [`Fibers::run`], before that returns.
//!
//! Tasks too few for that run on one of the stacks, one after the other, so that with stacks of secret memory
//! ([`Fibers::with_stacks`]) whatever tasks keep on their stack is there and nowhere else.
//!
//! ```
//! use payhsm_fibers::Fibers;
//!
//! let fibers = Fibers::default();
//! let mut output = Vec::new();
//! fibers.run(&[3, 1, 2], &mut output, |item, output| {
//!     // Here the tasks take turns; whatever of this waits for a block leaves the thread to the others.
//!     let doubled = item * 2;
//!     // From here on a task has `output` to itself: those before it have ended.
//!     output.take().push(doubled);
//! });
//! assert_eq!(output, [6, 2, 4]);
//! ```

mod batch;
mod run;
mod seat;
pub mod tdes;

pub use corosensei::stack::{DefaultStack, Stack};
pub use run::{FEWEST, Fibers, InTurn, TOGETHER};
