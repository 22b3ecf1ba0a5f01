//! What commands on tokens and enciphered card numbers are told besides these.

use super::{
    Card, CardNumber, Checked, EncryptedPan, LAST_DOMAIN, Names, PanToken, SeenAccount, Shelf,
    ZoneName, always_valid, names_nothing,
};
use crate::ErrorCode;
use wincode::{SchemaRead, SchemaWrite};

/// A domain of tokens: 0 to 999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct DomainNumber(pub u16);

/// A card as [`Card`], but not by a token: for commands that would do for a token what only TC and TE may.
#[derive(Clone, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct CardItself(pub Card);

/// How a token of a vault is to live, where the domain leaves it to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct TokenTerms {
    /// Whether it is for one use.
    pub single_use: Option<bool>,
    /// Seconds that it lives, 1 and more; no longer than the domain allows.
    pub seconds: Option<u32>,
}

/// Which key of its domain a token was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum DomainKey {
    /// The one in force: `C`.
    Current,
    /// The one before: `O`.
    Old,
}

/// In which form a card number is wanted.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub enum NumberForm {
    /// Its digits: `C`.
    Clear,
    /// Under the ZEK of a zone.
    ForZone(ZoneForm),
}

/// A zone, and how a card number goes under its ZEK.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct ZoneForm {
    /// The zone.
    pub zone: ZoneName,
    /// 24 bytes with a random IV in front (`R`) and not 16, which are always the same for a card number (`E`).
    pub with_iv: bool,
}

/// First six and last four digits of a card number, and `*` for the others.
#[derive(Clone, Debug, PartialEq, Eq, SchemaRead, SchemaWrite)]
pub struct MaskedPan(pub String);

impl MaskedPan {
    /// Of a card number with its digits; 41 for any other.
    ///
    /// # Errors
    /// 41
    pub fn of(card: &Card) -> Result<Self, ErrorCode> {
        let seen = card.account()?.seen().ok_or(ErrorCode::Internal)?;
        Ok(Self(seen.shown.clone()))
    }
}

impl CardItself {
    /// The card, filled in.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.0
    }
}

always_valid!(DomainKey);
names_nothing!(DomainKey, DomainNumber, EncryptedPan, NumberForm, PanToken, TokenTerms, ZoneForm);

impl Checked for DomainNumber {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.0 <= LAST_DOMAIN { Ok(()) } else { Err(ErrorCode::TokenDomain) }
    }
}

impl Checked for ZoneForm {
    fn check(&self) -> Result<(), ErrorCode> {
        self.zone.check()
    }
}

impl Checked for NumberForm {
    fn check(&self) -> Result<(), ErrorCode> {
        match self {
            Self::Clear => Ok(()),
            Self::ForZone(form) => form.check(),
        }
    }
}

impl Checked for TokenTerms {
    fn check(&self) -> Result<(), ErrorCode> {
        if self.seconds == Some(0) { Err(ErrorCode::InvalidInput) } else { Ok(()) }
    }
}

impl Checked for CardItself {
    fn check(&self) -> Result<(), ErrorCode> {
        match &self.0.0 {
            CardNumber::Token(_) => Err(ErrorCode::TokenMalformed),
            CardNumber::Clear(_) | CardNumber::Encrypted(_) => self.0.check(),
        }
    }
}

impl Names for CardItself {
    fn fill_in(&mut self, shelf: &dyn Shelf) -> Result<(), ErrorCode> {
        self.0.fill_in(shelf)
    }

    fn mention(&self, to: &mut dyn FnMut(SeenAccount)) {
        self.0.mention(to);
    }
}

impl std::fmt::Debug for CardItself {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{CardItself, MaskedPan, NumberForm, TokenTerms, ZoneForm, ZoneName};
    use crate::ErrorCode;
    use crate::field::{Card, CardNumber, Checked as _, EncryptedPan, Pan, PanToken};

    fn clear(digits: &str) -> Card {
        Card(CardNumber::Clear(Pan(digits.as_bytes().to_vec())))
    }

    #[test]
    fn a_card_itself_is_no_token() {
        let token = PanToken { domain: 1, token: "411111PJKSWE1111".to_owned() };
        let token = CardItself(Card(CardNumber::Token(token)));
        assert_eq!(token.check(), Err(ErrorCode::TokenMalformed));
        let encrypted = EncryptedPan { zone: "VIS".to_owned(), value: vec![0; 16] };
        assert_eq!(CardItself(Card(CardNumber::Encrypted(encrypted))).check(), Ok(()));
        assert_eq!(CardItself(clear("4111111111111111")).check(), Ok(()));
        let wrong = CardItself(clear("4111111111111112"));
        assert_eq!(wrong.check(), Err(ErrorCode::CardNumberLuhn));
        assert!(!format!("{wrong:?}").contains("1111"));
    }

    #[test]
    fn forms_and_terms_are_checked() {
        let form = |zone: &str| {
            NumberForm::ForZone(ZoneForm { zone: ZoneName(zone.to_owned()), with_iv: false })
        };
        assert_eq!(form("VIS").check(), Ok(()));
        assert_eq!(form("").check(), Err(ErrorCode::InvalidIndex));
        assert_eq!(form("VISA").check(), Err(ErrorCode::InvalidIndex));
        let terms = |seconds| TokenTerms { single_use: None, seconds };
        assert_eq!(terms(Some(0)).check(), Err(ErrorCode::InvalidInput));
        assert_eq!(terms(Some(1)).check(), Ok(()));
    }

    #[test]
    fn six_and_four_digits_are_shown() {
        let shown = |digits| MaskedPan::of(&clear(digits)).unwrap().0;
        assert_eq!(shown("4111111111111111"), "411111******1111");
        assert_eq!(shown("4000000000006"), "400000***0006");
    }
}
