//! A copy of the store, ciphertext as it is. To restore it, it is put in place of the store.

use super::StoreRefused;
use super::database::{all, beside, put_in_place, write_new};
use redb::Database;
use std::path::Path;

pub(super) fn copy(database: &Database, to: &Path) -> Result<(), StoreRefused> {
    if to.exists() {
        return Err(StoreRefused::Exists);
    }
    let new = beside(to, "new");
    write_new(&new, &all(database)?)?;
    put_in_place(&new, to)
}
