//! The secret key of a witness, as text: `PRIVATE+KEY+name+id+base64`, in base64 a byte for the algorithm and the seed.

use crate::cosignature::WitnessKey;
use crate::note::{Ed25519Signer, KeyError, SignFailed, Signer as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::{SecureRandom as _, SystemRandom};
use std::fmt;

const PREFIX: &str = "PRIVATE+KEY+";

/// The byte for cosignatures.
const ALGORITHM: u8 = 4;

/// A name and an Ed25519 seed (RFC 8032). Says nothing of the seed but in [`SecretKey::to_text`].
pub struct SecretKey {
    name: String,
    seed: [u8; 32],
    public: WitnessKey,
}

/// The text is no secret key of a witness.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// Not written as one.
    #[error("a secret key of a witness is written as PRIVATE+KEY+name+id+base64")]
    Malformed,
    /// Name or id.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The seed is none, or there is no randomness for one.
    #[error(transparent)]
    Failed(#[from] SignFailed),
}

impl SecretKey {
    /// A new one for a witness of this name, such as `witness.example/w1`.
    ///
    /// # Errors
    /// [`BadKey::Key`] for what is no name, [`BadKey::Failed`] without randomness.
    pub fn generate(name: &str) -> Result<Self, BadKey> {
        let mut seed = [0; 32];
        let failed = |_| SignFailed("the system gives no randomness".to_owned());
        SystemRandom::new().fill(&mut seed).map_err(failed)?;
        Self::from_seed(name, seed)
    }

    fn from_seed(name: &str, seed: [u8; 32]) -> Result<Self, BadKey> {
        let signer = Ed25519Signer::from_seed(name, &seed)?;
        let public = WitnessKey::new(name, signer.public_key())?;
        Ok(Self { name: name.to_owned(), seed, public })
    }

    /// Reads a key; its id has to be that of name and key.
    ///
    /// # Errors
    /// [`BadKey`]
    pub fn parse(text: &str) -> Result<Self, BadKey> {
        let rest = text.strip_prefix(PREFIX).ok_or(BadKey::Malformed)?;
        let (name, rest) = rest.split_once('+').ok_or(BadKey::Malformed)?;
        let (id, key) = rest.split_once('+').ok_or(BadKey::Malformed)?;
        let key = STANDARD.decode(key).map_err(|_| BadKey::Malformed)?;
        let seed = key.strip_prefix(&[ALGORITHM]).and_then(|seed| seed.try_into().ok());
        let read = Self::from_seed(name, seed.ok_or(BadKey::Malformed)?)?;
        if format!("{:08x}", read.public.id()) == id { Ok(read) } else { Err(KeyError::Id.into()) }
    }

    /// The text, to be kept where nobody else reads it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let key = [&[ALGORITHM], self.seed.as_slice()].concat();
        format!("{PREFIX}{}+{:08x}+{}", self.name, self.public.id(), STANDARD.encode(key))
    }

    /// The public key, for whoever relies on the witness.
    #[must_use]
    pub const fn public(&self) -> &WitnessKey {
        &self.public
    }

    /// What signs with it.
    ///
    /// # Errors
    /// [`SignFailed`], which the same seed has not met before.
    pub fn signer(&self) -> Result<Ed25519Signer, SignFailed> {
        Ed25519Signer::from_seed(&self.name, &self.seed)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretKey").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{BadKey, SecretKey};

    #[test]
    fn a_key_is_read_as_it_is_written() {
        let key = SecretKey::generate("witness.example/w1").unwrap();
        let text = key.to_text();
        let again = SecretKey::parse(&text).unwrap();
        assert_eq!((again.public(), again.to_text()), (key.public(), text.clone()));
        // Base64 has a plus sign of its own.
        let secret = text.splitn(5, '+').last().unwrap();
        assert!(secret.len() == 44 && !format!("{key:?}").contains(secret));
        let renamed = text.replace("/w1", "/w2");
        assert!(matches!(SecretKey::parse(&renamed), Err(BadKey::Key(_))));
        let cut = text.strip_suffix(text.split_at(text.len() - 4).1).unwrap();
        for bad in ["", "PRIVATE+KEY+a", &key.public().to_string(), cut] {
            assert_eq!(SecretKey::parse(bad).unwrap_err(), BadKey::Malformed, "{bad}");
        }
        assert!(SecretKey::generate("a b").is_err());
    }
}
