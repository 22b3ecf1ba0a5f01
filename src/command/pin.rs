//! What the handlers of PIN commands share: how PIN blocks, PINs under the LMK and excluded PINs
//! are treated, and with which code they are refused.

use super::Context;
use crate::settings::Profile;
use payhsm_keys::usage::{AnyPinKey, PinEncryption, PvkIbm};
use payhsm_keys::{
    Allowed, Defence, Key, LmkPinRefused, OpenTable, Pin, PinRefused, PinTranslation, Position,
    Purpose, Random, TableRefused, pin_translation_allowed, translate_pin,
};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::shared::{PinUnderLmk, TranslatedPinBlock};
use payhsm_protocol::field::{
    Account, CheckLength, DecimalisationTable, ExcludedPins, KeyField, KeyType, LmkPin, PinBlock,
    PinBlockFormat,
};
use zeroize::Zeroizing;

/// Digits of the longest PIN.
const LONGEST: usize = 12;

impl Context<'_> {
    /// Opens the key of PIN blocks where the request says by a key type what kind it is.
    pub(super) fn pin_key(
        &self,
        key_type: KeyType,
        key: &KeyField,
    ) -> Result<Key<AnyPinKey>, ErrorCode> {
        let key = Key::open_as(self.lmk()?, key_type, key, Purpose::Decrypt, &self.rules())
            .map_err(|refused| self.key_code(refused, Position::Source))?;
        self.noted.key(|| key.check_value());
        Ok(key)
    }

    /// Takes the PIN out of a block.
    pub(super) fn pin_of_block<U: PinEncryption>(
        &self,
        key: &Key<U>,
        block: &PinBlock,
        format: PinBlockFormat,
        account: &Account,
    ) -> Result<Pin, ErrorCode> {
        enabled(format)?;
        key.decrypt_pin(block, format, account, self.checks_of_account())
            .map_err(|refused| self.pin_code(refused))
    }

    /// Takes a PIN out from under the LMK.
    pub(super) fn pin_under_lmk(&self, pin: &LmkPin, account: &Account) -> Result<Pin, ErrorCode> {
        self.lmk()?.decrypt_pin(pin, &pan12(account)?).map_err(LmkPinRefused::code)
    }

    /// Takes a PIN out from under the old LMK.
    pub(super) fn pin_under_old_lmk(
        &self,
        pin: &LmkPin,
        account: &Account,
    ) -> Result<Pin, ErrorCode> {
        self.old_lmk()?.decrypt_pin(pin, &pan12(account)?).map_err(LmkPinRefused::code)
    }

    /// Puts a PIN under the LMK.
    pub(super) fn put_under_lmk(
        &mut self,
        pin: &Pin,
        account: &Account,
    ) -> Result<PinUnderLmk, ErrorCode> {
        if !pin.is_decimal() {
            return Err(self.pin_code(PinRefused::Contents));
        }
        let pan12 = pan12(account)?;
        let width = self.host.lmk_pin_length;
        let pin = self.lmk()?.encrypt_pin(pin, &pan12, width, &mut *self.random);
        let pin = pin.map_err(|refused| match refused {
            LmkPinRefused::Length => ErrorCode::PinLengthMismatch,
            LmkPinRefused::Invalid | LmkPinRefused::Account | LmkPinRefused::Internal => {
                refused.code()
            }
        })?;
        Ok(PinUnderLmk { pin })
    }

    /// Opens the decimalisation table that is to be used with this PVK.
    pub(super) fn open_table(
        &self,
        table: &DecimalisationTable,
        pvk: &KeyField,
    ) -> Result<OpenTable, ErrorCode> {
        if let DecimalisationTable::OfPvk(named) = table {
            return self.shelf.table(named, pvk);
        }
        let allow_plain = self.settings.legacy.plain_decimalisation_tables;
        self.lmk()?.open_table(table, allow_plain).map_err(TableRefused::code)
    }

    /// Refuses a PIN block from which no verification value may be made: one that is not bound to
    /// its account lets a caller have the value of any PIN for any account.
    pub(super) fn refuse_unbound(&self, format: PinBlockFormat) -> Result<(), ErrorCode> {
        match format {
            PinBlockFormat::Iso0 | PinBlockFormat::Iso3 | PinBlockFormat::Iso4 => Ok(()),
            PinBlockFormat::Diebold
            | PinBlockFormat::Plus
            | PinBlockFormat::Iso1
            | PinBlockFormat::Iso2
            | PinBlockFormat::As2805Format8 => match self.settings.profile {
                Profile::Development => Ok(()),
                Profile::Issuer | Profile::Acquirer => Err(ErrorCode::InvalidPinBlockFormat),
            },
        }
    }

    /// The account that a PVV belongs to. One that is not the block's stands for a token in the
    /// block, which nothing binds to the account: only a developer's machine takes it.
    pub(super) fn verification_account<'r>(
        &self,
        of_block: &'r Account,
        other: Option<&'r Account>,
    ) -> Result<&'r Account, ErrorCode> {
        match (other, self.settings.profile) {
            (None, _) => Ok(of_block),
            (Some(other), Profile::Development) => Ok(other),
            (Some(other), _) if other.pan12() == of_block.pan12() => Ok(of_block),
            (Some(_), Profile::Issuer | Profile::Acquirer) => Err(ErrorCode::NotAuthorised),
        }
    }
}

/// CA, CC: a PIN block from one key and format to another, where PCI PIN 3-3 allows it.
pub(super) fn translate<S: PinEncryption, D: PinEncryption>(
    source: &Key<S>,
    destination: &Key<D>,
    translation: &PinTranslation<'_>,
    context: &mut Context<'_>,
) -> Result<TranslatedPinBlock, ErrorCode> {
    refuse_translation(translation.from, translation.to)?;
    let (pin_length, pin_block) =
        translate_pin(source, destination, translation, &mut *context.random)
            .map_err(|refused| context.pin_code(refused))?;
    Ok(TranslatedPinBlock { pin_length, pin_block, format: translation.to })
}

/// Refuses what PCI PIN 3-3 does not allow. Format 2 exists between a terminal and a chip card; a
/// host has no business with it.
pub(super) fn refuse_translation(
    from: PinBlockFormat,
    to: PinBlockFormat,
) -> Result<(), ErrorCode> {
    enabled(from)?;
    enabled(to)?;
    match pin_translation_allowed(from, to) {
        Allowed::Yes => Ok(()),
        Allowed::IcCardOnly | Allowed::No if !Defence::Translations.holds() => Ok(()),
        Allowed::IcCardOnly | Allowed::No => Err(ErrorCode::InvalidPinBlockFormat),
    }
}

/// Refuses the format whose layout nobody has published.
pub(super) fn enabled(format: PinBlockFormat) -> Result<(), ErrorCode> {
    if format == PinBlockFormat::As2805Format8 {
        Err(ErrorCode::PinBlockFormatDisabled)
    } else {
        Ok(())
    }
}

/// Refuses a PIN of another length than the excluded ones, or one of them.
pub(super) fn refuse_excluded(pin: &Pin, excluded: Option<&ExcludedPins>) -> Result<(), ErrorCode> {
    let Some(excluded) = excluded else { return Ok(()) };
    if pin.len() != usize::from(excluded.length.0) {
        return Err(ErrorCode::PinLengthMismatch);
    }
    // All of them are compared, so that time does not tell which one it was.
    let mut found = false;
    for digits in excluded.pins() {
        let weak = Pin::from_digits(digits).map_err(|_| ErrorCode::InvalidInput)?;
        found |= bool::from(pin.ct_eq(&weak));
    }
    if found { Err(ErrorCode::WeakPin) } else { Ok(()) }
}

/// Refuses a PIN that has fewer digits than are to be checked.
pub(super) fn refuse_shorter(pin: &Pin, check_length: CheckLength) -> Result<(), ErrorCode> {
    if pin.len() < usize::from(check_length.0) { Err(ErrorCode::PinLengthMismatch) } else { Ok(()) }
}

/// 01 unless a verification was right.
pub(super) fn verified(right: bool) -> Result<(), ErrorCode> {
    if right { Ok(()) } else { Err(ErrorCode::VerificationFailed) }
}

/// The code of an IBM 3624 command that did what it was asked: a warning where the PVK is not the
/// single-length key that the method was made for. A key block states its length, so nobody need
/// be warned of it.
pub(super) fn ibm_code(pvk: &Key<PvkIbm>, field: &KeyField) -> ErrorCode {
    match field {
        KeyField::Cryptogram(_) if pvk.is_double_or_triple() => ErrorCode::KeyLengthWarning,
        KeyField::Cryptogram(_) | KeyField::Block(_) | KeyField::Stored(_) => ErrorCode::Ok,
    }
}

fn pan12(account: &Account) -> Result<[u8; 12], ErrorCode> {
    account.pan12().ok_or(ErrorCode::InvalidAccount)
}

/// A PIN of `length` digits, each PIN as likely as any other.
pub(super) fn draw(length: usize, random: &mut dyn Random) -> Result<Pin, ErrorCode> {
    let mut bytes = Zeroizing::new([0; 16]);
    random.fill(bytes.as_mut_slice()).map_err(|_| ErrorCode::Internal)?;
    // 128 bits against at most 10^12 PINs: the remainder is even to one part in 10^26.
    let mut number = Zeroizing::new(u128::from_be_bytes(*bytes));
    let mut digits = Zeroizing::new([b'0'; LONGEST]);
    for digit in digits.iter_mut().take(length) {
        *digit += u8::try_from(*number % 10).map_err(|_| ErrorCode::Internal)?;
        *number /= 10;
    }
    let digits = digits.get(..length).unwrap_or_default();
    Pin::from_digits(digits).map_err(|_| ErrorCode::InvalidPinLength)
}
