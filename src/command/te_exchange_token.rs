//! TE: another token for the same card.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::{CardOnFile, Vault};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ta_make_token::MadeToken;
use payhsm_protocol::command::te_exchange_token::ExchangeToken;
use payhsm_protocol::field::DomainNumber;

impl Handle for ExchangeToken {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<MadeToken> {
        let from = context.token_domain(DomainNumber(request.token.domain))?;
        let to = context.token_domain(request.domain)?;
        let mut card = context.shelf.card_of_token(&request.token, request.made_with)?;
        context.note_pan(&card.pan);
        if to.scheme.by_key().is_some() {
            // Such a token has no place for it.
            card = CardOnFile { expiry: None, ..card };
        }
        context.refuse_token(to, &card, request.terms)?;
        context.count_token(to, &card.pan)?;
        if from.scheme.by_key().is_some() {
            return Ok(context.make_token(to, &card, request.terms)?.into());
        }
        let (rows, now) = (context.rows()?, context.cards.now());
        let from = Vault::of(&rows, from, now).ok_or(ErrorCode::Internal)?;
        let token = request.token.token.as_str();
        if let Some(to) = Vault::of(&rows, to, now) {
            return Ok(to.make_for((&from, token), request.terms, context.random)?.into());
        }
        let made = context.make_token(to, &card, request.terms)?;
        from.take(token, context.random)?;
        Ok(made.into())
    }
}
