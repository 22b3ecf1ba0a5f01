//! WK: give a card a random PIN.

use super::pin_method::{index_and_length, shown};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Zpk;
use payhsm_protocol::command::wk_issue_pin::{IssuePin, IssuedPin};

impl Handle for IssuePin {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<IssuedPin> {
        context.refuse_format_of_life(request.format)?;
        let account = request.card.account()?;
        let product = context.product(&request.card)?;
        let zpk = context.source::<Zpk>(&request.zpk, Purpose::Encrypt)?;
        let method = context.method_for(&request.reference_terms, &request.pvk)?;
        let (pvki, covered) = index_and_length(&request.reference_terms);

        let rows = context.rows()?;
        context.watch(&method.check_value()?)?;
        let pin = context.random_pin(covered, product)?;
        let pin_block = zpk
            .encrypt_pin(&pin, request.format, &account, &mut *context.random)
            .map_err(|refused| context.pin_code(refused))?;
        let reference = method.reference(&pin, &account, pvki, covered)?;
        context.assign(&rows, &request.card, &reference)?;
        Ok(IssuedPin { pin_block, reference: shown(&reference)? }.into())
    }
}
