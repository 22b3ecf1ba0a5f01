//! Q6: let go of retrieved records of the audit log. It deletes nothing: the log only grows.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::command::q6_release_audit_records::{
    ReleaseAuditRecords, ReleaseMode, ReleasedAuditRecords,
};

impl Handle for ReleaseAuditRecords {
    const POLICY: Policy = Policy::EVERYWHERE.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"Q6"))
    }

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<ReleasedAuditRecords> {
        let audit = context.audit()?;
        let count = match request.mode {
            ReleaseMode::Retrieved => audit.release()?,
            ReleaseMode::Archived => audit.release_archived()?,
        };
        Ok(ReleasedAuditRecords { count }.into())
    }
}
