//! The record of every command: how it is kept, and how anybody checks it with public keys alone.
//!
//! Entries ([`record`]) are leaves of a Merkle tree ([`hash`]; RFC 6962). docs/audit.md tells an auditor what to do with it.
#![forbid(unsafe_code)]

pub mod checkpoint;
pub mod cosignature;
pub mod hash;
pub mod key_change;
pub mod log;
pub mod note;
#[cfg(feature = "program")]
pub mod program;
pub mod proof;
pub mod record;
pub mod tile;
pub mod tree;
pub mod verify;
pub mod witness;
