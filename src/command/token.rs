//! What the handlers of tokens and enciphered card numbers share.

use super::Context;
use crate::cards::{CardOnFile, Code as _, Scheme, Step, TokenDomain, Vault};
use crate::numbers::Limit;
use payhsm_issuing::limit::{LimitRow, Limits, MostPerRow, Rates};
use payhsm_keys::{ExportRefused, PanForm, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ta_make_token::MadeToken;
use payhsm_protocol::field::{
    Account, CardNumber, DomainNumber, EncryptedPan, Pan, TokenTerms, ZoneForm,
};

impl<'a> Context<'a> {
    /// A domain that the caller may have.
    ///
    /// # Errors
    /// T3
    pub(super) fn token_domain(&self, number: DomainNumber) -> Result<&'a TokenDomain, ErrorCode> {
        self.cards.domains().of(number.0, self.caller.name())
    }

    /// Refuses what can come to nothing in a domain, before anything is counted: a card number that is too short or too long for
    /// its tokens, and terms and an expiry that nobody would keep.
    ///
    /// # Errors
    /// T6, 15
    pub(super) fn refuse_token(
        &self,
        domain: &TokenDomain,
        card: &CardOnFile,
        terms: TokenTerms,
    ) -> Result<(), ErrorCode> {
        let no_terms = terms == TokenTerms { single_use: None, seconds: None };
        let Some(scheme) = domain.scheme.by_key() else {
            let fixed = matches!(domain.scheme, Scheme::Vault(terms) if terms.one_per_card);
            return if no_terms || !fixed { Ok(()) } else { Err(ErrorCode::InvalidInput) };
        };
        if !no_terms || card.expiry.is_some() {
            return Err(ErrorCode::InvalidInput);
        }
        if scheme.has_length(card.pan.0.len()) { Ok(()) } else { Err(ErrorCode::TokenScheme) }
    }

    /// Counts a token that the caller asks for under the first and last digits of a card number which it may have chosen.
    ///
    /// # Errors
    /// 72 if there were too many; S0 if it cannot be counted.
    pub(super) fn count_token(&mut self, domain: &TokenDomain, pan: &Pan) -> Result<(), ErrorCode> {
        let Some(most) = domain.tokens else { return Ok(()) };
        let bin = pan.0.get(..domain.scheme.bin()).unwrap_or(&pan.0);
        let ending = pan.0.last_chunk::<4>().ok_or(ErrorCode::Internal)?;
        let (rows, now) = (self.rows()?, self.cards.now());
        let (caller, number) = (self.caller.name().as_bytes(), domain.number.to_be_bytes());
        let id = rows.id::<MostPerRow>(&[b"tokens", &number, caller, bin, ending])?;
        let counted = rows.change(id, self.random, |row| {
            match most.take(row.get_or_insert_default(), now) {
                Ok(()) => Step::Write(Ok(())),
                Err(refused) => Step::Leave(Err(refused.code())),
            }
        })?;
        counted.inspect_err(|_| self.numbers.limits.count(Limit::Tokens, now))
    }

    /// Counts a card number that the caller asks for in a domain.
    ///
    /// # Errors
    /// 72 if there were too many; S0 if it cannot be counted.
    pub(super) fn count_card_number(&mut self, domain: &TokenDomain) -> Result<(), ErrorCode> {
        if domain.card_numbers == Rates::default() {
            return Ok(());
        }
        let limits = Limits { calls: domain.card_numbers, ..Limits::default() };
        let (rows, now) = (self.rows()?, self.cards.now());
        let (caller, number) = (self.caller.name().as_bytes(), domain.number.to_be_bytes());
        let id = rows.id::<LimitRow>(&[b"card numbers", &number, caller])?;
        let counted = rows.change(id, self.random, |row| {
            match row.get_or_insert_default().take(now, &limits) {
                Ok(()) => Step::Write(Ok(())),
                Err(refused) => Step::Leave(Err(refused.code())),
            }
        })?;
        counted.inspect_err(|_| self.numbers.limits.count(Limit::CardNumbers, now))
    }

    /// A token for a card in a domain. It is not counted here.
    ///
    /// # Errors
    /// As [`Context::refuse_token`]; 12 if the domain has no key, or the code of a refused one; S0 without a verdict.
    pub(super) fn make_token(
        &mut self,
        domain: &TokenDomain,
        card: &CardOnFile,
        terms: TokenTerms,
    ) -> Result<MadeToken, ErrorCode> {
        self.refuse_token(domain, card, terms)?;
        let Some(scheme) = domain.scheme.by_key() else {
            let rows = self.rows()?;
            let vault = Vault::of(&rows, domain, self.cards.now()).ok_or(ErrorCode::Internal)?;
            return vault.make(card, terms, self.random);
        };
        let key = self.shelf.token_key(&domain.key, Purpose::Encrypt)?;
        let token =
            key.token(scheme, domain.number, &card.pan).map_err(|refused| refused.code())?;
        let token = String::from_utf8(token).map_err(|_| ErrorCode::Internal)?;
        Ok(MadeToken { token, expires_at: None })
    }

    /// A card number under the ZEK of a zone.
    ///
    /// # Errors
    /// 12 if the caller has no such zone, or the code of a refused key; 22 for what is not a card number.
    pub(super) fn encrypt_pan(
        &mut self,
        pan: &Pan,
        form: &ZoneForm,
    ) -> Result<CardNumber, ErrorCode> {
        let zek = self.shelf.zek(&form.zone.0, Purpose::Encrypt)?;
        let of = if form.with_iv { PanForm::WithIv } else { PanForm::Short };
        let value = zek.export_pan(of, pan, self.random).map_err(|refused| match refused {
            ExportRefused::Value | ExportRefused::Decryption => ErrorCode::InvalidAccount,
            ExportRefused::Key => ErrorCode::IncompatibleKeyLength,
            ExportRefused::Internal => ErrorCode::Internal,
        })?;
        Ok(CardNumber::Encrypted(EncryptedPan { zone: form.zone.0.clone(), value }))
    }

    /// The record has the account that a token or an enciphered card number turned out to be.
    pub(super) fn note_pan(&self, pan: &Pan) {
        let account = Account::Full(pan.clone());
        self.noted.account(|to| account.seen().into_iter().for_each(to));
    }
}
