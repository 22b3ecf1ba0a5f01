//! Changes of the key that signs checkpoints: a record that the key before and the key after both signed.
//!
//! The detail of the event [`event::KEY`] is four words with one space between:
//!
//! ```text
//! <key before> <key after> <signature by the key before> <signature by the key after>
//! ```
//!
//! Keys are written `name+id+base64` and have the same name, that of the log; signatures are 64 bytes in base64, Ed25519
//! over three lines, each with a newline at its end:
//!
//! ```text
//! payhsm-audit/signing-key/v1
//! <key before>
//! <key after>
//! ```
//!
//! No checkpoint reads like this, since its second line is a number. From the record on, the key after signs: a checkpoint
//! of more records than the index of the record has to be signed by it, one of fewer or as many by the key before. Whoever
//! keeps a log takes its signer away, appends the record, waits until it is kept, and gives it the new signer.

use crate::note::{KeyError, SignFailed, Signer, VerifierKey};
use crate::record::{Event, MAX_TEXT, event};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const FIRST_LINE: &str = "payhsm-audit/signing-key/v1";

/// A change of keys that both signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Signs before.
    pub before: VerifierKey,
    /// Signs after.
    pub after: VerifierKey,
}

/// Why a change of keys is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    /// Not two keys and two signatures.
    #[error("it does not hold two keys and two signatures")]
    Malformed,
    /// One of the keys is not written as a key.
    #[error("it names something that is no key: {0}")]
    Key(#[from] KeyError),
    /// Keys of different logs.
    #[error("its keys have different names, {0} and {1}")]
    Names(String, String),
    /// A key for itself.
    #[error("both of its keys are the same")]
    Same,
    /// The key before did not sign it.
    #[error("the key before, {0}, did not sign it")]
    NotByBefore(String),
    /// The key after did not sign it.
    #[error("the key after, {0}, did not sign it")]
    NotByAfter(String),
}

/// A change of keys could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MakeError {
    /// It would not be good.
    #[error(transparent)]
    Bad(#[from] BadChange),
    /// One of the keys did not sign.
    #[error(transparent)]
    Failed(#[from] SignFailed),
    /// The names do not leave room for it in a record.
    #[error("the name of the keys is too long for a record")]
    TooLong,
}

impl From<KeyError> for MakeError {
    fn from(error: KeyError) -> Self {
        BadChange::from(error).into()
    }
}

/// The event that says that `after` signs from here on.
///
/// # Errors
/// [`MakeError`].
pub fn make(before: &dyn Signer, after: &dyn Signer) -> Result<Event, MakeError> {
    let change = KeyChange {
        before: VerifierKey::new(before.name(), before.public_key())?,
        after: VerifierKey::new(after.name(), after.public_key())?,
    };
    let text = change.text();
    let signature = |signer: &dyn Signer| {
        signer.sign(text.as_bytes()).map(|signature| STANDARD.encode(signature))
    };
    let (by_before, by_after) = (signature(before)?, signature(after)?);
    let detail = format!("{} {} {by_before} {by_after}", change.before, change.after);
    if detail.len() > MAX_TEXT {
        return Err(MakeError::TooLong);
    }
    check(&detail)?;
    Ok(Event { name: event::KEY.to_owned(), detail })
}

/// Reads the detail of such an event, and checks both signatures.
///
/// # Errors
/// [`BadChange`].
pub fn check(detail: &str) -> Result<KeyChange, BadChange> {
    let words: Vec<_> = detail.split(' ').collect();
    let [before, after, by_before, by_after] = words.as_slice() else {
        return Err(BadChange::Malformed);
    };
    let change =
        KeyChange { before: VerifierKey::parse(before)?, after: VerifierKey::parse(after)? };
    let (old, new) = (change.before.name(), change.after.name());
    if old != new {
        return Err(BadChange::Names(old.to_owned(), new.to_owned()));
    }
    if change.before == change.after {
        return Err(BadChange::Same);
    }
    let text = change.text();
    let signed = |key: &VerifierKey, signature: &str| {
        STANDARD.decode(signature).is_ok_and(|signature| key.verify(text.as_bytes(), &signature))
    };
    if !signed(&change.before, by_before) {
        return Err(BadChange::NotByBefore(change.before.to_string()));
    }
    if !signed(&change.after, by_after) {
        return Err(BadChange::NotByAfter(change.after.to_string()));
    }
    Ok(change)
}

impl KeyChange {
    /// What both keys sign.
    fn text(&self) -> String {
        format!("{FIRST_LINE}\n{}\n{}\n", self.before, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::{BadChange, check, make};
    use crate::note::Ed25519Signer;

    fn signer(name: &str, seed: u8) -> Ed25519Signer {
        Ed25519Signer::from_seed(name, &[seed; 32]).unwrap()
    }

    #[test]
    fn both_keys_sign() {
        let (old, new) = (signer("a.example/log", 1), signer("a.example/log", 2));
        let event = make(&old, &new).unwrap();
        let change = check(&event.detail).unwrap();
        assert_ne!(change.before, change.after);
        let words: Vec<_> = event.detail.split(' ').collect();
        let [a, b, s, t] = words.as_slice() else { panic!() };
        assert!(matches!(check(&format!("{a} {b} {t} {t}")), Err(BadChange::NotByBefore(_))));
        assert!(matches!(check(&format!("{a} {b} {s} {s}")), Err(BadChange::NotByAfter(_))));
        assert!(matches!(check(&format!("{b} {a} {t} {s}")), Err(BadChange::NotByBefore(_))));
        assert_eq!(check(&format!("{a} {b} {s}")), Err(BadChange::Malformed));
        assert_eq!(check(&format!("{a} {a} {s} {t}")), Err(BadChange::Same));
        assert!(matches!(check(&format!("{a} x {s} {t}")), Err(BadChange::Key(_))));
        assert!(make(&old, &signer("b.example/log", 2)).is_err(), "another log");
        assert!(make(&signer(&"n".repeat(400), 1), &signer(&"n".repeat(400), 2)).is_err(), "room");
    }
}
