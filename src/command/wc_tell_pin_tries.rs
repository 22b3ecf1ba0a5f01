//! WC: tell how the PIN of a card stands.

use super::pin_life::row_of;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::wc_tell_pin_tries::{PinTries, TellPinTries};
use payhsm_protocol::field::PinBlocked;

impl Handle for TellPinTries {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinTries> {
        let limit = context.product(&request.card)?.pin_limit;
        let rows = context.rows()?;
        let row = rows.look(row_of(&rows, &request.card)?)?;
        let row = row.filter(|row| row.reference().is_some()).ok_or(ErrorCode::NoPinReference)?;
        let stands = row.enquire(limit);
        let blocked = match (stands.blocked, stands.by_hand) {
            (false, _) => PinBlocked::No,
            (true, false) => PinBlocked::ByTries,
            (true, true) => PinBlocked::ByHand,
        };
        let last_wrong_at = stands.last_wrong_at.unwrap_or_default();
        Ok(PinTries { tries: stands.tries, limit, last_wrong_at, blocked }.into())
    }
}
