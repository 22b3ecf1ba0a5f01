//! Q2: the next record of the audit log. Source: docs/protocol/Q2.md.

use super::{Command, Opcode, Reply};
use crate::ErrorCode;
use crate::field::AuditRecord;
use crate::host::{Fields, Writer};

request! {
    /// Asks for the next record that nobody has retrieved.
    pub struct RetrieveAuditRecord {}
}

reply! {
    /// The record.
    pub struct RetrievedAuditRecord {
        /// As Q8 takes it.
        pub record: AuditRecord,
    }
}

impl Command for RetrieveAuditRecord {
    const OPCODE: Opcode = Opcode::Q2;
    type Reply = RetrievedAuditRecord;

    fn decode_host(_: &mut Fields<'_>) -> Result<Self, ErrorCode> {
        Ok(Self {})
    }
}

impl Reply for RetrievedAuditRecord {
    fn encode_host(&self, writer: &mut Writer<'_>) {
        writer.hex(&self.record.0);
    }
}
