//! Card numbers as a request may give them: the digits, a token, or enciphered for a zone.

use super::{Account, Checked, Names, Pan, SeenAccount, Shelf, all_digits, is_zone};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The most characters that a token may have: a UUID has 36.
pub const LONGEST_TOKEN: usize = 36;

/// The highest domain of tokens.
pub const LAST_DOMAIN: u16 = 999;

/// A card number, in whichever form the caller has it. Handlers see the first form alone: the engine puts it in place of
/// the others.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum CardNumber {
    /// The digits, `C` in the host dialect or nothing in front.
    Clear(Pan),
    /// A token for it: `P`.
    Token(PanToken),
    /// It is under the ZEK of a zone: `E`.
    Encrypted(EncryptedPan),
}

/// What stands for a card number.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct PanToken {
    /// The domain in which it does, 0 to 999.
    pub domain: u16,
    /// 1 to 36 letters, digits and `-`.
    pub token: String,
}

/// A card number under the ZEK of a zone.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct EncryptedPan {
    /// 1 to 3 letters or digits.
    pub zone: String,
    /// 16 bytes, or 24 with an IV of 8 in front.
    pub value: Vec<u8>,
}

impl CardNumber {
    /// The digits.
    ///
    /// # Errors
    /// 41 in a request that was not filled in, which no handler sees.
    pub fn pan(&self) -> Result<&Pan, ErrorCode> {
        match self {
            Self::Clear(pan) => Ok(pan),
            Self::Token(_) | Self::Encrypted(_) => Err(ErrorCode::Internal),
        }
    }
}

impl From<Pan> for CardNumber {
    fn from(pan: Pan) -> Self {
        Self::Clear(pan)
    }
}

impl Zeroize for CardNumber {
    fn zeroize(&mut self) {
        match self {
            Self::Clear(pan) => pan.zeroize(),
            // Neither tells of the card without a key.
            Self::Token(_) | Self::Encrypted(_) => {}
        }
    }
}

// The one form that has a secret wipes itself.
impl ZeroizeOnDrop for CardNumber {}

/// Whether this can be a token.
#[must_use]
pub fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(fits)
}

impl Checked for PanToken {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.domain > LAST_DOMAIN {
            Err(ErrorCode::TokenDomain)
        } else if is_token(&self.token) {
            Ok(())
        } else {
            Err(ErrorCode::TokenMalformed)
        }
    }
}

impl Checked for EncryptedPan {
    fn check(&self) -> Result<(), ErrorCode> {
        if !is_zone(&self.zone) {
            Err(ErrorCode::InvalidIndex)
        } else if matches!(self.value.len(), 16 | 24) {
            Ok(())
        } else {
            Err(ErrorCode::DecryptionFailed)
        }
    }
}

impl Checked for CardNumber {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Clear(pan) => pan.check(),
            Self::Token(token) => token.check(),
            Self::Encrypted(pan) => pan.check(),
        }
    }
}

impl Names for CardNumber {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        match self {
            Self::Clear(_) => {}
            Self::Token(_) | Self::Encrypted(_) => *self = Self::Clear(shelf.pan(self)?),
        }
        Ok(())
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        if let Self::Clear(pan) = self {
            pan.mention(to);
        }
    }
}

impl std::fmt::Debug for PanToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a token of domain {}", self.domain)
    }
}

impl std::fmt::Debug for EncryptedPan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a card number for zone {}", self.zone)
    }
}

impl std::fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clear(pan) => pan.fmt(f),
            Self::Token(token) => token.fmt(f),
            Self::Encrypted(pan) => pan.fmt(f),
        }
    }
}

/// The card that an operation of an issuer is about: as [`CardNumber`], but 13 to 19 digits, and the check digit has to be
/// right (ISO/IEC 7812-1, annex B).
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct Card(pub CardNumber);

impl Card {
    /// The digits.
    ///
    /// # Errors
    /// As [`CardNumber::pan`].
    pub fn pan(&self) -> Result<&Pan, ErrorCode> {
        self.0.pan()
    }

    /// The account that PIN blocks of the card are bound to.
    ///
    /// # Errors
    /// As [`CardNumber::pan`].
    pub fn account(&self) -> Result<Account, ErrorCode> {
        self.pan().cloned().map(Account::Full)
    }
}

/// The form of a card number, in three steps with a code each.
///
/// # Errors
/// C1 for another number of digits than 13 to 19, C2 for what is no digit, C3 for another check digit.
pub fn check_card(digits: &[u8]) -> Result<(), ErrorCode> {
    if !(13..=19).contains(&digits.len()) {
        return Err(ErrorCode::CardNumberLength);
    }
    all_digits(digits, ErrorCode::CardNumberDigits)?;
    if is_luhn(digits) { Ok(()) } else { Err(ErrorCode::CardNumberLuhn) }
}

/// Every second digit from the right, without the check digit, counts twice.
fn is_luhn(digits: &[u8]) -> bool {
    let weighed = digits.iter().rev().zip([false, true].into_iter().cycle());
    let sum: u32 = weighed
        .map(|(digit, twice)| {
            let value = u32::from(digit & 0x0F);
            match (twice, value) {
                (false, value) => value,
                (true, 0..=4) => 2 * value,
                (true, value) => 2 * value - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

impl Checked for Card {
    fn check(&self) -> Result<(), ErrorCode> {
        match &self.0 {
            CardNumber::Clear(pan) => check_card(&pan.0),
            CardNumber::Token(_) | CardNumber::Encrypted(_) => self.0.check(),
        }
    }
}

impl Names for Card {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.0.fill_in(shelf)?;
        self.check()
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        self.0.mention(to);
    }
}

impl std::fmt::Debug for Card {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Card, CardNumber, EncryptedPan, PanToken, check_card};
    use crate::ErrorCode;
    use crate::field::{Checked as _, Pan};

    #[test]
    fn each_fault_of_a_card_number_has_its_code() {
        for good in ["4111111111111111", "378282246310005", "30569309025904", "4000000000000000006"]
        {
            assert_eq!(check_card(good.as_bytes()), Ok(()), "{good}");
            let other = good.replace(['4', '5'], "6");
            assert_eq!(check_card(other.as_bytes()), Err(ErrorCode::CardNumberLuhn), "{other}");
        }
        assert_eq!(check_card(b"411111111111"), Err(ErrorCode::CardNumberLength));
        assert_eq!(check_card(b"41111111111111111111"), Err(ErrorCode::CardNumberLength));
        assert_eq!(check_card(b"411111111111111A"), Err(ErrorCode::CardNumberDigits));
    }

    #[test]
    fn a_reference_is_checked_too() {
        let token =
            |domain, token: &str| CardNumber::Token(PanToken { domain, token: token.into() });
        assert_eq!(token(999, "411111PJKSWE1111").check(), Ok(()));
        assert_eq!(token(1000, "411111PJKSWE1111").check(), Err(ErrorCode::TokenDomain));
        assert_eq!(token(1, "").check(), Err(ErrorCode::TokenMalformed));
        assert_eq!(token(1, "4111 1").check(), Err(ErrorCode::TokenMalformed));
        assert_eq!(token(1, &"1".repeat(37)).check(), Err(ErrorCode::TokenMalformed));
        let encrypted = |zone: &str, length| {
            Card(CardNumber::Encrypted(EncryptedPan { zone: zone.into(), value: vec![0; length] }))
        };
        assert_eq!(encrypted("IYY", 16).check(), Ok(()));
        assert_eq!(encrypted("IYY", 24).check(), Ok(()));
        assert_eq!(encrypted("IYY", 15).check(), Err(ErrorCode::DecryptionFailed));
        assert_eq!(encrypted("IYYY", 16).check(), Err(ErrorCode::InvalidIndex));
    }

    #[test]
    fn nothing_is_shown() {
        let card = Card(CardNumber::Clear(Pan(b"4111111111111111".to_vec())));
        assert!(!format!("{card:?}").contains("1111"));
    }
}
