//! The language of payhsm.
//!
//! Two dialects carry one set of typed commands: the **host** dialect (Thales-like, text) and the
//! **compact** dialect (binary). This crate turns bytes into typed requests and typed replies into
//! bytes. It does no I/O, knows no cipher, no clock and no randomness, and never allocates from a
//! length that it has not checked.
//!
//! | module | holds |
//! |---|---|
//! | [`frame`] | where a message starts and ends, in both dialects |
//! | [`field`] | the vocabulary: keys, PIN blocks, accounts, tables … |
//! | [`host`] | reading and writing the fields of the host dialect |
//! | [`compact`] | the encoding of the compact dialect |
//! | [`command`] | one file a command, and the table of them all |
//! | [`error_code`] | every two-character code that an answer can carry |
//! | [`officer`] | what the officers' console and the daemon say to each other |
#![forbid(unsafe_code)]
#![expect(
    clippy::mem_forget,
    reason = "the drop guards that wincode derives are forgotten on success"
)]

pub mod command;
pub mod compact;
pub mod error_code;
pub mod field;
pub mod frame;
pub mod host;
pub mod officer;

pub use command::{Command, CommandCode, Opcode};
pub use error_code::ErrorCode;
