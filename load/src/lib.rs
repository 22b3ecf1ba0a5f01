//! The load program of payhsm, as a library: drive a daemon in closed loop and compare it with a
//! server that does nothing.
//!
//! | module | holds |
//! |---|---|
//! | [`target`] | where the load goes, and how to get there |
//! | [`prepare`] | what each command needs before it can be sent a million times |
//! | [`template`] | a request, encoded once, of which only the number changes |
//! | [`drive`] | the closed loop, in slices that alternate between the sides |
//! | [`lane`] | one connection of it |
//! | [`tally`] | what was measured |
//! | [`null_server`] | the limit: same TLS, same frames, no work |
//! | [`null_process`] | the same, as a process of its own |
//! | [`report`] | what came out, for a person or as JSON |
#![forbid(unsafe_code)]

pub mod drive;
pub mod lane;
pub mod null_process;
pub mod null_server;
pub mod prepare;
pub mod report;
pub mod tally;
pub mod target;
pub mod template;
