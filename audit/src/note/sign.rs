//! Signing notes.

use super::{KeyError, MalformedNote, Note, Signature, VerifierKey};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::fmt;

/// The key could not sign, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key could not sign: {0}")]
pub struct SignFailed(pub String);

/// A note could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The text cannot be that of a note.
    #[error("not a text to sign: {0}")]
    Text(#[from] MalformedNote),
    /// The name of the signer cannot be that of a key.
    #[error(transparent)]
    Name(#[from] KeyError),
    /// The key did not sign.
    #[error(transparent)]
    Failed(#[from] SignFailed),
}

/// Whoever holds an Ed25519 key (RFC 8032). The key itself stays where it lives.
pub trait Signer: Send + Sync {
    /// The name of the key, as in signature lines: that of the log, or of the witness.
    fn name(&self) -> &str;

    /// The public key that belongs to it.
    fn public_key(&self) -> [u8; 32];

    /// The signature over `message`.
    ///
    /// # Errors
    /// [`SignFailed`] if the key is not there to sign.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignFailed>;
}

/// Signs a text, which ends in a newline, and gives the note (C2SP signed-note, algorithm 1).
///
/// # Errors
/// [`SignError`].
pub fn sign_note(text: &str, signer: &dyn Signer) -> Result<String, SignError> {
    let mut note = Note::unsigned(text)?;
    note.sign(signer)?;
    Ok(note.to_string())
}

impl Note {
    /// Adds the line of another signer, such as the next key of a log. A line that the same key already has is
    /// replaced.
    ///
    /// # Errors
    /// [`SignError`], and the note is as it was.
    pub fn sign(&mut self, signer: &dyn Signer) -> Result<(), SignError> {
        let key = VerifierKey::new(signer.name(), signer.public_key())?;
        let bytes = signer.sign(self.text.as_bytes())?.to_vec();
        self.put(Signature { name: key.name().to_owned(), id: key.id(), bytes });
        Ok(())
    }

    /// Adds a line, in place of those that its key already has.
    pub(crate) fn put(&mut self, line: Signature) {
        self.signatures.retain(|old| old.name != line.name || old.id != line.id);
        self.signatures.push(line);
    }
}

/// A key pair in plain memory: for tests, and for witnesses that are not part of the daemon.
pub struct Ed25519Signer {
    name: String,
    pair: Ed25519KeyPair,
}

impl Ed25519Signer {
    /// With a key pair of ring.
    #[must_use]
    pub fn new(name: &str, pair: Ed25519KeyPair) -> Self {
        Self { name: name.to_owned(), pair }
    }

    /// With the pair of a 32-byte seed (the private key of RFC 8032).
    ///
    /// # Errors
    /// [`SignFailed`] if ring refuses the seed.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, SignFailed> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed);
        let pair = pair.map_err(|refused| SignFailed(refused.to_string()))?;
        Ok(Self::new(name, pair))
    }
}

impl Signer for Ed25519Signer {
    fn name(&self) -> &str {
        &self.name
    }

    fn public_key(&self) -> [u8; 32] {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        key
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignFailed> {
        let signature = self.pair.sign(message);
        signature.as_ref().try_into().map_err(|_| SignFailed("not 64 bytes".to_owned()))
    }
}

impl fmt::Debug for Ed25519Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ed25519Signer").field("name", &self.name).finish_non_exhaustive()
    }
}
