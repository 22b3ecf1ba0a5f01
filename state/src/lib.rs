//! Rows that are changed atomically and durably: tries of a PIN, counters, tokens. To this crate they are bytes.
//!
//! # What is promised, in which order
//! 1. Changes of one row happen one after the other, and a change of several rows happens to all of them at one time or
//!    to none ([`Store::change`]). Whoever reads or changes next sees it.
//! 2. A change whose [`Kept`] came to `Ok` outlives the process and the power. Nothing may be answered before that: not
//!    even what was only looked at, since it may be a change of somebody else that is not kept yet.
//! 3. If it does not come to `Ok`, the store gives no verdict. [`Embedded`]: nothing since the last durable change
//!    counts, for nobody, unless the very last write reached the disk although the system said it failed. [`Postgres`]:
//!    the change counts wholly or not at all.
//! 4. Changes that were kept are never undone, also where others after them failed.
//!
//! [`Embedded`] is a file of one process; changes that wait together share one write to the disk. [`Postgres`] is for
//! several appliances with the same rows; its server has to be trusted not to go back in time, as has the disk of
//! [`Embedded`].
#![forbid(unsafe_code)]

mod embedded;
mod postgres;
mod receipt;
mod row;
mod store;
#[cfg(feature = "testing")]
pub mod testing;

pub use embedded::Embedded;
pub use postgres::Postgres;
pub use receipt::{Kept, Receipt};
pub use row::{MOST_KEYS, MOST_VALUE, Row, RowKey};
pub use store::{Store, Unavailable, Verdict};
