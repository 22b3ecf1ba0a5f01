//! The forms in which card numbers that are given out leave.

use super::Context;
use crate::cards::{CardOnFile, Code as _, TokenDomain, Vault};
use crate::settings::Profile;
use payhsm_keys::usage::{TokenKey, Zek};
use payhsm_keys::{Key, PanForm, Purpose, TokenScheme};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::{
    CardForms, CardNumber, EncryptedPan, Pan, PanToken, TokenTerms, ZoneForm,
};

/// Whatever it takes to give card numbers, opened once for all of a request.
pub(super) struct Giver<'a> {
    token: Option<Tokens<'a>>,
    zone: Option<(&'a ZoneForm, Key<Zek>)>,
    clear: bool,
}

struct Tokens<'a> {
    domain: &'a TokenDomain,
    /// None where a vault makes them.
    by_key: Option<(TokenScheme, Key<TokenKey>)>,
}

impl<'a> Context<'a> {
    /// Opens what these forms take.
    ///
    /// # Errors
    /// T3, 12, the code of a refused key; 17 for card numbers in clear where that is not for developers.
    pub(super) fn giver<'g>(&self, forms: &'g CardForms) -> Result<Giver<'g>, ErrorCode>
    where
        'a: 'g,
    {
        let clear = match (forms, self.settings.profile) {
            (CardForms::Clear, Profile::Development) => true,
            (CardForms::Clear, Profile::Issuer | Profile::Acquirer) => {
                return Err(ErrorCode::NotAuthorised);
            }
            (CardForms::Token(_) | CardForms::ForZone(_) | CardForms::Both(..), _) => false,
        };
        let token = forms.domain().map(|number| {
            let domain = self.token_domain(number)?;
            let by_key = domain.scheme.by_key().map(|scheme| {
                let key = self.shelf.token_key(&domain.key, Purpose::Encrypt)?;
                Ok((scheme, key))
            });
            Ok(Tokens { domain, by_key: by_key.transpose()? })
        });
        let zone = forms.zone().map(|form| {
            let zek = self.shelf.zek(&form.zone.0, Purpose::Encrypt)?;
            Ok((form, zek))
        });
        Ok(Giver { token: token.transpose()?, zone: zone.transpose()?, clear })
    }
}

impl Giver<'_> {
    /// Refuses card numbers of a length that its tokens do not have.
    ///
    /// # Errors
    /// T6
    pub(super) fn check_length(&self, length: usize) -> Result<(), ErrorCode> {
        let by_key = self.token.as_ref().and_then(|tokens| tokens.by_key.as_ref());
        let fits = by_key.is_none_or(|(scheme, _)| scheme.has_length(length));
        if fits { Ok(()) } else { Err(ErrorCode::TokenScheme) }
    }

    /// A card number in all the forms that were asked for, a token first.
    ///
    /// # Errors
    /// S0 where a vault gives no verdict.
    pub(super) fn give(
        &self,
        pan: &Pan,
        context: &mut Context<'_>,
    ) -> Result<Vec<CardNumber>, ErrorCode> {
        let mut forms = Vec::with_capacity(2);
        if let Some(tokens) = &self.token {
            let token = tokens.token(pan, context)?;
            forms.push(CardNumber::Token(PanToken { domain: tokens.domain.number, token }));
        }
        if let Some((form, zek)) = &self.zone {
            let of = if form.with_iv { PanForm::WithIv } else { PanForm::Short };
            let value =
                zek.export_pan(of, pan, context.random).map_err(super::export::export_code)?;
            let zone = form.zone.0.clone();
            forms.push(CardNumber::Encrypted(EncryptedPan { zone, value }));
        }
        if self.clear {
            forms.push(CardNumber::Clear(pan.clone()));
        }
        Ok(forms)
    }
}

impl Tokens<'_> {
    fn token(&self, pan: &Pan, context: &mut Context<'_>) -> Result<String, ErrorCode> {
        if let Some((scheme, key)) = &self.by_key {
            let token = key.token(*scheme, self.domain.number, pan);
            let token = token.map_err(|refused| refused.code())?;
            return String::from_utf8(token).map_err(|_| ErrorCode::Internal);
        }
        let rows = context.rows()?;
        let vault =
            Vault::of(&rows, self.domain, context.cards.now()).ok_or(ErrorCode::Internal)?;
        let card = CardOnFile { pan: pan.clone(), expiry: None };
        let terms = TokenTerms { single_use: None, seconds: None };
        vault.make(&card, terms, context.random).map(|made| made.token)
    }
}
