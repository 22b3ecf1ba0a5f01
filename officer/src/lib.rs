//! What an officer and an appliance share: the officer's file, logins, and shares of an LMK that only one officer can open.
//!
//! | module | holds |
//! |---|---|
//! | [`identity`] | an officer's keys, unlocked |
//! | [`identity_file`] | the same as they lie on a disk: sealed by a passphrase |
//! | [`passphrase`] | Argon2id (RFC 9106) and what it costs |
//! | [`login`] | the signature that brings an officer to a connection |
//! | [`share`] | HPKE (RFC 9180): sealing a share to its holder |
//! | [`share_file`] | a sealed share on a disk |
//! | [`file`](mod@file) | files that are written whole or not at all |
//! | [`random`] | where randomness comes from |
#![forbid(unsafe_code)]

pub mod error;
pub mod file;
pub mod identity;
pub mod identity_file;
pub mod login;
pub mod passphrase;
pub mod random;
pub mod share;
pub mod share_file;

mod fields;
mod text;

pub use error::OfficerError;
pub use identity::Identity;
pub use identity_file::IdentityFile;
pub use share_file::ShareFile;
