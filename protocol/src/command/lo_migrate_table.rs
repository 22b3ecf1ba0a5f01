//! LO: put a decimalisation table from under the old LMK under the LMK. Source: docs/protocol/LO.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::DecimalisationTable;
use crate::host::{Fields, Writer};

request! {
    /// A decimalisation table under the old LMK, to be had under the LMK.
    pub struct MigrateTable {
        /// The table under the old LMK.
        pub table: DecimalisationTable,
    }
}

reply! {
    /// The table.
    pub struct MigratedTable {
        /// Under the LMK.
        pub table: DecimalisationTable,
    }
}

impl Command for MigrateTable {
    const OPCODE: Opcode = Opcode::LO;
    type Reply = MigratedTable;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self { table: fields.encrypted_table()? })
    }
}

impl Reply for MigratedTable {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.encrypted_table(&self.table);
    }
}
