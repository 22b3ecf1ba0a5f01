//! One record: its name and its value.

use super::{StoreKey, StoreRefused};
use crate::random::Random;
use payhsm_arena::{ArenaBox, with_stack_wiped};
use payhsm_crypto::aead::{NONCE, TAG};

/// The format of a value.
pub(super) const FORMAT: u8 = 1;
/// Format, number of the LMK, record version.
const PREFIX: usize = 1 + 4 + 8;
/// The longest text of a record, bytes.
const LONGEST: usize = 256 << 10;

/// Bytes of stack that the cipher takes. On one of its own: what a round key leaves would go with the database's
/// structures, in their gaps, to the heap.
const CIPHER: usize = 16 << 10;

/// What can be said of a value without a key. All of it is authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) lmk: u32,
    pub(super) version: u64,
    pub(super) tag: [u8; TAG],
}

/// What a value is bound to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// Name of the record.
    pub(super) name: &'a str,
    /// Number of the LMK.
    pub(super) lmk: u32,
    /// Record version.
    pub(super) version: u64,
}

impl Place<'_> {
    fn prefix(&self) -> [u8; PREFIX] {
        let mut prefix = [FORMAT; PREFIX];
        let fields = self.lmk.to_be_bytes().into_iter().chain(self.version.to_be_bytes());
        for (to, from) in prefix.iter_mut().skip(1).zip(fields) {
            *to = from;
        }
        prefix
    }
}

/// A value in its parts.
struct Parts<'a> {
    prefix: &'a [u8; PREFIX],
    nonce: &'a [u8; NONCE],
    text: &'a [u8],
    tag: &'a [u8; TAG],
}

fn parts(value: &[u8]) -> Option<Parts<'_>> {
    let (prefix, rest) = value.split_first_chunk()?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let (text, tag) = rest.split_last_chunk()?;
    Some(Parts { prefix, nonce, text, tag })
}

/// Format of a value, whatever it is.
pub(super) fn format(value: &[u8]) -> Option<u8> {
    value.first().copied()
}

/// What can be said of a value of our format.
pub(super) fn stamp(value: &[u8]) -> Option<Stamp> {
    let Parts { prefix, tag, .. } =
        parts(value).filter(|parts| parts.prefix.first() == Some(&FORMAT))?;
    let (_, numbers) = prefix.split_first()?;
    let (lmk, version) = numbers.split_first_chunk()?;
    Some(Stamp {
        lmk: u32::from_be_bytes(*lmk),
        version: u64::from_be_bytes(*version.as_array()?),
        tag: *tag,
    })
}

/// Whether a name is `kind/name` in allowed characters, or that of the header.
pub(super) fn check_name(name: &str) -> Result<(), StoreRefused> {
    let part = |part: &str| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        (1..=64).contains(&part.len()) && part.bytes().all(fits)
    };
    match name.split_once('/') {
        Some((kind, rest)) if part(kind) && part(rest) => Ok(()),
        _ => Err(StoreRefused::Name(name.to_owned())),
    }
}

fn said(prefix: &[u8; PREFIX], name: &str) -> Vec<u8> {
    [prefix.as_slice(), name.as_bytes()].concat()
}

/// Enciphers `text` where it is; gives the value, which is for everybody to see.
pub(super) fn seal(
    key: &StoreKey,
    place: &Place<'_>,
    text: &mut [u8],
    random: &mut dyn Random,
) -> Result<Vec<u8>, StoreRefused> {
    if text.len() > LONGEST {
        return Err(StoreRefused::TooLong);
    }
    let mut nonce = [0; NONCE];
    random.fill(&mut nonce).map_err(|_| StoreRefused::Random)?;
    let prefix = place.prefix();
    let said = said(&prefix, place.name);
    let tag = with_stack_wiped::<CIPHER, _>(|| key.0.seal(&nonce, &said, text));
    let tag = tag.map_err(|_| StoreRefused::TooLong)?;
    Ok([prefix.as_slice(), &nonce, text, &tag].concat())
}

/// The text of a value that is no secret.
pub(super) fn open(key: &StoreKey, name: &str, value: &[u8]) -> Result<Vec<u8>, StoreRefused> {
    let mut text = parts(value).map(|parts| parts.text.to_vec()).unwrap_or_default();
    open_into(key, name, value, &mut text)?;
    Ok(text)
}

/// The text of a value that is a secret.
pub(super) fn open_secret(
    key: &StoreKey,
    name: &str,
    value: &[u8],
) -> Result<ArenaBox<[u8]>, StoreRefused> {
    let text = parts(value).map(|parts| parts.text).unwrap_or_default();
    let arena = payhsm_arena::global().map_err(|_| StoreRefused::Memory)?;
    let mut place = arena.copy_of(text).map_err(|_| StoreRefused::Memory)?;
    open_into(key, name, value, &mut place)?;
    Ok(place)
}

/// Deciphers the text of a value, of which `text` is a copy.
fn open_into(
    key: &StoreKey,
    name: &str,
    value: &[u8],
    text: &mut [u8],
) -> Result<(), StoreRefused> {
    let damaged = || StoreRefused::Damaged(name.to_owned());
    let known = parts(value).filter(|parts| parts.prefix.first() == Some(&FORMAT));
    let Parts { prefix, nonce, tag, .. } = known.ok_or_else(damaged)?;
    let said = said(prefix, name);
    let opened = with_stack_wiped::<CIPHER, _>(|| key.0.open(nonce, &said, text, tag));
    opened.map_err(|_| damaged())
}
