//! WG: verify the PIN of a card and put another in its place.

use super::pin_life::{Right, Said};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::Step;
use payhsm_issuing::pin::PinReference;
use payhsm_keys::Purpose;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::wg_change_pin::ChangePin;
use payhsm_protocol::field::{Card, Pvki};

impl Handle for ChangePin {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let right = context.verify(&Said {
            zpk: &request.zpk,
            pvk: &request.pvk,
            purpose: Purpose::GenerateAndVerify,
            block: &request.current_pin_block,
            new_block: Some(&request.new_pin_block),
            format: request.format,
            card: &request.card,
            offset_terms: request.offset_terms.as_ref(),
        })?;
        // Nothing of the new PIN is told to whoever does not know the current one.
        match new_reference(context, &right, &request.card) {
            Ok(new) => put_in_place(context, &right, &new)?,
            Err(refused) => {
                right.take_back(&mut *context.random)?;
                if refused == ErrorCode::PinBlockContents {
                    context.failed(&right.watch)?;
                }
                return Err(refused);
            }
        }
        Ok(Done::Done.into())
    }
}

fn new_reference(
    context: &Context<'_>,
    right: &Right<'_, '_>,
    card: &Card,
) -> Result<PinReference, ErrorCode> {
    let new = right.new.as_ref().ok_or(ErrorCode::Internal)?;
    context.refuse_pin(new, right.covered(), context.product(card)?)?;
    right.refuse_same(new)?;
    let pvki = Pvki(right.reference.pvki());
    right.method.reference(new, &right.account, pvki, right.covered())
}

/// If the card still has the PIN that was verified: another may have come in its place meanwhile, and then it is a wrong one.
fn put_in_place(
    context: &mut Context<'_>,
    right: &Right<'_, '_>,
    new: &PinReference,
) -> Result<(), ErrorCode> {
    let now = context.cards.now();
    right.rows.change(right.id, &mut *context.random, |row| match row {
        Some(row) if row.reference() == Some(&right.reference) => {
            row.succeed(right.counted);
            row.assign(new.clone(), now);
            Step::Write(Ok(()))
        }
        Some(_) | None => Step::Leave(Err(ErrorCode::PinIncorrect)),
    })?
}
