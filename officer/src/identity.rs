//! An officer's keys, unlocked.

use crate::passphrase::{Cost, SALT};
use crate::random::Random;
use crate::share::{self, Belonging};
use crate::{OfficerError, login};
use ed25519_dalek::{Signer, SigningKey};
use payhsm_protocol::officer::Officer;
use std::collections::BTreeMap;
use zeroize::Zeroizing;

/// An officer who gave the passphrase: can sign logins and open shares. Wiped when dropped.
pub struct Identity {
    pub(crate) officer: Officer,
    pub(crate) keys: PrivateKeys,
    pub(crate) lock: Lock,
    /// The highest generation seen, by appliance.
    pub(crate) seen: BTreeMap<String, u64>,
}

/// Ed25519 seed, then X25519 scalar.
pub(crate) type PrivateKeys = Zeroizing<[u8; 64]>;

/// What seals the private keys in the file; kept, so that the file can be written again without asking.
pub(crate) struct Lock {
    pub(crate) cost: Cost,
    pub(crate) salt: [u8; SALT],
    pub(crate) key: Zeroizing<[u8; 32]>,
}

impl Lock {
    pub(crate) fn new(
        passphrase: &[u8],
        cost: Cost,
        random: &mut impl Random,
    ) -> Result<Self, OfficerError> {
        let mut salt = [0; SALT];
        random.fill(&mut salt)?;
        Ok(Self { cost, salt, key: cost.key(passphrase, &salt)? })
    }
}

impl Identity {
    /// Makes an officer.
    ///
    /// # Errors
    /// [`OfficerError::Name`], [`OfficerError::Random`], [`OfficerError::PassphraseFunction`].
    pub fn create(
        name: &str,
        passphrase: &[u8],
        cost: Cost,
        random: &mut impl Random,
    ) -> Result<Self, OfficerError> {
        login::check_name(name)?;
        let mut keys = PrivateKeys::new([0; 64]);
        random.fill(keys.as_mut_slice())?;
        let officer = public_half(name, &keys)?;
        let lock = Lock::new(passphrase, cost, random)?;
        Ok(Self { officer, keys, lock, seen: BTreeMap::new() })
    }

    /// The public half.
    #[must_use]
    pub const fn officer(&self) -> &Officer {
        &self.officer
    }

    /// The officer's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.officer.name
    }

    /// Signs the challenge of a connection.
    #[must_use]
    pub fn sign_login(&self, challenge: &[u8; 32], appliance: &str) -> [u8; 64] {
        let (seed, _) = halves(&self.keys);
        let text = login::signed_text(challenge, appliance, &self.officer.name);
        SigningKey::from_bytes(&seed).sign(&text).to_bytes()
    }

    /// Opens a share of an LMK that was sealed to this officer.
    ///
    /// # Errors
    /// [`OfficerError::Share`].
    pub fn open_share(
        &self,
        belonging: &Belonging<'_>,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OfficerError> {
        let (_, scalar) = halves(&self.keys);
        share::open(&scalar, belonging, sealed)
    }

    /// The highest generation of this appliance's store that the officer has seen; 0 if none.
    #[must_use]
    pub fn seen(&self, appliance: &str) -> u64 {
        self.seen.get(appliance).copied().unwrap_or(0)
    }

    /// Remembers a generation; says whether that is news, so that the file is to be written again.
    pub fn saw(&mut self, appliance: &str, generation: u64) -> bool {
        let news = generation > self.seen(appliance);
        if news {
            self.seen.insert(appliance.to_owned(), generation);
        }
        news
    }

    /// After officers accepted an older store: what counts from now on, be it less.
    pub fn accept_older(&mut self, appliance: &str, generation: u64) {
        self.seen.insert(appliance.to_owned(), generation);
    }

    /// Takes another passphrase from the next time the file is written.
    ///
    /// # Errors
    /// [`OfficerError::Random`], [`OfficerError::PassphraseFunction`]; then the old one stays.
    pub fn change_passphrase(
        &mut self,
        passphrase: &[u8],
        cost: Cost,
        random: &mut impl Random,
    ) -> Result<(), OfficerError> {
        self.lock = Lock::new(passphrase, cost, random)?;
        Ok(())
    }
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("name", &self.officer.name).finish_non_exhaustive()
    }
}

/// The signing seed and the opening scalar.
fn halves(keys: &PrivateKeys) -> (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>) {
    let mut halves = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
    let (signing, opening) = keys.split_at(32);
    halves.0.copy_from_slice(signing);
    halves.1.copy_from_slice(opening);
    halves
}

pub(crate) fn public_half(name: &str, keys: &PrivateKeys) -> Result<Officer, OfficerError> {
    let (seed, scalar) = halves(keys);
    Ok(Officer {
        name: name.to_owned(),
        signing_key: SigningKey::from_bytes(&seed).verifying_key().to_bytes(),
        sealing_key: share::public_key(&scalar)?,
    })
}
