//! The door to the audit record: every command that was answered, or refused, goes through it, every act of officers, and
//! whatever else happens to the daemon.
//!
//! No handler can call it; the engine does, once for a batch, and answers leave when the batch is kept. What keeps records
//! is behind one trait; `audit` is the one that does it for good.

mod mentions;

pub use mentions::{KeyName, Mentions, NamedAccount};

use payhsm_audit::log::{LogNumbers, Receipt};
use payhsm_keys::Random;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::LmkId;

/// What is remembered of one command. Never a PIN, a PIN block, a key, a CVV or a whole PAN.
#[derive(Clone, Copy, Debug)]
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
    /// What it was about.
    pub mentions: &'a Mentions,
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

impl ActOutcome {
    /// As records have it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }
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

/// When records are kept.
#[derive(Debug)]
#[must_use = "nothing counts as kept before this says so"]
pub enum Kept {
    /// Now.
    Now,
    /// When the receipt says so.
    When(Receipt),
}

impl Kept {
    /// Waits for it, without a runtime.
    ///
    /// # Errors
    /// [`RecordFailed`]
    pub fn wait(self) -> Result<(), RecordFailed> {
        match self {
            Self::Now => Ok(()),
            Self::When(receipt) => receipt.wait().map_err(|_| RecordFailed),
        }
    }
}

/// What commands may see of a log: its records one after the other, as other units give them to hosts.
pub trait AuditView {
    /// The next record that nobody has retrieved.
    ///
    /// # Errors
    /// 35 if there is none, 36 if all have been retrieved; 70 while nobody can make its MAC; 41 if the log cannot be read.
    fn retrieve(&self, random: &mut dyn Random) -> Result<[u8; 40], ErrorCode>;

    /// How many have been retrieved and not been let go before, 2000 at most: they are now. The log keeps them.
    ///
    /// # Errors
    /// 35 if there is no record, 36 if there are none of these; 70 and 41 as [`AuditView::retrieve`].
    fn release(&self) -> Result<u16, ErrorCode>;

    /// The same for records that were printed. None ever is.
    ///
    /// # Errors
    /// As [`AuditView::release`].
    fn release_archived(&self) -> Result<u16, ErrorCode>;

    /// Whether the MAC of a record is that of a record that was retrieved here.
    ///
    /// # Errors
    /// 70 while nobody can check it.
    fn verifies(&self, record: &[u8; 40]) -> Result<bool, ErrorCode>;
}

/// Keeps records.
pub trait Recorder: Send + Sync + std::fmt::Debug {
    /// Takes `records`, in order; what it gives back says when all of them are kept.
    ///
    /// # Errors
    /// [`RecordFailed`] if it cannot; none of them then counts as kept.
    fn record(&self, records: &[Record<'_>]) -> Result<Kept, RecordFailed>;

    /// Keeps the record of an act of officers before it returns.
    ///
    /// # Errors
    /// [`RecordFailed`] if it could not.
    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed>;

    /// Keeps the record of something that happened to the daemon before it returns.
    ///
    /// # Errors
    /// [`RecordFailed`] if it could not.
    fn record_event(&self, name: &str, detail: &str) -> Result<(), RecordFailed> {
        tracing::info!(name, detail, "event");
        Ok(())
    }

    /// Whether anybody wants to know what commands are about; finding out takes time.
    fn wants_mentions(&self) -> bool {
        true
    }

    /// What records have in place of an account, by the 12 right-most digits of its number without the check digit;
    /// `None` while nobody has a key for it. Computed on the stack of whoever asks: handlers have one in secret memory.
    fn fingerprint(&self, _: &[u8; 12]) -> Option<[u8; 16]> {
        None
    }

    /// The keys are gone: nothing can be signed.
    fn sealed(&self) {}

    /// Why records cannot be kept now, if so.
    fn trouble(&self) -> Option<String> {
        None
    }

    /// How the log stands in numbers, if there is one.
    fn numbers(&self) -> Option<LogNumbers> {
        None
    }

    /// The log, as commands may see it. What they do to it counts when their own records are kept.
    fn view(&self) -> Option<&dyn AuditView> {
        None
    }
}

impl<R: Recorder + ?Sized> Recorder for std::sync::Arc<R> {
    fn record(&self, records: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        (**self).record(records)
    }

    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        (**self).record_act(record)
    }

    fn record_event(&self, name: &str, detail: &str) -> Result<(), RecordFailed> {
        (**self).record_event(name, detail)
    }

    fn wants_mentions(&self) -> bool {
        (**self).wants_mentions()
    }

    fn fingerprint(&self, account: &[u8; 12]) -> Option<[u8; 16]> {
        (**self).fingerprint(account)
    }

    fn sealed(&self) {
        (**self).sealed();
    }

    fn trouble(&self) -> Option<String> {
        (**self).trouble()
    }

    fn numbers(&self) -> Option<LogNumbers> {
        (**self).numbers()
    }

    fn view(&self) -> Option<&dyn AuditView> {
        (**self).view()
    }
}

/// Keeps nothing but the log lines of a developer's machine (level `debug`).
#[derive(Clone, Copy, Debug, Default)]
pub struct LogOnly;

impl Recorder for LogOnly {
    fn record(&self, records: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        log_lines(records);
        Ok(Kept::Now)
    }

    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        log_act(record);
        Ok(())
    }

    fn wants_mentions(&self) -> bool {
        false
    }
}

/// A log line for each command, for whoever set the level to `debug`.
pub(crate) fn log_lines(records: &[Record<'_>]) {
    if !tracing::enabled!(tracing::Level::DEBUG) {
        return;
    }
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

/// A log line for an act.
pub(crate) fn log_act(record: &ActRecord<'_>) {
    let ActRecord { act, about, said, .. } = *record;
    let (officers, outcome) = (record.officers.join(" "), record.outcome);
    tracing::info!(officers, act, about, ?outcome, said, "officers");
}
