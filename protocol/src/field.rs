//! The vocabulary: the types that requests and replies are made of, the same in both dialects.
//!
//! A value that came in through the compact dialect has the right shape but not yet the right
//! content (a digit may be a letter); [`Checked::check`] settles that, and the engine calls it on
//! every request before any handler sees it.

mod account;
mod audit_record;
mod bytes;
mod card;
mod card_number;
mod card_range;
mod card_value;
mod contactless;
mod data;
mod dynamic;
mod fpe;
mod key;
mod key_attributes;
mod key_exchange;
mod key_type;
mod lmk_id;
mod monitoring;
mod new_card;
mod pin;
mod pin_life;
mod pin_verification;
mod security_value;
mod stored;
mod token;
mod zone_name;

pub use account::{Account, Pan, SeenAccount};
pub use audit_record::AuditRecord;
pub use bytes::Bytes;
pub use card::{Cvv, Expiry, ServiceCode};
pub use card_number::{
    Card, CardNumber, EncryptedPan, LAST_DOMAIN, LONGEST_TOKEN, PanToken, check_card, is_token,
};
pub use card_range::{BatchId, CardForms, CardRange, MostCards, Place, Quantity};
pub use card_value::{OffsetSource, ValueDigits, ValueKind, WantedPin, WantedValue, WantedValues};
pub use contactless::{CardKeyDerivation, ContactlessValue, Cvc3Track, MastercardCvc3, VisaDcvv};
pub use data::{
    CipherMode, CipherModeCode, DataFormat, InitialVector, Mac, MacMethod, MacPadding, MacPart,
    MacSize, VerifyPart,
};
pub use dynamic::{
    CardSequence, Cvv2Kind, DynamicMode, DynamicState, LastVerdict, MerchantId, StaticCvv2,
};
pub use fpe::{Numerals, Radix, Tweak};
pub use key::{BlockScheme, CheckValue, Cryptogram, CryptogramScheme, KeyBlock, KeyField, SentKey};
pub use key_attributes::{Exportability, KeyAttributes, KeyScheme, OptionalBlock};
pub use key_exchange::{
    AtallaVariant, BlockVersion, CheckValueType, ExchangeOptions, ExchangeSchemes, ExportForm,
    ExportHeader, ImportHeader, KeyLengthFlag, WrappingKey,
};
pub use key_type::KeyType;
pub use lmk_id::LmkId;
pub use monitoring::{
    Connected, LmkAlgorithm, LmkSeen, LoadBand, Moment, Period, Running, Serial, Traffic, Volume,
};
pub use new_card::{CardSource, CardholderName, NewPin, PinSource, TrackChaining, WantedTracks};
pub use pin::{ClearPin, ExcludedPins, LmkPin, PinBlock, PinBlockFormat, PinLength};
pub use pin_life::{Channel, OffsetTerms, PinBlocked, PinReference, PinStatus, ReferenceTerms};
pub use pin_verification::{CheckLength, DecimalisationTable, Offset, Pvki, Pvv, ValidationData};
pub use security_value::{EncryptedValue, SecurityDigits, SecurityValue};
pub(crate) use stored::names_nothing;
pub use stored::{
    KeyBytes, Names, NothingStored, Shelf, Slot, StoredKey, ZoneKey, ZoneRole, is_label, is_zone,
};
pub use token::{CardItself, DomainKey, DomainNumber, MaskedPan, NumberForm, TokenTerms, ZoneForm};
pub use zone_name::ZoneName;

use crate::ErrorCode;

/// Content checks that the shape of a type cannot express.
pub trait Checked {
    /// Refuses a value whose content is out of range.
    ///
    /// # Errors
    /// The code that a caller gets for this field.
    fn check(&self) -> Result<(), ErrorCode>;
}

impl<T: Checked> Checked for Option<T> {
    fn check(&self) -> Result<(), ErrorCode> {
        self.as_ref().map_or(Ok(()), Checked::check)
    }
}

impl<T: Checked> Checked for Vec<T> {
    fn check(&self) -> Result<(), ErrorCode> {
        self.iter().try_for_each(Checked::check)
    }
}

macro_rules! always_valid {
    ($($type:ty),+ $(,)?) => {
        $(impl $crate::field::Checked for $type {
            fn check(&self) -> Result<(), $crate::ErrorCode> { Ok(()) }
        })+
    };
}
pub(crate) use always_valid;

always_valid!(bool, u8, u16, u32);

names_nothing!(
    bool,
    u8,
    u16,
    u32,
    AtallaVariant,
    Bytes,
    CheckLength,
    CheckValue,
    CheckValueType,
    CipherMode,
    ClearPin,
    Cvv,
    DataFormat,
    DecimalisationTable,
    ExchangeOptions,
    ExchangeSchemes,
    ExcludedPins,
    Expiry,
    ExportForm,
    ImportHeader,
    InitialVector,
    KeyAttributes,
    KeyLengthFlag,
    KeyScheme,
    KeyType,
    LmkPin,
    Mac,
    MacMethod,
    MacPart,
    MacSize,
    Offset,
    OptionalBlock,
    PinBlock,
    PinBlockFormat,
    PinLength,
    Pvki,
    Pvv,
    ServiceCode,
    ValidationData,
    VerifyPart,
);

/// `Ok` if every byte is an ASCII decimal digit.
pub(crate) fn all_digits(bytes: &[u8], otherwise: ErrorCode) -> Result<(), ErrorCode> {
    if bytes.iter().all(u8::is_ascii_digit) { Ok(()) } else { Err(otherwise) }
}
