//! The end of a log, and the beginning of the next. A log belongs to the keys that sign it: when they are erased it has a
//! last record and a last checkpoint first, and then another log begins, whose record 0 names that checkpoint. So it is
//! where a log turns up that was signed with other keys than there are, and this one says that nobody had ended the other.
//!
//! The detail of record 0 is five words, and a sentence:
//!
//! ```text
//! <name of the log before> <its records> <their root, base64> <records behind them, unsigned> <its folder now>: <sentence>
//! ```

use super::aside::{self, CLOSED, Last};
use super::{AuditLog, Durability, Watch, event_of};
use crate::cli::Failure;
use crate::config::Config;
use crate::officers;
use crate::record::RecordFailed;
use crate::settings::Profile;
use payhsm_audit::log::disk::{Disk as _, RealDisk};
use payhsm_audit::log::{Health, Log, LogError, SEGMENT_BYTES, Setup};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLockWriteGuard};
use std::thread;
use std::time::{Duration, Instant};

/// Record 0 of a log that follows one whose keys were erased.
const BEGUN: &str = "log-begun";

/// Record 0 of a log that follows one that nobody had ended.
const REPLACED: &str = "log-replaced";

const ERASED: &str = "the keys that signed the log before were erased";

const OTHER_KEYS: &str = "NOT ENDED BY THIS APPLIANCE: the log that was here is signed with other keys than these, or under \
                          another name, and tells of no change to these. Whoever could write to the disk may have put it \
                          there, or these keys, as by an older backup";

const NO_KEYS: &str = "NOT ENDED BY THIS APPLIANCE: there is no LMK and no store here, and the log that was here does not say that \
                       they were erased. Whoever could write to the disk may have taken them away";

/// A checkpoint is signed within a second; a disk that is busy may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The last record of a log could not be kept or signed, so nothing may be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotEnded {
    /// It could not be kept.
    #[error(transparent)]
    NotKept(#[from] RecordFailed),
    /// It could not be signed.
    #[error("the last checkpoint of the audit log could not be written")]
    NotSigned,
}

/// Nobody signs the log.
#[derive(Debug, thiserror::Error)]
pub enum CannotSign {
    /// Who signed it is not to be found out.
    #[error("the audit log cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is the log of other keys, and no other could begin.
    #[error(
        "the audit log {} has ended, and cannot be set aside ({why}). Let its parent folder be written to, or move the folder \
         away and keep it for the auditors, or give audit.folder another place; then start the daemon anew", folder.display()
    )]
    Stuck {
        /// Where it is.
        folder: PathBuf,
        /// What keeps it there.
        why: String,
    },
}

/// A log that has its last record. Nothing is appended while this lives; if it is dropped, the log goes on.
#[must_use = "the log goes on when this is dropped"]
#[derive(Debug)]
pub struct Ending<'a> {
    audit: &'a AuditLog,
    appending: RwLockWriteGuard<'a, Arc<Log>>,
}

impl AuditLog {
    /// The last record of the log, whose keys are about to be erased; with it a last checkpoint, if there are keys to sign it.
    ///
    /// # Errors
    /// [`NotEnded`]; the log goes on then.
    pub fn end(&self) -> Result<Ending<'_>, NotEnded> {
        let appending = self.appending.write().unwrap_or_else(PoisonError::into_inner);
        let signed = self.keys.read().unwrap_or_else(PoisonError::into_inner).is_some();
        if signed || aside::last(&self.folder).is_some() {
            let detail = "the keys that sign this log are about to be erased; when they are, another log begins";
            let receipt =
                appending.append(&[event_of(CLOSED, detail)]).map_err(|_| RecordFailed)?;
            receipt.wait().map_err(|_| RecordFailed)?;
        }
        // Nobody signs it again, and nobody reads its journal again: all of it has to be on the disk.
        if signed && !(is_signed_whole(&appending) && RealDisk.sync_all(&self.folder).is_ok()) {
            return Err(NotEnded::NotSigned);
        }
        Ok(Ending { audit: self, appending })
    }

    /// Another log begins in place of this one, which is of other keys than there are.
    pub(super) fn replace(&self) -> Result<(), CannotSign> {
        let mut appending = self.appending.write().unwrap_or_else(PoisonError::into_inner);
        self.next(&mut appending, REPLACED, OTHER_KEYS)
    }

    /// The log that lies in the folder when the daemon starts may have been of an appliance that is no more.
    pub(super) fn look_back(&self, config: &Config) -> Result<(), CannotSign> {
        let Some((name, why)) = of_nobody(config, &self.folder) else { return Ok(()) };
        let mut appending = self.appending.write().unwrap_or_else(PoisonError::into_inner);
        self.next(&mut appending, name, why)
    }

    fn next(&self, appending: &mut Arc<Log>, name: &str, why: &str) -> Result<(), CannotSign> {
        appending.set_signer(None);
        // One that nobody has signed goes on with whatever keys come.
        let Some(last) = aside::last(&self.folder) else { return Ok(()) };
        // Where this cannot be done the log goes on, without signatures.
        let beside = aside::prepare(&self.folder).map_err(|error| self.stuck(&error, false))?;
        self.look_for_witnesses();
        let said = self
            .begin(appending, &beside, &last, name, why)
            .map_err(|error| self.stuck(&error, true))?;
        let mut turn = self.turn();
        (turn.stuck, turn.notice) = (None, None);
        turn.lives += 1;
        if name == REPLACED {
            tracing::error!(said, "the audit log begins anew");
            turn.notice = Some(format!("The audit log begins anew, as its record 0 says: {said}."));
        } else {
            tracing::warn!(said, "the audit log begins anew");
        }
        Ok(())
    }

    fn stuck(&self, why: &dyn fmt::Display, closed: bool) -> CannotSign {
        let stuck = CannotSign::Stuck { folder: self.folder.clone(), why: why.to_string() };
        tracing::error!(%stuck, "the audit log");
        let mut turn = self.turn();
        *(if closed { &mut turn.stuck } else { &mut turn.notice }) = Some(stuck.to_string());
        stuck
    }

    /// Steps, any of which may be the last one: the old log takes no more; the new one gets its first record, beside it; the
    /// old one gets another name; the new one its place.
    fn begin(
        &self,
        appending: &mut Arc<Log>,
        beside: &Path,
        last: &Last,
        name: &str,
        why: &str,
    ) -> Result<String, Failure> {
        appending.close();
        let there = match appending.health() {
            Health::Works { durable } => durable,
            Health::Fails { .. } => last.size,
        };
        let behind = there.saturating_sub(last.size);
        let aside = aside::name(&self.folder, last);
        let Last { origin, size, root, .. } = last;
        let said = format!("{origin} {size} {} {behind} {aside}: {why}", root.to_base64());
        let next = open(beside, self.durability, &self.watch)?;
        next.append(&[event_of(name, &said)])?.wait()?;
        drop(next);
        aside::turn(&self.folder, &aside, &self.public_key)?;
        *appending = Arc::new(open(&self.folder, self.durability, &self.watch)?);
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(appending);
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = None;
        *self.verifier.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.view.begin_anew();
        Ok(said)
    }

    /// Lays the last checkpoint before its witnesses.
    fn look_for_witnesses(&self) {
        let witnessing = self.witnessing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(witnessing) = &*witnessing {
            witnessing.look();
        }
    }
}

impl Ending<'_> {
    /// The keys are erased: the next log begins. If it cannot, nothing is kept any more, and the trouble of the log says why.
    pub fn begin_next(mut self) {
        *self.audit.keys.write().unwrap_or_else(PoisonError::into_inner) = None;
        if let Err(stuck) = self.audit.next(&mut self.appending, BEGUN, ERASED) {
            // Whoever erases has done what he wanted; but these keys must not be followed by others in one log.
            self.appending.close();
            self.audit.turn().stuck = Some(stuck.to_string());
        }
    }
}

/// The log of a folder.
pub(super) fn open(
    folder: &Path,
    durability: Durability,
    watch: &Arc<Watch>,
) -> Result<Log, LogError> {
    Log::open(Setup {
        folder: folder.to_owned(),
        durability: durability.into(),
        segment_bytes: SEGMENT_BYTES,
        clock: Arc::<Watch>::clone(watch),
        disk: Arc::new(RealDisk),
    })
}

/// Whether all of it is signed, as soon as it is.
fn is_signed_whole(log: &Log) -> bool {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        let Health::Works { durable } = log.health() else { return false };
        let note = log.checkpoint().unwrap_or_default();
        if note.lines().nth(1).and_then(|size| size.parse().ok()) == Some(durable) {
            return true;
        }
        thread::park_timeout(Duration::from_millis(5));
    }
    false
}

/// How a log that lies there ended, if its keys cannot come back; an appliance without a store has its own at once.
fn of_nobody(config: &Config, folder: &Path) -> Option<(&'static str, &'static str)> {
    if config.profile == Profile::Development && !officers::configured(config) {
        return None;
    }
    let state = config.state.as_deref()?;
    if officers::store_files(state, config.anchor.as_deref()).store.exists() {
        return None;
    }
    let last = aside::last(folder)?;
    if aside::is_closed(folder, &last) {
        return Some((BEGUN, ERASED));
    }
    // With a file of the LMK somebody may be about to put the store back.
    (!officers::has_lmk(state)).then_some((REPLACED, NO_KEYS))
}
