//! The keys of the audit log: an Ed25519 key (RFC 8032) that signs its checkpoints, and an HMAC key for fingerprints of
//! account numbers. Both are made inside, live in secret memory and never leave.

#[cfg(test)]
mod tests;

use crate::lmk::{Lmk, in_secret_memory};
use crate::random::Random;
use crate::refusal::KeyRefused;
use payhsm_arena::{Arena, ArenaBox, ArenaError, with_stack_wiped};
use payhsm_crypto::aead::{NONCE, TAG};
use payhsm_crypto::mac::HmacSha256Key;
use payhsm_crypto::told::{Told, told};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use std::fmt;
use subtle::ConstantTimeEq as _;

/// Bytes of the seed of the signing key, and of the HMAC key.
const SEED: usize = 32;
const FINGERPRINT_KEY: usize = 32;
const SECRET: usize = SEED + FINGERPRINT_KEY;

/// Version of the secret as bytes, in a record of the store or sealed.
const VERSION: u8 = 1;

/// What the sealed keys are bound to: what they are, and the version.
const SAID: &[u8] = b"payhsm: keys of the audit log, sealed, 1";

/// What the HMAC key is for; with twelve digits it fits one block of SHA-256 and its padding.
const FINGERPRINT: &[u8] = b"payhsm: account number in the audit log: ";

/// What it is for besides: records that leave by Q2. No fingerprint begins like it.
const RETRIEVED: &[u8] = b"payhsm: record of the audit log for a host: ";

/// Bytes of stack that the ciphers take.
const CIPHER: usize = 16 << 10;

/// What an appliance signs its audit log with, and fingerprints account numbers. Says nothing of itself.
pub struct AuditKeys {
    /// Seed, HMAC key.
    secret: ArenaBox<[u8]>,
    ready: ArenaBox<Ready>,
    public_key: [u8; 32],
}

/// Both keys, expanded.
struct Ready {
    pair: Ed25519KeyPair,
    fingerprint: HmacSha256Key,
}

impl AuditKeys {
    /// New ones, drawn where they live.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without randomness or secret memory.
    pub fn generate(random: &mut dyn Random) -> Result<Self, KeyRefused> {
        let mut secret = arena()?.zeroed(SECRET).map_err(no_memory)?;
        random.fill(&mut secret)?;
        Self::take(secret)
    }

    /// Another signing key; fingerprints stay what they are, so that records before and after can be compared.
    pub(crate) fn with_new_signing_key(&self, random: &mut dyn Random) -> Result<Self, KeyRefused> {
        let mut secret = self.secret.duplicate().map_err(no_memory)?;
        random.fill(secret.get_mut(..SEED).ok_or(KeyRefused::Internal)?)?;
        Self::take(secret)
    }

    /// The ones that a place in secret memory holds.
    fn take(secret: ArenaBox<[u8]>) -> Result<Self, KeyRefused> {
        let whole: &[u8; SECRET] = secret.as_array().ok_or(KeyRefused::Length)?;
        let (seed, fingerprint) = whole.split_at(SEED);
        let mut public_key = [0; 32];
        let ready = in_secret_memory(|| {
            let pair = Ed25519KeyPair::from_seed_unchecked(seed);
            let pair = pair.map_err(|_| KeyRefused::Internal)?;
            public_key = *pair.public_key().as_ref().as_array().ok_or(KeyRefused::Internal)?;
            Ok(Ready { pair, fingerprint: HmacSha256Key::new(fingerprint) })
        })?;
        Ok(Self { secret, ready, public_key })
    }

    /// The public key that belongs to the signing key.
    #[must_use]
    pub fn public_key(&self) -> [u8; 32] {
        self.public_key
    }

    /// The Ed25519 signature over `message`, on a stack in secret memory.
    ///
    /// # Errors
    /// None that can happen; the arithmetic reports lengths.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], KeyRefused> {
        let mut signature = [0; 64];
        with_stack_wiped::<CIPHER, _>(|| {
            let made = self.ready.pair.sign(message);
            signature = *made.as_ref().as_array().ok_or(KeyRefused::Internal)?;
            Ok::<(), KeyRefused>(())
        })?;
        Ok(signature)
    }

    /// What the log has in place of an account number, twelve digits: HMAC-SHA-256, the first 16 bytes. The same for the
    /// same account, and for nobody to compute who has no key. On the stack that it is called on: handlers, which ask for
    /// it with every command, have one in secret memory.
    #[must_use]
    pub fn fingerprint(&self, account: &[u8; 12]) -> [u8; 16] {
        let mut made = [0; 16];
        let mac = self.ready.fingerprint.mac(&[FINGERPRINT, account]);
        made.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        made
    }

    /// The MAC of a record that leaves by Q2: HMAC-SHA-256 over what was drawn for it and the record, the first 8 bytes.
    #[must_use]
    pub fn record_mac(&self, drawn: &[u8; 16], record: &[u8; 16]) -> [u8; 8] {
        let mut made = [0; 8];
        with_stack_wiped::<CIPHER, _>(|| {
            let mac = self.ready.fingerprint.mac(&[RETRIEVED, drawn, record]);
            made.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        });
        made
    }

    /// Whether it is that MAC; in constant time.
    #[must_use]
    pub fn is_record_mac(&self, drawn: &[u8; 16], record: &[u8; 16], mac: &[u8; 8]) -> bool {
        told(Told::Authentic, self.record_mac(drawn, record).ct_eq(mac))
    }

    /// The keys sealed by an LMK, AES-256-GCM, for an appliance without a store: version, nonce, ciphertext, tag.
    ///
    /// # Errors
    /// [`KeyRefused::Scheme`] for an LMK that is not AES, [`KeyRefused::Internal`] without randomness or secret memory.
    pub fn seal(&self, lmk: &Lmk, random: &mut dyn Random) -> Result<Vec<u8>, KeyRefused> {
        let key = lmk.audit_seal()?;
        let mut text = self.secret.duplicate().map_err(no_memory)?;
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        let tag = with_stack_wiped::<CIPHER, _>(|| key.seal(&nonce, SAID, &mut text));
        let tag = tag.map_err(|_| KeyRefused::Internal)?;
        Ok([&[VERSION], nonce.as_slice(), &text, &tag].concat())
    }

    /// The keys that [`AuditKeys::seal`] sealed by the same LMK.
    ///
    /// # Errors
    /// [`KeyRefused::Authentication`] if a bit is another or the LMK is, otherwise as [`AuditKeys::seal`].
    pub fn open(lmk: &Lmk, sealed: &[u8]) -> Result<Self, KeyRefused> {
        let key = lmk.audit_seal()?;
        let (nonce, text, tag) = parts(sealed).ok_or(KeyRefused::Authentication)?;
        let mut text = arena()?.copy_of(text).map_err(no_memory)?;
        let opened = with_stack_wiped::<CIPHER, _>(|| key.open(nonce, SAID, &mut text, tag));
        opened.map_err(|_| KeyRefused::Authentication)?;
        Self::take(text)
    }

    /// The text of a record in the store.
    pub(crate) fn to_text(&self) -> Result<ArenaBox<[u8]>, KeyRefused> {
        let mut text = arena()?.zeroed(1 + SECRET).map_err(no_memory)?;
        let (version, place) = text.split_first_mut().ok_or(KeyRefused::Internal)?;
        *version = VERSION;
        place.copy_from_slice(&self.secret);
        Ok(text)
    }

    /// The keys in the text of a record.
    pub(crate) fn from_text(text: &ArenaBox<[u8]>) -> Result<Self, KeyRefused> {
        let secret = text.strip_prefix(&[VERSION]).ok_or(KeyRefused::VersionNumber)?;
        Self::take(arena()?.copy_of(secret).map_err(no_memory)?)
    }
}

/// Nonce, ciphertext and tag of sealed keys.
fn parts(sealed: &[u8]) -> Option<(&[u8; NONCE], &[u8; SECRET], &[u8; TAG])> {
    let (nonce, rest) = sealed.strip_prefix(&[VERSION])?.split_first_chunk()?;
    let (text, tag) = rest.split_last_chunk()?;
    Some((nonce, text.as_array()?, tag))
}

fn arena() -> Result<&'static Arena, KeyRefused> {
    payhsm_arena::global().map_err(no_memory)
}

fn no_memory(_: ArenaError) -> KeyRefused {
    KeyRefused::Internal
}

impl fmt::Debug for AuditKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuditKeys(…)")
    }
}
