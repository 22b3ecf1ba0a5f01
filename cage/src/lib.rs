//! The cage that a daemon puts itself into: folders and ports that are its own (Landlock), and the calls of the system that
//! it makes (seccomp). Both only ever take away, for good, from the process and whatever it becomes.
//!
//! | module | holds |
//! |---|---|
//! | [`calls()`] | every call that is allowed, a line each, with its reason |
//! | [`filter`] | the table as a filter over all threads; anything else ends the process |
//! | [`ground`] | folders, files and ports, for the thread that asks and those that it starts |
//!
//! The crate knows no daemon: what is allowed enters by argument.
#![forbid(unsafe_code)]

pub mod calls;
pub mod filter;
pub mod ground;

pub use calls::{Call, Need, calls};
pub use filter::{FilterError, lock};
pub use ground::{Fenced, Ground, GroundError, Use};
