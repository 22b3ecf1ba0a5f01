//! The audit log of a running daemon: records in the form of the log, times, fingerprints of accounts, and who signs.

mod aside;
mod change;
mod clock;
mod ending;
mod hosts;
mod shown;
mod signer;
mod standing;
mod start;
mod view;
mod witness;

pub use change::ChangeFailed;
pub use ending::{CannotSign, Ending, NotEnded};
pub use signer::LogSigner;
pub(crate) use start::keys_without_store;
pub use start::open;

use crate::config::Durability;
use crate::record::{
    ActRecord, AuditView, Kept, Mentions, Record, RecordFailed, Recorder, log_act, log_lines,
};
use clock::Watch;
use payhsm_audit::log::{Health, Log, LogNumbers};
use payhsm_audit::note::VerifierKey;
use payhsm_audit::record::{self as entry, event};
use payhsm_audit::verify::rotation::KeyChange;
use payhsm_keys::AuditKeys;
use payhsm_protocol::ErrorCode;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use view::View;
use witness::Witnessing;

/// Keeps records in a log that anybody can check. When the keys that sign it are erased it ends, and another begins.
pub struct AuditLog {
    /// The log, for who appends: held while that is done, so that nothing comes behind the last record of a log.
    appending: RwLock<Arc<Log>>,
    /// The same one, for everybody else.
    log: Mutex<Arc<Log>>,
    watch: Arc<Watch>,
    /// For fingerprints of accounts; none while the appliance is sealed.
    keys: RwLock<Option<Arc<AuditKeys>>>,
    /// Where the log is.
    folder: PathBuf,
    /// When a record counts as kept, as the configuration has it.
    durability: Durability,
    /// The change of the signing key that the log told of last, as far as this daemon knows.
    told: Mutex<Option<KeyChange>>,
    /// The key that signs, or that did before it was sealed.
    verifier: Mutex<Option<VerifierKey>>,
    witnessing: Mutex<Option<Witnessing>>,
    /// Where the public key is put.
    public_key: PathBuf,
    /// What hosts see of it.
    view: View,
    /// How the log came to begin anew, as far as people have to know.
    turn: Mutex<Turn>,
}

/// What a log that begins anew leaves to be told.
#[derive(Debug, Default)]
struct Turn {
    /// How many logs this daemon has had before this one.
    lives: u64,
    /// Why one took the place of another that nobody had ended.
    notice: Option<String>,
    /// Why nothing is kept: the log before has ended, and could not be set aside.
    stuck: Option<String>,
}

impl AuditLog {
    /// From now on checkpoints are signed, and accounts have fingerprints. A log that was signed with other keys, and tells
    /// of no change to these, is set aside, and another begins.
    ///
    /// # Errors
    /// [`CannotSign`]; nobody signs then.
    pub fn unsealed(&self, name: &str, keys: Arc<AuditKeys>) -> Result<(), CannotSign> {
        let signer = LogSigner::new(name, Arc::clone(&keys));
        if !self.is_signed_by(&signer)? {
            self.replace()?;
        }
        self.sign_with(signer, keys);
        Ok(())
    }

    fn sign_with(&self, signer: LogSigner, keys: Arc<AuditKeys>) {
        self.publish(&signer);
        *self.verifier.lock().unwrap_or_else(PoisonError::into_inner) = signer.key();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Some(keys);
        self.log().set_signer(Some(Arc::new(signer)));
    }

    /// The keys are no longer there: records are still kept, and signed when the appliance is unsealed again.
    pub fn sealed(&self) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = None;
        self.log().set_signer(None);
    }

    /// The log that is kept now.
    fn log(&self) -> Arc<Log> {
        Arc::clone(&self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What officers should know of it: that it took the place of a log that nobody had ended.
    pub(crate) fn notice(&self) -> Option<String> {
        self.turn().notice.clone()
    }

    /// Takes nothing more; keeps and signs what there is.
    pub fn close(&self) {
        self.log().close();
        drop(self.witnessing.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// How far it is: records that are durable, and with those that wait for the disk.
    pub(crate) fn position(&self) -> (u64, u64) {
        self.log().position()
    }

    /// The public key that checkpoints are signed with.
    fn verifier(&self) -> Option<VerifierKey> {
        self.verifier.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last checkpoint.
    #[must_use]
    pub fn checkpoint(&self) -> Option<String> {
        self.log().checkpoint()
    }

    /// Auditors need the public key, and get it from officers; this file is for convenience.
    fn publish(&self, signer: &LogSigner) {
        let line = format!("{}\n", signer.verifier_key());
        if std::fs::read_to_string(&self.public_key).is_ok_and(|there| there == line) {
            return;
        }
        if let Err(error) = std::fs::write(&self.public_key, line) {
            tracing::warn!(%error, path = %self.public_key.display(), "the public key of the audit log");
        }
    }

    /// Says so in the log when the time of day has been set.
    fn look_at_the_clock(&self) -> Result<(), RecordFailed> {
        let Some(step) = self.watch.step() else { return Ok(()) };
        let detail = format!("the time of day jumped by {step} ms");
        tracing::warn!(detail, "clock");
        drop(self.append(&[event_of(event::CLOCK, &detail)])?);
        Ok(())
    }

    fn append(&self, records: &[entry::Record]) -> Result<Kept, RecordFailed> {
        let log = self.appending.read().unwrap_or_else(PoisonError::into_inner);
        log.append(records).map(Kept::When).map_err(|_| RecordFailed)
    }

    fn append_commands(&self, records: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        let commands = records.iter().map(|record| {
            let Mentions { keys, zones, account } = record.mentions;
            entry::BorrowedCommand {
                peer: record.peer,
                caller: record.caller,
                code: record.command,
                outcome: record.outcome.wire(),
                lmk: record.lmk.map(|id| id.0),
                keys,
                zones,
                account: account.as_ref().map(|account| account.shown.as_str()),
                fingerprint: account.as_ref().and_then(|account| account.fingerprint),
            }
        });
        let log = self.appending.read().unwrap_or_else(PoisonError::into_inner);
        log.append_commands(commands).map(Kept::When).map_err(|_| RecordFailed)
    }
}

impl Recorder for AuditLog {
    fn record(&self, records: &[Record<'_>]) -> Result<Kept, RecordFailed> {
        log_lines(records);
        let kept = self.look_at_the_clock().and_then(|()| self.append_commands(records));
        if !records.iter().any(|record| shown::moves(record.command)) {
            return kept;
        }
        // What was retrieved counts as retrieved when it is on record that it was, and not before.
        let kept = kept.and_then(Kept::wait).is_ok();
        if self.view.settle(kept) { Ok(Kept::Now) } else { Err(RecordFailed) }
    }

    fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        log_act(record);
        self.look_at_the_clock()?;
        let act = entry::Act {
            officers: record.officers.to_vec(),
            act: record.act.to_owned(),
            about: record.about.to_owned(),
            outcome: record.outcome.name().to_owned(),
            said: record.said.to_owned(),
        };
        self.append(&[entry::Record::Act(act)])?.wait()
    }

    fn record_event(&self, name: &str, detail: &str) -> Result<(), RecordFailed> {
        tracing::info!(name, detail, "event");
        self.look_at_the_clock()?;
        self.append(&[event_of(name, detail)])?.wait()
    }

    fn fingerprint(&self, account: &[u8; 12]) -> Option<[u8; 16]> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.as_ref().map(|keys| keys.fingerprint(account))
    }

    fn sealed(&self) {
        Self::sealed(self);
    }

    fn view(&self) -> Option<&dyn AuditView> {
        Some(self)
    }

    fn numbers(&self) -> Option<LogNumbers> {
        Some(self.log().numbers())
    }

    fn trouble(&self) -> Option<String> {
        let stuck = self.turn().stuck.clone();
        let why = stuck.or_else(|| match self.log().health() {
            Health::Works { .. } => None,
            Health::Fails { why } => Some(why),
        })?;
        let code = ErrorCode::RecordFailed.as_text();
        Some(format!(
            "the audit log cannot be written ({why}): every command is answered with {code}"
        ))
    }
}

impl fmt::Debug for AuditLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.log().fmt(f)
    }
}

fn event_of(name: &str, detail: &str) -> entry::Record {
    let (name, detail) = (name.to_owned(), detail.to_owned());
    entry::Record::Event(entry::Event { name, detail })
}
