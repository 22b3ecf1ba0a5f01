//! What an issuer's appliance remembers of a card, and the steps that are legal: pure state machines.
//!
//! Each row is a value that a store changes atomically ([`Row`] says its bytes). Nothing here does I/O, has a key, a clock or
//! randomness: time is an argument, unix seconds, and codes are computed by the caller between two steps. A step that is refused
//! says so in an enum whose variants are the error codes of docs/decisions/008-issuing.md.
#![forbid(unsafe_code)]

pub mod dcvv2;
pub mod limit;
pub mod pin;
pub mod product;
pub mod range;
pub mod row;
pub mod token;

pub use row::{Row, RowError};
