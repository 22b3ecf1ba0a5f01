//! TA: make a token of a card number.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::CardOnFile;
use payhsm_protocol::command::ta_make_token::{MadeToken, MakeToken};

impl Handle for MakeToken {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<MadeToken> {
        let domain = context.token_domain(request.domain)?;
        let pan = request.card.card().pan()?.clone();
        let card = CardOnFile { pan, expiry: request.expiry };
        context.refuse_token(domain, &card, request.terms)?;
        context.count_token(domain, &card.pan)?;
        Ok(context.make_token(domain, &card, request.terms)?.into())
    }
}
