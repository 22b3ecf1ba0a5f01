//! WM: register the PIN reference that another system made. Whoever may do that says what the PIN of a card is, so officers
//! have a say in it.

use super::pin_life::row_of;
use super::pin_method::kept;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use crate::cards::Step;
use payhsm_issuing::pin::PinRow;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::wm_register_pin_reference::RegisterPinReference;

impl Handle for RegisterPinReference {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"WM"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let reference = kept(&request.reference)?;
        let (rows, now) = (context.rows()?, context.cards.now());
        let id = row_of(&rows, &request.card)?;
        rows.change(id, &mut *context.random, |row: &mut Option<PinRow>| {
            row.get_or_insert_default().register(reference.clone(), now);
            Step::Write(())
        })?;
        Ok(Done::Done.into())
    }
}
