//! XC: the next card numbers of a batch.

use super::card_numbers::range_of;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::Step;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::xc_next_card_numbers::{GivenCardNumbers, NextCardNumbers};
use payhsm_protocol::field::Place;
use std::num::NonZeroU32;

impl Handle for NextCardNumbers {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<GivenCardNumbers> {
        let drawer = context.drawer(&request.issue_key)?;
        let giver = context.giver(&request.forms)?;
        let most = NonZeroU32::new(request.most.0.into()).ok_or(ErrorCode::InvalidIndex)?;
        let (range, part) = context.in_batch(&drawer, request.batch, |batch| {
            let range = match range_of(batch) {
                Ok(range) => range,
                Err(code) => return Step::Leave(Err(code)),
            };
            if let Err(code) = giver.check_length(range.length()) {
                return Step::Leave(Err(code));
            }
            let again = |offset| batch.again(offset, most);
            match request.place {
                Place::From(offset) if offset < again(0).given => {
                    Step::Leave(Ok((range, again(offset))))
                }
                Place::From(offset) if offset > again(0).given => {
                    Step::Leave(Err(ErrorCode::InvalidIndex))
                }
                Place::From(_) | Place::Next => Step::Write(Ok((range, batch.next(most)))),
            }
        })?;
        let mut cards = Vec::with_capacity(request.most.0.into());
        for counter in part.counters() {
            let pan = drawer.card_number(&range, counter)?;
            cards.push(giver.give(&pan, context)?);
        }
        Ok(GivenCardNumbers { given: part.given, quantity: part.quantity, cards }.into())
    }
}
