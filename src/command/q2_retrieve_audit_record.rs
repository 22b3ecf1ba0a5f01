//! Q2: the next record of the audit log.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::command::q2_retrieve_audit_record::{
    RetrieveAuditRecord, RetrievedAuditRecord,
};
use payhsm_protocol::field::AuditRecord;

impl Handle for RetrieveAuditRecord {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(_: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<RetrievedAuditRecord> {
        let record = context.audit()?.retrieve(context.random)?;
        Ok(RetrievedAuditRecord { record: AuditRecord(record) }.into())
    }
}
