//! The door to the audit record: every command that was answered, or refused, goes through it, and every act of officers.
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
    /// As which caller: its name in the configuration, `plain` or `unknown`.
    pub caller: &'a str,
    /// The two letters, as they came.
    pub command: [u8; 2],
    /// The LMK that was in force for it, if one was.
    pub lmk: Option<LmkId>,
    /// What was answered.
    pub outcome: ErrorCode,
}

/// What became of an act of officers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActOutcome {
    /// It may be done, and is about to be: what changes something is recorded before it does.
    Begun,
    /// Done.
    Done,
    /// Not done.
    Refused,
}

/// What is remembered of one act of officers. Never a component, a share or a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActRecord<'a> {
    /// Who was present.
    pub officers: &'a [String],
    /// Which act, such as `set-zone`.
    pub act: &'a str,
    /// What it was about: a name, a label, an activity; may be empty.
    pub about: &'a str,
    /// What became of it.
    pub outcome: ActOutcome,
    /// What the officers were told.
    pub said: &'a str,
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

    /// Keeps the record of an act of officers before it returns.
    ///
    /// # Errors
    /// [`RecordFailed`] if it could not.
    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed>;
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
                    caller = record.caller,
                    command = %String::from_utf8_lossy(&record.command).escape_default(),
                    lmk = record.lmk.map(tracing::field::display),
                    outcome = record.outcome.as_text(),
                    "command",
                );
            }
        }
        Ok(())
    }

    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        let ActRecord { act, about, said, .. } = *record;
        let (officers, outcome) = (record.officers.join(" "), record.outcome);
        tracing::info!(officers, act, about, ?outcome, said, "officers");
        Ok(())
    }
}
