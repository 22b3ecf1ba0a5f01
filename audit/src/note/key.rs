//! Public keys with a name, as text: `name+id+base64` (C2SP signed-note, "Verifier keys").

use super::is_key_name;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{Context, SHA256};
use ring::signature::{ED25519, UnparsedPublicKey};
use std::fmt;

/// The byte that says how a key signs, in its text and in its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Algorithm {
    /// Ed25519 over the text of the note.
    Note = 1,
    /// Ed25519 over time and text: a cosignature.
    Cosignature = 4,
}

/// The text is no key of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not name, id and key, with plus signs between.
    #[error("a key is written as name+id+base64")]
    Malformed,
    /// A name that is empty, or has spaces or plus signs.
    #[error("the name of a key is not empty and has no spaces, control characters and plus signs")]
    Name,
    /// The id is not that of name and key: one of the three was changed or mistyped.
    #[error("the id of the key does not fit its name and bytes: something was mistyped")]
    Id,
    /// Another algorithm than the one that is asked for.
    #[error("a key of algorithm {found}, where {expected} is needed")]
    Algorithm {
        /// The byte that was there.
        found: u8,
        /// The byte that belongs there.
        expected: u8,
    },
}

/// An Ed25519 key with a name and a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedKey {
    name: String,
    id: u32,
    algorithm: Algorithm,
    public: [u8; 32],
}

impl NamedKey {
    pub(crate) fn new(
        name: &str,
        algorithm: Algorithm,
        public: [u8; 32],
    ) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let mut context = Context::new(&SHA256);
        context.update(name.as_bytes());
        context.update(&[b'\n', algorithm as u8]);
        context.update(&public);
        let id = context.finish().as_ref().first_chunk().map_or(0, |id| u32::from_be_bytes(*id));
        Ok(Self { name: name.to_owned(), id, algorithm, public })
    }

    pub(crate) fn parse(text: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let (name, rest) = text.split_once('+').ok_or(KeyError::Malformed)?;
        // The key in base64 may have plus signs, too.
        let (id, key) = rest.split_once('+').ok_or(KeyError::Malformed)?;
        let key = STANDARD.decode(key).map_err(|_| KeyError::Malformed)?;
        let (found, public) = key.split_first().ok_or(KeyError::Malformed)?;
        if *found != algorithm as u8 {
            return Err(KeyError::Algorithm { found: *found, expected: algorithm as u8 });
        }
        let public = public.try_into().map_err(|_| KeyError::Malformed)?;
        let key = Self::new(name, algorithm, public)?;
        if id == key.hex_id() { Ok(key) } else { Err(KeyError::Id) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn id(&self) -> u32 {
        self.id
    }

    pub(crate) const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public).verify(message, signature).is_ok()
    }

    fn hex_id(&self) -> String {
        format!("{:08x}", self.id)
    }
}

impl fmt::Display for NamedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.algorithm as u8], self.public.as_slice()].concat();
        write!(f, "{}+{}+{}", self.name, self.hex_id(), STANDARD.encode(key))
    }
}

/// The public key of a log: Ed25519 over the text of notes (algorithm 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey(NamedKey);

impl VerifierKey {
    /// From a name and 32 bytes (RFC 8032).
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn new(name: &str, public_key: [u8; 32]) -> Result<Self, KeyError> {
        NamedKey::new(name, Algorithm::Note, public_key).map(Self)
    }

    /// Reads `name+id+base64`; the id, eight small hex digits, has to be that of name and key.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        NamedKey::parse(text, Algorithm::Note).map(Self)
    }

    /// The name, as signature lines have it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.name()
    }

    /// The id, as signature lines have it.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.0.id()
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub const fn public_key(&self) -> &[u8; 32] {
        self.0.public()
    }

    /// Whether `signature` (64 bytes) is this key's over `message` (RFC 8032).
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify(message, signature)
    }

    pub(crate) const fn named(&self) -> &NamedKey {
        &self.0
    }
}

impl fmt::Display for VerifierKey {
    /// `name+id+base64`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
