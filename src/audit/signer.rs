//! The appliance as the signer of its log.

use payhsm_audit::note::{SignFailed, Signer, VerifierKey};
use payhsm_keys::AuditKeys;
use std::fmt;
use std::sync::Arc;

/// The key of the log, under the name of the log.
pub struct LogSigner {
    name: String,
    keys: Arc<AuditKeys>,
}

impl LogSigner {
    /// The log of this name is signed with these keys.
    #[must_use]
    pub fn new(name: &str, keys: Arc<AuditKeys>) -> Self {
        Self { name: name.to_owned(), keys }
    }

    /// What auditors need: the verifier key, as C2SP signed-note writes it.
    #[must_use]
    pub fn verifier_key(&self) -> String {
        // The names of logs are checked where they are read.
        self.key().map_or_else(String::new, |key| key.to_string())
    }

    pub(super) fn key(&self) -> Option<VerifierKey> {
        VerifierKey::new(&self.name, self.keys.public_key()).ok()
    }
}

impl Signer for LogSigner {
    fn name(&self) -> &str {
        &self.name
    }

    fn public_key(&self) -> [u8; 32] {
        self.keys.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignFailed> {
        self.keys.sign(message).map_err(|refused| SignFailed(refused.to_string()))
    }
}

impl fmt::Debug for LogSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogSigner({})", self.name)
    }
}
