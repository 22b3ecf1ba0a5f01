//! WE: block or unblock the PIN of a card.

use super::pin_life::row_of;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::cards::Step;
use payhsm_issuing::pin::PinRow;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::we_set_pin_status::SetPinStatus;
use payhsm_protocol::field::PinStatus;

impl Handle for SetPinStatus {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let rows = context.rows()?;
        let id = row_of(&rows, &request.card)?;
        rows.change(id, &mut *context.random, |row: &mut Option<PinRow>| {
            let Some(row) = row.as_mut().filter(|row| row.reference().is_some()) else {
                return Step::Leave(Err(ErrorCode::NoPinReference));
            };
            match request.status {
                PinStatus::Block => row.block(),
                PinStatus::Unblock => row.unblock(),
            }
            Step::Write(Ok(()))
        })??;
        Ok(Done::Done.into())
    }
}
