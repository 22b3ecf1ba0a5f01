//! XA: reserve card numbers of a range.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::command::xa_reserve_card_numbers::{ReserveCardNumbers, ReservedCardNumbers};

impl Handle for ReserveCardNumbers {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<ReservedCardNumbers> {
        let drawer = context.drawer(&request.issue_key)?;
        let reserved = context.reserve(&drawer, &request.range, request.quantity, false)?;
        Ok(ReservedCardNumbers { batch: reserved.batch }.into())
    }
}
