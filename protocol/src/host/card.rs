//! Card numbers of the host dialect.

use super::Fields;
use super::primitive::unhex;
use crate::ErrorCode;
use crate::field::{Card, CardNumber, EncryptedPan, Pan, PanToken};
use nom::bytes::complete::take_while;

impl Fields<'_> {
    /// Whether a card number comes next that says by a letter in which form it is.
    pub(super) fn at_reference(&self) -> bool {
        matches!(self.peek(), Some(b'C' | b'P' | b'E'))
    }

    /// A card number and `;`: 12 to 19N, the same behind `C`; `P`, a domain 3N and a token; `E`, a zone 1–3A, `:`, and 32H or 48H.
    ///
    /// # Errors
    /// 15 if a delimiter is missing, 22 if it is not 12 to 19 digits, T3 for a domain that is no number, D1 for what is no hex.
    pub fn card_number(&mut self) -> Result<CardNumber, ErrorCode> {
        if self.at_reference() { self.reference() } else { self.pan().map(CardNumber::Clear) }
    }

    /// The same for a card of an issuer: how many digits, and which, is looked at later, so that each fault has its code.
    ///
    /// # Errors
    /// 15 if a delimiter is missing, T3 for a domain that is no number, D1 for what is no hex.
    pub fn card(&mut self) -> Result<Card, ErrorCode> {
        let card = if self.at_reference() { self.reference()? } else { self.any_pan()? };
        Ok(Card(card))
    }

    fn reference(&mut self) -> Result<CardNumber, ErrorCode> {
        match self.chars()? {
            [b'P'] => {
                let domain = self.decimal::<3>(ErrorCode::TokenDomain)?;
                let domain = u16::try_from(domain).map_err(|_| ErrorCode::TokenDomain)?;
                let token = self.up_to(b';')?;
                let token = String::from_utf8(token).map_err(|_| ErrorCode::TokenMalformed)?;
                Ok(CardNumber::Token(PanToken { domain, token }))
            }
            [b'E'] => {
                let zone = self.up_to(b':')?;
                let zone = String::from_utf8(zone).map_err(|_| ErrorCode::InvalidIndex)?;
                let digits = self.up_to(b';')?;
                let value = unhex(&digits).ok_or(ErrorCode::DecryptionFailed)?;
                Ok(CardNumber::Encrypted(EncryptedPan { zone, value }))
            }
            [_] => self.any_pan(),
        }
    }

    fn any_pan(&mut self) -> Result<CardNumber, ErrorCode> {
        self.up_to(b';').map(|digits| CardNumber::Clear(Pan(digits)))
    }

    /// Whatever stands before `end`, which is taken too.
    pub(super) fn up_to(&mut self, end: u8) -> Result<Vec<u8>, ErrorCode> {
        let taken = self.parse(take_while(|byte| byte != end))?.to_vec();
        if self.skip(end) { Ok(taken) } else { Err(ErrorCode::InvalidInput) }
    }
}
