//! Commands that show the audit log.

use super::{Kit, PrepareError};
use crate::template::Request;
use payhsm_client::CallError;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::b2_echo::Echo;
use payhsm_protocol::command::q2_retrieve_audit_record::RetrieveAuditRecord;
use payhsm_protocol::command::q6_release_audit_records::{ReleaseAuditRecords, ReleaseMode};
use payhsm_protocol::command::q8_verify_audit_record::VerifyAuditRecord;
use payhsm_protocol::field::{AuditRecord, Bytes};
use std::time::Duration;

/// Records can be retrieved when they are signed, once a second.
const SIGNED: Duration = Duration::from_millis(300);
const TRIES: usize = 20;

/// A record that nobody has retrieved, made if there is none.
async fn record(kit: &Kit) -> Result<AuditRecord, PrepareError> {
    let mut left = TRIES;
    loop {
        match kit.call(&RetrieveAuditRecord {}).await {
            Err(PrepareError::Call {
                error:
                    CallError::Refused(ErrorCode::NoAuditRecord | ErrorCode::NoMatchingAuditRecord),
                ..
            }) if left > 0 => {
                // One for this, and one for the request itself.
                for _ in 0..2 {
                    kit.call(&Echo { data: Bytes::default() }).await?;
                }
                tokio::time::sleep(SIGNED).await;
                left -= 1;
            }
            outcome => return outcome.map(|reply| reply.record),
        }
    }
}

/// It answers 36 when all have been retrieved, so a run is as long as the log.
pub(super) async fn q2(kit: &Kit) -> Result<Request, PrepareError> {
    loop {
        record(kit).await?;
        match kit.finish(&RetrieveAuditRecord {}, |_| ()).await {
            Err(PrepareError::Call {
                error: CallError::Refused(ErrorCode::NoMatchingAuditRecord),
                ..
            }) => {}
            outcome => return outcome,
        }
    }
}

/// It answers 36 or 35 when what was retrieved is counted.
pub(super) async fn q6(kit: &Kit) -> Result<Request, PrepareError> {
    record(kit).await?;
    let request = ReleaseAuditRecords { mode: ReleaseMode::Retrieved };
    kit.finish(&request, |host| host.raw(b"0")).await
}

pub(super) async fn q8(kit: &Kit) -> Result<Request, PrepareError> {
    let request = VerifyAuditRecord { record: record(kit).await? };
    kit.finish(&request, |host| host.hex(&request.record.0)).await
}
