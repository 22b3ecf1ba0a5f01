//! Q8: check the MAC of a record that Q2 gave. Source: docs/protocol/Q8.md.

use super::{Command, Done, Opcode};
use crate::ErrorCode;
use crate::field::AuditRecord;
use crate::host::Fields;

request! {
    /// Asks whether this appliance gave the record out as it is.
    pub struct VerifyAuditRecord {
        /// As Q2 gave it.
        pub record: AuditRecord,
    }
}

impl Command for VerifyAuditRecord {
    const OPCODE: Opcode = Opcode::Q8;
    type Reply = Done;

    fn decode_host(fields: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self { record: AuditRecord(fields.hex_bytes()?) })
    }
}
