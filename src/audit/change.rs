//! Another signing key. The log tells of it, in a record that both keys sign, before anything is signed by the new one.

use super::aside;
use super::{AuditLog, CannotSign, LogSigner};
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
    /// The log is none of these keys, and no other could begin.
    #[error(transparent)]
    CannotSign(#[from] CannotSign),
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
        if !self.is_signed_by(&old)? && !self.is_signed_by(&new)? {
            self.replace()?;
        }
        // From here to the record nothing is signed: what the old key signs ends before it, what the new one signs is behind.
        self.log().set_signer(None);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let change = KeyChange { before: key(&old)?, after: key(&new)? };
        if told.as_ref() != Some(&change) && !self.told_before(&change)? {
            let event = [entry::Record::Event(event)];
            self.append(&event).and_then(Kept::wait)?;
        }
        *told = Some(change);
        drop(told);
        tracing::info!(key = new.verifier_key(), "the audit log has another signing key");
        let line = new.verifier_key();
        self.sign_with(new, after);
        Ok(line)
    }

    /// Whether this key may go on with the log: nobody has signed it, or this key did, or the log told of the change to it
    /// after it was signed last.
    pub(super) fn is_signed_by(&self, signer: &LogSigner) -> io::Result<bool> {
        let Some(last) = aside::last(&self.folder) else { return Ok(true) };
        let Some(key) = signer.key() else { return Ok(false) };
        if checkpoint::open(&last.note, &key).is_ok() {
            return Ok(true);
        }
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if told.is_some_and(|told| told.after == key) {
            return Ok(true);
        }
        let told = self.log().key_change_at_start(last.size)?;
        let told = told.and_then(|detail| rotation::check(&detail).ok());
        Ok(told.is_some_and(|told| told.after == key))
    }

    /// Whether the log told of this change when it was opened.
    fn told_before(&self, change: &KeyChange) -> io::Result<bool> {
        let note = fs::read(self.folder.join("checkpoint")).unwrap_or_default();
        if checkpoint::open(&note, &change.after).is_ok() {
            return Ok(true);
        }
        // What the old key has signed is before the change, if there is one.
        let signed = checkpoint::open(&note, &change.before);
        let from = signed.as_ref().map_or(0, |checkpoint| checkpoint.size);
        match self.log().key_change_at_start(from) {
            Ok(last) => {
                Ok(last.and_then(|detail| rotation::check(&detail).ok()).as_ref() == Some(change))
            }
            // The checkpoint is lost, and what lies so far back is in an archive. It was signed there; if the new key did
            // that, its public key was put beside the log before.
            Err(error) if error.kind() == io::ErrorKind::NotFound && signed.is_err() => {
                let line = fs::read_to_string(&self.public_key).unwrap_or_default();
                Ok(line.trim_end() == change.after.to_string())
            }
            Err(error) => Err(error),
        }
    }
}

fn key(signer: &LogSigner) -> Result<VerifierKey, MakeError> {
    Ok(VerifierKey::new(signer.name(), signer.public_key())?)
}
