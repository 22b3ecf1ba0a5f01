//! The door to the audit record: every command that was answered, or refused, goes through it.
//!
//! No handler can call it; the engine does, once for a batch, before any answer of the batch
//! leaves. What keeps records is behind one trait.

use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::LmkId;

/// What is remembered of one command. Never a PIN, a PIN block, a key, a CVV or a PAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Who asked: the fingerprint of a client certificate, or the address of a plain connection.
    pub peer: &'a str,
    /// The two letters, as they came.
    pub command: [u8; 2],
    /// The LMK that was in force for it, if one was.
    pub lmk: Option<LmkId>,
    /// What was answered.
    pub outcome: ErrorCode,
}

/// The records could not be kept, so nothing may be answered as done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit record could not be written")]
pub struct RecordFailed;

/// Keeps records.
pub trait Recorder: Send + Sync + std::fmt::Debug {
    /// Keeps all of `records`, in order, before it returns.
    ///
    /// # Errors
    /// [`RecordFailed`] if it could not; none of them then counts as kept.
    fn record(&self, records: &[Record<'_>]) -> Result<(), RecordFailed>;
}

/// Keeps nothing but the log lines of a developer's machine (level `debug`).
#[derive(Clone, Copy, Debug, Default)]
pub struct LogOnly;

impl Recorder for LogOnly {
    fn record(&self, records: &[Record<'_>]) -> Result<(), RecordFailed> {
        if tracing::enabled!(tracing::Level::DEBUG) {
            for record in records {
                tracing::debug!(
                    peer = record.peer,
                    command = %String::from_utf8_lossy(&record.command).escape_default(),
                    lmk = record.lmk.map(tracing::field::display),
                    outcome = record.outcome.as_text(),
                    "command",
                );
            }
        }
        Ok(())
    }
}
