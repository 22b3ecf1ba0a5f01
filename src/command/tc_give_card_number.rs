//! TC: give the card number of a token.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::Vault;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::tc_give_card_number::{GiveCardNumber, GivenCardNumber};
use payhsm_protocol::field::{Card, CardNumber, DomainKey, DomainNumber, MaskedPan, NumberForm};

impl Handle for GiveCardNumber {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<GivenCardNumber> {
        let domain = context.token_domain(DomainNumber(request.token.domain))?;
        if request.form == NumberForm::Clear && !domain.clear {
            return Err(ErrorCode::NotAuthorised);
        }
        context.count_card_number(domain)?;
        let card = context.shelf.card_of_token(&request.token, DomainKey::Current)?;
        context.note_pan(&card.pan);
        let number = CardNumber::Clear(card.pan.clone());
        let masked = MaskedPan::of(&Card(number.clone()))?;
        let number = match &request.form {
            NumberForm::Clear => number,
            NumberForm::ForZone(form) => context.encrypt_pan(&card.pan, form)?,
        };
        // Whatever could still be refused was. Now a token for one use is used up; nobody else has had it.
        let expiry = if domain.scheme.by_key().is_some() {
            None
        } else {
            let rows = context.rows()?;
            let vault = Vault::of(&rows, domain, context.cards.now()).ok_or(ErrorCode::Internal)?;
            vault.take(&request.token.token, context.random)?.expiry
        };
        Ok(GivenCardNumber { card: number, masked, expiry }.into())
    }
}
