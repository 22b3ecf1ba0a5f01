//! VG: tell how the dynamic CVV2 of a card stands.

use super::dynamic::{row_of, told};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use crate::settings::Profile;
use payhsm_issuing::dcvv2::{CodeState, LastResult};
use payhsm_protocol::command::vg_tell_dynamic_status::{DynamicStatus, TellDynamicStatus};
use payhsm_protocol::field::{DynamicState, LastVerdict};

impl Handle for TellDynamicStatus {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<DynamicStatus> {
        let rows = context.rows()?;
        let row = rows.look(row_of(&rows, &request.card)?)?.unwrap_or_default();
        let status = row.status(context.cards.now());
        let state = match status.code {
            CodeState::NotGenerated => DynamicState::NotGenerated,
            CodeState::Expired => DynamicState::Expired,
            CodeState::Blocked => DynamicState::Blocked,
            CodeState::Used => DynamicState::Used,
            CodeState::Alive => DynamicState::Alive,
        };
        let last = match status.last_result {
            None => LastVerdict::None,
            Some(LastResult::Right) => LastVerdict::Right,
            Some(LastResult::Wrong) => LastVerdict::Wrong,
        };
        let counter = match context.settings.profile {
            Profile::Development => Some(status.counter),
            Profile::Issuer | Profile::Acquirer => None,
        };
        Ok(DynamicStatus {
            mode: told(status.mode),
            state,
            issued_at: status.issued_at.unwrap_or_default(),
            expires_at: status.expires_at.unwrap_or_default(),
            tries_left: status.tries_left,
            uses_left: status.uses_left,
            last,
            counter,
        }
        .into())
    }
}
