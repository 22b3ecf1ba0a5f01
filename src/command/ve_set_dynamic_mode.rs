//! VE: enable or disable the dynamic CVV2s of a card.

use super::dynamic::row_of;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::{Code, Step};
use payhsm_issuing::dcvv2::Dcvv2Row;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::ve_set_dynamic_mode::SetDynamicMode;
use payhsm_protocol::field::DynamicMode;

impl Handle for SetDynamicMode {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        // A card that has them may lose them whatever its product is by now.
        let policy = match request.mode {
            DynamicMode::Static => None,
            DynamicMode::Dynamic | DynamicMode::DynamicWithFallback => {
                Some(context.dynamic_policy(&request.card)?)
            }
        };
        let rows = context.rows()?;
        let id = row_of(&rows, &request.card)?;
        let now = context.cards.now();
        rows.change(id, context.random, |row: &mut Option<Dcvv2Row>| {
            let row = row.get_or_insert_default();
            let fallback = request.mode == DynamicMode::DynamicWithFallback;
            let done = match policy {
                Some(policy) => row.enable(&policy, fallback),
                None => row.disable(now),
            };
            match done {
                Ok(()) => Step::Write(Ok(())),
                Err(refused) => Step::Leave(Err(refused.code())),
            }
        })??;
        Ok(Done::Done.into())
    }
}
