//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

mod key;
mod sign;

pub use key::{KeyError, VerifierKey};
pub use sign::{Ed25519Signer, SignError, SignFailed, Signer, sign_note};

pub(crate) use key::{Algorithm, NamedKey};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt;

/// The most bytes of a note that is read.
pub const MAX_NOTE: usize = 1_000_000;

/// The most signatures of a note that is read; the standard asks for 16 at least.
pub const MAX_SIGNATURES: usize = 100;

/// A line that says who signed begins with it.
const DASH: &str = "\u{2014} ";

/// A text and who signed it. Before a signature is verified, nothing of it may be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The text that is signed, with the newline at its end.
    pub text: String,
    /// In the order of their lines.
    pub signatures: Vec<Signature>,
}

/// One signature of a note; whose and of what kind, name and id together say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name of the key.
    pub name: String,
    /// Its id: the first four bytes of a hash, big endian.
    pub id: u32,
    /// What the algorithm of the key makes of it.
    pub bytes: Vec<u8>,
}

/// The bytes are no signed note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedNote {
    /// More than [`MAX_NOTE`] bytes.
    #[error("more than a million bytes")]
    TooLong,
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// A control character, such as a carriage return.
    #[error("a control character that is not a newline, such as a carriage return")]
    ControlCharacter,
    /// No text with a newline at its end.
    #[error("a text that does not end in a newline")]
    NoNewline,
    /// No empty line, or nothing below it.
    #[error("no signatures below an empty line")]
    NoSignatures,
    /// A line below the text that is not written as a signature.
    #[error("line {0} of the signatures is none")]
    Line(usize),
    /// More than [`MAX_SIGNATURES`].
    #[error("more than {MAX_SIGNATURES} signatures")]
    TooMany,
}

/// The note is not signed by the key that it was held to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// No line of this key: another one signed, or nobody.
    #[error("not signed by the key {0}")]
    NoSignature(String),
    /// The key's line does not fit: the text was changed after it was signed, or the line was.
    #[error("the signature of the key {0} does not fit: text or signature was changed")]
    BadSignature(String),
}

impl Note {
    /// Reads a note, strictly.
    ///
    /// # Errors
    /// [`MalformedNote`] for anything that is not written as the standard has it.
    pub fn parse(note: impl AsRef<[u8]>) -> Result<Self, MalformedNote> {
        let bytes = note.as_ref();
        if bytes.len() > MAX_NOTE {
            return Err(MalformedNote::TooLong);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| MalformedNote::NotUtf8)?;
        if note.bytes().any(is_control) {
            return Err(MalformedNote::ControlCharacter);
        }
        // The last empty line: the text may have some of its own.
        let (text, lines) = note.rsplit_once("\n\n").ok_or(MalformedNote::NoSignatures)?;
        if lines.is_empty() {
            return Err(MalformedNote::NoSignatures);
        }
        let count = lines.matches('\n').count();
        if count > MAX_SIGNATURES {
            return Err(MalformedNote::TooMany);
        }
        let lines = lines.strip_suffix('\n').ok_or(MalformedNote::Line(count + 1))?;
        let signature =
            |(number, line)| Signature::parse(line).ok_or(MalformedNote::Line(number + 1));
        let signatures = lines.split('\n').enumerate().map(signature).collect::<Result<_, _>>()?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }

    /// A note that nobody has signed yet.
    ///
    /// # Errors
    /// [`MalformedNote`] if the text has control characters or does not end in a newline.
    pub fn unsigned(text: &str) -> Result<Self, MalformedNote> {
        if text.len() > MAX_NOTE {
            return Err(MalformedNote::TooLong);
        }
        if text.bytes().any(is_control) {
            return Err(MalformedNote::ControlCharacter);
        }
        if !text.ends_with('\n') {
            return Err(MalformedNote::NoNewline);
        }
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Checks that `key` signed the text. Lines of other keys are passed over; all lines of this one have to be good.
    ///
    /// # Errors
    /// [`NotSigned`].
    pub fn verify(&self, key: &VerifierKey) -> Result<(), NotSigned> {
        let mut none = true;
        for signature in self.signatures_of(key.named()) {
            if !key.verify(self.text.as_bytes(), &signature.bytes) {
                return Err(NotSigned::BadSignature(key.to_string()));
            }
            none = false;
        }
        if none { Err(NotSigned::NoSignature(key.to_string())) } else { Ok(()) }
    }

    /// The lines of a key: with its name and its id.
    pub(crate) fn signatures_of(&self, key: &NamedKey) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().filter(|line| line.name == key.name() && line.id == key.id())
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl Signature {
    /// Reads a line, without its newline.
    fn parse(line: &str) -> Option<Self> {
        let (name, base64) = line.strip_prefix(DASH)?.split_once(' ')?;
        let bytes = STANDARD.decode(base64).ok()?;
        let (id, bytes) = bytes.split_first_chunk()?;
        if bytes.is_empty() || !is_key_name(name) {
            return None;
        }
        Some(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}

impl fmt::Display for Signature {
    /// The line, without its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.id.to_be_bytes(), self.bytes.as_slice()].concat();
        write!(f, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

/// Whether a key can have this name: not empty, without spaces of any kind, ASCII control characters or plus signs.
#[must_use]
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c < ' ' || c == '+')
}

fn is_control(byte: u8) -> bool {
    byte < b' ' && byte != b'\n'
}
