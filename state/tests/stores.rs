//! What every store promises, asked of both: of the embedded one always, of PostgreSQL where there is one.
//!
//! `PAYHSM_TEST_POSTGRES` has the url of a database to use; without it a server is started, where one is installed.
#![cfg(test)]

#[path = "stores/embedded.rs"]
mod embedded;
#[path = "stores/killed.rs"]
mod killed;
#[path = "stores/postgres.rs"]
mod postgres;
#[path = "stores/suite.rs"]
mod suite;

use payhsm_state::{Kept, RowKey, Store, Unavailable, Verdict};
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

/// A row that no other test has, also not one of an earlier run on the same database.
fn key(test: u8, number: u8) -> RowKey {
    static RUN: OnceLock<u64> = OnceLock::new();
    let run = RUN.get_or_init(|| RandomState::new().hash_one(0));
    let mut id = [number; 16];
    id[..8].copy_from_slice(&run.to_be_bytes());
    RowKey { kind: test, id }
}

fn number(row: Option<&Vec<u8>>) -> u64 {
    row.map_or(0, |row| u64::from_be_bytes(row.as_slice().try_into().unwrap()))
}

/// Adds one to every row.
fn increment(store: &dyn Store, keys: &[RowKey]) -> Result<(), Unavailable> {
    let kept = store.change(keys, &mut |rows| {
        for row in rows {
            *row = Some((number(row.as_ref()) + 1).to_be_bytes().to_vec());
        }
        Verdict::Write
    });
    kept.and_then(Kept::wait)
}

fn read_number(store: &dyn Store, key: RowKey) -> u64 {
    number(store.read(&key).unwrap().as_ref())
}
