//! LO: put a decimalisation table from under the old LMK under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::TableRefused;
use payhsm_protocol::command::lo_migrate_table::{MigrateTable, MigratedTable};

impl Handle for MigrateTable {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<MigratedTable> {
        // Whatever the settings allow: a table in clear needs nobody to put it under the LMK for a caller.
        let (old_lmk, lmk) = (context.old_lmk()?, context.lmk()?);
        let table = old_lmk
            .open_table(&request.table, false)
            .and_then(|open| lmk.seal_table(&open))
            .map_err(TableRefused::code)?;
        Ok(MigratedTable { table }.into())
    }
}
