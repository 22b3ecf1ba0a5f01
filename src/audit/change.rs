//! Another signing key. The log tells of it, in a record that both keys sign, before anything is signed by the new one.

use super::{AuditLog, LogSigner};
use crate::record::{Kept, RecordFailed};
use payhsm_audit::checkpoint;
use payhsm_audit::note::{Signer as _, VerifierKey};
use payhsm_audit::record as entry;
use payhsm_audit::verify::rotation::{self, KeyChange, MakeError};
use payhsm_keys::AuditKeys;
use std::fs;
use std::io;
use std::sync::{Arc, PoisonError};

/// The log does not tell of the new key, and nobody signs now.
#[derive(Debug, thiserror::Error)]
pub enum ChangeFailed {
    /// The record could not be kept.
    #[error(transparent)]
    NotKept(#[from] RecordFailed),
    /// The record could not be made.
    #[error("the record of the change of the signing key: {0}")]
    Make(#[from] MakeError),
    /// Whether the log tells of it already is not to be found out.
    #[error("the audit log cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

impl AuditLog {
    /// From now on checkpoints are signed with `after`, and the log tells of it; gives the public key as auditors need it.
    /// A change that the log tells of already, since it was stopped behind that, is not told of again.
    ///
    /// # Errors
    /// [`ChangeFailed`]; nobody signs then.
    pub fn change_key(
        &self,
        name: &str,
        before: Arc<AuditKeys>,
        after: Arc<AuditKeys>,
    ) -> Result<String, ChangeFailed> {
        let [old, new] = [before, Arc::clone(&after)].map(|keys| LogSigner::new(name, keys));
        let event = rotation::make(&old, &new)?;
        // From here to the record nothing is signed: what the old key signs ends before it, what the new one signs is behind.
        self.log.set_signer(None);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let change = KeyChange { before: key(&old)?, after: key(&new)? };
        if told.as_ref() != Some(&change) && !self.told_before(&change)? {
            let event = [entry::Record::Event(event)];
            self.append(&event).and_then(Kept::wait)?;
        }
        *told = Some(change);
        drop(told);
        tracing::info!(key = new.verifier_key(), "the audit log has another signing key");
        self.unsealed(name, after)?;
        Ok(new.verifier_key())
    }

    /// Whether the log told of this change when it was opened.
    fn told_before(&self, change: &KeyChange) -> io::Result<bool> {
        let note = fs::read(self.folder.join("checkpoint")).unwrap_or_default();
        if checkpoint::open(&note, &change.after).is_ok() {
            return Ok(true);
        }
        // What the old key has signed is before the change, if there is one.
        let signed = checkpoint::open(&note, &change.before);
        let from = signed.map_or(0, |checkpoint| checkpoint.size);
        let last = self.log.key_change_at_start(from)?;
        Ok(last.and_then(|detail| rotation::check(&detail).ok()).as_ref() == Some(change))
    }
}

fn key(signer: &LogSigner) -> Result<VerifierKey, MakeError> {
    Ok(VerifierKey::new(signer.name(), signer.public_key())?)
}
