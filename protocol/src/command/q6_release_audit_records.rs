//! Q6: let go of records of the audit log, none of which is ever deleted. Source: docs/protocol/Q6.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::{Checked, names_nothing};
use crate::host::{Fields, Writer};
use wincode::{SchemaRead, SchemaWrite};

request! {
    /// Asks for what other units do by deleting.
    pub struct ReleaseAuditRecords {
        /// Which records.
        pub mode: ReleaseMode,
    }
}

/// Which records are let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ReleaseMode {
    /// `0`: those that have been retrieved.
    Retrieved,
    /// `1`: those that have been printed, which none has.
    Archived,
}

names_nothing!(ReleaseMode);

impl Checked for ReleaseMode {
    fn check(&self) -> Result<(), ErrorCode> {
        Ok(())
    }
}

reply! {
    /// How many.
    pub struct ReleasedAuditRecords {
        /// 1 to 2000.
        pub count: u16,
    }
}

impl Command for ReleaseAuditRecords {
    const OPCODE: Opcode = Opcode::Q6;
    type Reply = ReleasedAuditRecords;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        let mode = match &fields.chars()? {
            b"0" => ReleaseMode::Retrieved,
            b"1" => ReleaseMode::Archived,
            _ => return Err(ErrorCode::InvalidInput),
        };
        Ok(Self { mode })
    }
}

impl Reply for ReleasedAuditRecords {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.decimal(usize::from(self.count), 4);
    }
}
