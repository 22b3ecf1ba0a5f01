//! Q8: check the MAC of a record that Q2 gave.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::q8_verify_audit_record::VerifyAuditRecord;

impl Handle for VerifyAuditRecord {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        if context.audit()?.verifies(&request.record.0)? {
            Ok(Done::Done.into())
        } else {
            Err(ErrorCode::VerificationFailed)
        }
    }
}
