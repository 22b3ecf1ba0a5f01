//! The keys of the rows in a store of state: ids that tell a store nothing, and seals.
//!
//! Our own definition. The secret is 64 bytes: K1 for ids, K2 for seals; both are keys of HMAC-SHA-256 (RFC 2104).
//!
//! * id = first 16 bytes of HMAC(K1, kind ‖ for each part its length, 4 bytes big endian, ‖ the part)
//! * row = nonce ‖ AES-256-GCM (NIST SP 800-38D) ‖ tag, under HMAC(K2, said), with `said` = version ‖ kind ‖ id as
//!   associated data. A key for each row: nonces are drawn, and under one key for all of them 2^32 changes would be the limit.

#[cfg(test)]
mod tests;

use crate::lmk::{Lmk, LmkScheme, in_secret_memory};
use crate::random::Random;
use crate::refusal::KeyRefused;
use payhsm_arena::{Arena, ArenaBox, ArenaError, with_stack_wiped};
use payhsm_crypto::aead::{AeadKey, NONCE, TAG};
use payhsm_crypto::mac::HmacSha256Key;
use std::fmt;
use zeroize::Zeroizing;

/// Bytes in each of the two keys.
const KEY: usize = 32;
const SECRET: usize = 2 * KEY;

/// Version of the secret in a record of the store.
const VERSION: u8 = 1;

/// Version of what a row is bound to.
const ROW_VERSION: u8 = 1;

/// What the keys of a test LMK are derived for.
const OF_A_TEST_LMK: &[u8] = b"payhsm: state of an appliance with a test LMK";

/// Bytes of stack that the ciphers take.
const CIPHER: usize = 16 << 10;

/// Names and seals the rows of a store of state. Says nothing of itself.
pub struct StateKeys {
    secret: ArenaBox<[u8]>,
    ready: ArenaBox<Ready>,
}

/// Both keys, expanded.
struct Ready {
    ids: HmacSha256Key,
    seals: HmacSha256Key,
}

impl Ready {
    /// The key of one row.
    fn row(&self, said: &[u8; 18]) -> AeadKey {
        AeadKey::new(&Zeroizing::new(self.seals.mac(&[said])))
    }
}

impl StateKeys {
    /// Bytes that a sealed row is longer than the row.
    pub const OVERHEAD: usize = NONCE + TAG;

    /// New ones, drawn where they live.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without randomness or secret memory.
    pub fn generate(random: &mut dyn Random) -> Result<Self, KeyRefused> {
        let mut secret = arena()?.zeroed(SECRET).map_err(no_memory)?;
        random.fill(&mut secret)?;
        Self::take(secret)
    }

    /// Those of an appliance without a store of its own: the same for the same test LMK, for anybody who knows that.
    ///
    /// # Errors
    /// [`KeyRefused::Scheme`] for an LMK that is not one of the test LMKs.
    pub fn of_test_lmk(lmk: &Lmk) -> Result<Self, KeyRefused> {
        if !lmk.is_test() {
            return Err(KeyRefused::Scheme);
        }
        // Whoever knows the LMK, and everybody does, knows these keys: its check value serves as well as the whole of it.
        let check_value = lmk.check_value();
        let scheme = match lmk.scheme() {
            LmkScheme::Variant => 0,
            LmkScheme::KeyBlockTdes => 1,
            LmkScheme::KeyBlockAes => 2,
        };
        let from = HmacSha256Key::new(&check_value.0);
        let mut secret = arena()?.zeroed(SECRET).map_err(no_memory)?;
        for (number, key) in (1u8..).zip(secret.chunks_exact_mut(KEY)) {
            key.copy_from_slice(&from.mac(&[OF_A_TEST_LMK, &[scheme, number]]));
        }
        Self::take(secret)
    }

    /// The ones that a place in secret memory holds.
    fn take(secret: ArenaBox<[u8]>) -> Result<Self, KeyRefused> {
        let whole: &[u8; SECRET] = secret.as_array().ok_or(KeyRefused::Length)?;
        let (ids, seals) = whole.split_at(KEY);
        let ready = in_secret_memory(|| {
            Ok(Ready { ids: HmacSha256Key::new(ids), seals: HmacSha256Key::new(seals) })
        })?;
        Ok(Self { secret, ready })
    }

    /// The id of the row of this kind that these parts name, of any length each; where one ends and the next begins counts.
    /// On a stack in secret memory.
    ///
    /// # Errors
    /// [`KeyRefused::Length`] for a part of 4 GiB and more.
    pub fn row_id(&self, kind: u8, parts: &[&[u8]]) -> Result<[u8; 16], KeyRefused> {
        let length = |part: &&[u8]| u32::try_from(part.len()).map(u32::to_be_bytes);
        let lengths: Result<Vec<_>, _> = parts.iter().map(length).collect();
        let lengths = lengths.map_err(|_| KeyRefused::Length)?;
        let kind = [kind];
        let mut text: Vec<&[u8]> = vec![&kind];
        for (length, part) in lengths.iter().zip(parts) {
            text.extend([length.as_slice(), part]);
        }
        let mut id = [0; 16];
        with_stack_wiped::<CIPHER, _>(|| {
            let mac = self.ready.ids.mac(&text);
            id.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
        });
        Ok(id)
    }

    /// A row sealed and bound to its kind and id: nonce of 12 bytes, ciphertext, tag of 16.
    ///
    /// # Errors
    /// [`KeyRefused::Internal`] without randomness.
    pub fn seal(
        &self,
        kind: u8,
        id: &[u8; 16],
        row: &[u8],
        random: &mut dyn Random,
    ) -> Result<Vec<u8>, KeyRefused> {
        let mut nonce = [0; NONCE];
        random.fill(&mut nonce)?;
        let mut sealed = Vec::with_capacity(row.len() + Self::OVERHEAD);
        sealed.extend(nonce);
        sealed.extend(row);
        let text = sealed.get_mut(NONCE..).unwrap_or_default();
        let said = said(kind, id);
        let tag = with_stack_wiped::<CIPHER, _>(|| self.ready.row(&said).seal(&nonce, &said, text));
        sealed.extend(tag.map_err(|_| KeyRefused::Internal)?);
        Ok(sealed)
    }

    /// The row that [`StateKeys::seal`] sealed with these keys for this kind and id.
    ///
    /// # Errors
    /// [`KeyRefused::Authentication`] if a bit of it is another, or kind, id or keys are.
    pub fn open(
        &self,
        kind: u8,
        id: &[u8; 16],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, KeyRefused> {
        let (nonce, text, tag) = parts(sealed).ok_or(KeyRefused::Authentication)?;
        let mut row = Zeroizing::new(text.to_vec());
        let said = said(kind, id);
        let opened = with_stack_wiped::<CIPHER, _>(|| {
            self.ready.row(&said).open(nonce, &said, &mut row, tag)
        });
        opened.map_err(|_| KeyRefused::Authentication)?;
        Ok(row)
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

/// What a row is bound to.
fn said(kind: u8, id: &[u8; 16]) -> [u8; 18] {
    let mut said = [ROW_VERSION; 18];
    let [_, place, rest @ ..] = &mut said;
    *place = kind;
    *rest = *id;
    said
}

/// Nonce, ciphertext and tag of a sealed row.
fn parts(sealed: &[u8]) -> Option<(&[u8; NONCE], &[u8], &[u8; TAG])> {
    let (nonce, rest) = sealed.split_first_chunk()?;
    let (text, tag) = rest.split_last_chunk()?;
    Some((nonce, text, tag))
}

fn arena() -> Result<&'static Arena, KeyRefused> {
    payhsm_arena::global().map_err(no_memory)
}

fn no_memory(_: ArenaError) -> KeyRefused {
    KeyRefused::Internal
}

impl fmt::Debug for StateKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKeys(…)")
    }
}
