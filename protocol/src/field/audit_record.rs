//! A record of the audit log as the host dialect has it.

use super::{always_valid, names_nothing};
use wincode::{SchemaRead, SchemaWrite};

/// 40 bytes: counter 4, hour, minute, second, day, month and year 6, command 2, mask 2, outcome 2, MAC 8, what the MAC was
/// drawn with 16. Nothing in it is secret, and nobody needs it in a log.
#[derive(Clone, Copy, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct AuditRecord(pub [u8; 40]);

impl std::fmt::Debug for AuditRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AuditRecord(40 B)")
    }
}

always_valid!(AuditRecord);
names_nothing!(AuditRecord);
