//! Names of what officers stored, in place of keys that a caller would send along.

use super::{CardNumber, Checked, KeyBlock, KeyField, Pan, SeenAccount};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// Names a key in the store of the appliance.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum StoredKey {
    /// By its place in user storage (`K` and 3H in the host dialect).
    Slot(Slot),
    /// By its label.
    Label(String),
    /// As a key of a zone.
    Zone(ZoneKey),
}

/// A place in user storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Slot {
    /// 000 to FFF.
    pub index: u16,
    /// How long the key there has to be, if the request says so (`U`, `T`, `X`, `Y` or `Z` before the `K`).
    pub length: Option<KeyBytes>,
}

/// The length of a DES key, as scheme letters tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum KeyBytes {
    /// 8 bytes: `Z`.
    Single,
    /// 16 bytes: `U`, `X`.
    Double,
    /// 24 bytes: `T`, `Y`.
    Triple,
}

/// One of the keys that are shared with a partner.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ZoneKey {
    /// 1 to 3 letters or digits.
    pub zone: String,
    /// Which of its keys.
    pub role: ZoneRole,
}

/// What a key of a zone is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum ZoneRole {
    /// Other keys are under it.
    Zmk,
    /// PIN blocks are under it.
    Zpk,
    /// Data is under it.
    Zek,
}

impl KeyBytes {
    /// What the length is called in a key block: the digit of `T1`, `T2`, `T3`.
    #[must_use]
    pub const fn digit(self) -> u8 {
        match self {
            Self::Single => b'1',
            Self::Double => b'2',
            Self::Triple => b'3',
        }
    }

    /// A scheme letter that says this length.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Single => b'Z',
            Self::Double => b'U',
            Self::Triple => b'T',
        }
    }
}

impl ZoneRole {
    /// The letter in the host dialect.
    #[must_use]
    pub const fn letter(self) -> u8 {
        match self {
            Self::Zmk => b'M',
            Self::Zpk => b'P',
            Self::Zek => b'E',
        }
    }

    /// The role with this letter.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'M' => Some(Self::Zmk),
            b'P' => Some(Self::Zpk),
            b'E' => Some(Self::Zek),
            _ => None,
        }
    }
}

/// Whether this can be a label: 1 to 32 letters, digits, `-`, `_`, `.`.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=32).contains(&text.len()) && text.bytes().all(fits)
}

/// Whether this can be the name of a zone: 1 to 3 letters or digits.
#[must_use]
pub fn is_zone(text: &str) -> bool {
    (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

impl Checked for StoredKey {
    fn check(&self) -> Result<(), ErrorCode> {
        let fits = match self {
            Self::Slot(slot) => slot.index <= 0xFFF,
            Self::Label(label) => is_label(label),
            Self::Zone(key) => is_zone(&key.zone),
        };
        if fits { Ok(()) } else { Err(ErrorCode::InvalidIndex) }
    }
}

/// What is stored, as far as the caller may name it.
pub trait Shelf {
    /// The block of a key.
    ///
    /// # Errors
    /// 12 where there is none, it is not to be used, or it is not the caller's; 27 for another length.
    fn key(&self, named: &StoredKey) -> Result<&KeyBlock, ErrorCode>;

    /// The card number that a token stands for, or that is enciphered for a zone.
    ///
    /// # Errors
    /// T1 to T5 for a token, 12 where the zone has no ZEK or is not the caller's, D1 if it is not a card number under it.
    fn pan(&self, card: &CardNumber) -> Result<Pan, ErrorCode>;
}

/// Where there is no store.
#[derive(Clone, Copy, Debug)]
pub struct NothingStored;

impl Shelf for NothingStored {
    fn key(&self, _: &StoredKey) -> Result<&KeyBlock, ErrorCode> {
        Err(ErrorCode::UserStorageEmpty)
    }

    fn pan(&self, card: &CardNumber) -> Result<Pan, ErrorCode> {
        match card {
            CardNumber::Clear(pan) => Ok(pan.clone()),
            CardNumber::Token(_) => Err(ErrorCode::TokenDomain),
            CardNumber::Encrypted(_) => Err(ErrorCode::UserStorageEmpty),
        }
    }
}

/// A field that may name what is stored.
pub trait Names {
    /// Puts the keys themselves where they are only named.
    ///
    /// # Errors
    /// What the shelf says.
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode>;

    /// Tells of the account that it is about.
    fn mention(&self, _: &mut dyn FnMut(SeenAccount)) {}
}

impl Names for KeyField {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        if let Self::Stored(named) = self {
            *self = Self::Block(shelf.key(named)?.clone());
        }
        Ok(())
    }
}

impl<T: Names> Names for Option<T> {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.as_mut().map_or(Ok(()), |one| one.fill_in(shelf))
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        self.iter().for_each(|one| one.mention(to));
    }
}

impl<T: Names> Names for Vec<T> {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.iter_mut().try_for_each(|one| one.fill_in(shelf))
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        self.iter().for_each(|one| one.mention(to));
    }
}

macro_rules! names_nothing {
    ($($type:ty),+ $(,)?) => {
        $(impl $crate::field::Names for $type {
            fn fill_in(&mut self, _: &dyn $crate::field::Shelf) -> Result<(), $crate::ErrorCode> { Ok(()) }
        })+
    };
}
pub(crate) use names_nothing;
