//! What the commands of dynamic CVV2s share: the row of a card, and the codes that are computed of its numbers.

use super::Context;
use super::export::{Exporter, ValueName};
use crate::cards::{Id, Rows};
use crate::settings::Profile;
use payhsm_issuing::dcvv2::{Dcvv2Row, Digits, Expected, Method, Mode, Policy};
use payhsm_keys::usage::{Cvk, Dcvk, DcvkHmac};
use payhsm_keys::{CardCode, Key, KeyRefused, OperationRefused, Position, Purpose, Random};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{
    Card, CardSequence, CheckValue, DynamicMode, EncryptedValue, Expiry, KeyField, Pan,
    SecurityDigits, SecurityValue, ServiceCode, StaticCvv2, ZoneName,
};

/// The usage of a key of method 2 in its block.
const HMAC_USAGE: [u8; 2] = *b"91";

/// The service code of a CVV2.
const STATIC: ServiceCode = ServiceCode(*b"000");

/// The row of a card's dynamic CVV2.
pub(super) fn row_of(rows: &Rows<'_>, card: &Card) -> Result<Id<Dcvv2Row>, ErrorCode> {
    rows.id(&[&card.pan()?.0])
}

/// The mode in the words of the language.
pub(super) const fn told(mode: Mode) -> DynamicMode {
    match mode {
        Mode::Static => DynamicMode::Static,
        Mode::Dynamic => DynamicMode::Dynamic,
        Mode::DynamicWithFallback => DynamicMode::DynamicWithFallback,
    }
}

/// A key of dynamic CVV2s, by what its block says.
enum DynamicKey {
    Cvv7(Key<Dcvk>),
    Hmac(Key<DcvkHmac>),
}

/// The dynamic CVV2s of one card.
pub(super) struct Codes<'r> {
    key: DynamicKey,
    pan: &'r Pan,
    expiry: Expiry,
    sequence: [u8; 2],
    /// What a key of the other method is refused with.
    wrong_key: ErrorCode,
}

impl Codes<'_> {
    /// Refuses a key of another method than this.
    pub(super) fn must_be(&self, method: Method) -> Result<(), ErrorCode> {
        match (&self.key, method) {
            (DynamicKey::Cvv7(_), Method::Cvv7) | (DynamicKey::Hmac(_), Method::Hmac) => Ok(()),
            (DynamicKey::Cvv7(_), Method::Hmac) | (DynamicKey::Hmac(_), Method::Cvv7) => {
                Err(self.wrong_key)
            }
        }
    }

    pub(super) fn check_value(&self) -> Result<CheckValue, ErrorCode> {
        let value = match &self.key {
            DynamicKey::Cvv7(key) => key.check_value(),
            DynamicKey::Hmac(key) => key.check_value(),
        };
        value.map_err(|_| ErrorCode::Internal)
    }

    /// The code of a number, as a product has it.
    pub(super) fn code_of(&self, number: u32, policy: &Policy) -> Result<CardCode, ErrorCode> {
        let Policy { method, digits, .. } = *policy;
        self.code(Expected { number, method, digits })
    }

    /// The code of what a row expects.
    ///
    /// # Errors
    /// That of a wrong key, if it was made with a key of the other method.
    pub(super) fn code(&self, expected: Expected) -> Result<CardCode, ErrorCode> {
        let Expected { number, method, digits } = expected;
        let digits = usize::from(digits.count());
        let code = match (&self.key, method) {
            (DynamicKey::Cvv7(key), Method::Cvv7) => key.dynamic_cvv2(self.pan, number, digits),
            (DynamicKey::Hmac(key), Method::Hmac) => {
                key.dynamic_cvv2(self.pan, self.expiry, self.sequence, u64::from(number), digits)
            }
            (DynamicKey::Cvv7(_), Method::Hmac) | (DynamicKey::Hmac(_), Method::Cvv7) => {
                return Err(self.wrong_key);
            }
        };
        code.map_err(OperationRefused::code)
    }
}

/// Where a code goes.
pub(super) enum Destination {
    /// Into the answer, in the clear.
    Clear,
    /// To a zone.
    Zone(Exporter),
}

impl Destination {
    /// The code of a card, as it leaves.
    pub(super) fn put(
        &self,
        code: &CardCode,
        pan: &Pan,
        random: &mut dyn Random,
    ) -> Result<SecurityValue, ErrorCode> {
        let digits = code.digits();
        match self {
            Self::Clear => Ok(SecurityValue::Clear(SecurityDigits(digits.to_vec()))),
            Self::Zone(exporter) => {
                let value = exporter.export(ValueName::DynamicCvv2, digits, pan, random)?;
                Ok(SecurityValue::Encrypted(value))
            }
        }
    }
}

impl Context<'_> {
    /// Where a code goes: anywhere but on a developer's machine not into the clear.
    ///
    /// # Errors
    /// 17, or as [`Context::exporter`].
    pub(super) fn destination_of(&self, zone: Option<&ZoneName>) -> Result<Destination, ErrorCode> {
        match (zone, self.settings.profile) {
            (Some(zone), _) => self.exporter(zone, Purpose::Encrypt).map(Destination::Zone),
            (None, Profile::Development) => Ok(Destination::Clear),
            (None, Profile::Issuer | Profile::Acquirer) => Err(ErrorCode::NotAuthorised),
        }
    }

    /// The digits of a value of a card, so many if it comes from a zone.
    ///
    /// # Errors
    /// As [`Exporter::read`].
    pub(super) fn digits_of(
        &self,
        value: &SecurityValue,
        pan: &Pan,
        digits: Digits,
    ) -> Result<SecurityDigits, ErrorCode> {
        match value {
            SecurityValue::Clear(digits) => Ok(digits.clone()),
            SecurityValue::Encrypted(EncryptedValue { zone, value }) => {
                let exporter = self.exporter(zone, Purpose::Decrypt)?;
                exporter.read(ValueName::DynamicCvv2, value, pan, usize::from(digits.count()))
            }
        }
    }

    /// What the product of a card says of dynamic CVV2s.
    ///
    /// # Errors
    /// V7 if it has none.
    pub(super) fn dynamic_policy(&self, card: &Card) -> Result<Policy, ErrorCode> {
        let product = self.cards.products().for_pan(&card.pan()?.0);
        product.dcvv2.ok_or(ErrorCode::DynamicUnsupported)
    }

    /// Opens the key of a card's dynamic CVV2s.
    ///
    /// # Errors
    /// The code of the refused key.
    pub(super) fn codes<'r>(
        &self,
        dcvk: &KeyField,
        purpose: Purpose,
        card: &'r Card,
        (expiry, sequence): (Expiry, CardSequence),
    ) -> Result<Codes<'r>, ErrorCode> {
        let says_hmac = match dcvk {
            KeyField::Block(block) => block.usage() == Some(HMAC_USAGE),
            KeyField::Cryptogram(_) | KeyField::Stored(_) => false,
        };
        let key = if says_hmac {
            DynamicKey::Hmac(self.source::<DcvkHmac>(dcvk, purpose)?)
        } else {
            DynamicKey::Cvv7(self.source::<Dcvk>(dcvk, purpose)?)
        };
        let wrong_key = self.key_code(KeyRefused::Usage, Position::Source);
        Ok(Codes { key, pan: card.pan()?, expiry, sequence: sequence.0, wrong_key })
    }

    /// The static CVV2 of a card and the check value of its key, in as many digits as the product's dynamic ones have.
    ///
    /// # Errors
    /// The code of the refused key.
    pub(super) fn static_cvv2(
        &self,
        given: &StaticCvv2,
        card: &Card,
        digits: Digits,
    ) -> Result<(CardCode, CheckValue), ErrorCode> {
        let cvk = self.destination::<Cvk>(&given.cvk, Purpose::Verify)?;
        let code = cvk.cvv_of(card.pan()?, given.expiry, STATIC, usize::from(digits.count()));
        let check_value = cvk.check_value().map_err(|_| ErrorCode::Internal)?;
        Ok((code.map_err(OperationRefused::code)?, check_value))
    }
}
