//! BG: put a PIN from under the old LMK under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::command::bg_migrate_pin::MigratePin;
use payhsm_protocol::command::shared::PinUnderLmk;

impl Handle for MigratePin {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinUnderLmk> {
        let pin = context.pin_under_old_lmk(&request.pin, &request.account)?;
        Ok(context.put_under_lmk(&pin, &request.account)?.into())
    }
}
