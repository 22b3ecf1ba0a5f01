//! CU: verify a PIN by its PVV and make the PVV of a new one.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::PvkPvv;
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::command::cu_change_pin_pvv::ChangePinPvv;
use payhsm_protocol::command::shared::PinPvv;

impl Handle for ChangePinPvv {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinPvv> {
        context.refuse_unbound(request.format)?;
        let key = context.pin_key(request.key_type, &request.key)?;
        let pvk = context.destination::<PvkPvv>(&request.pvk, Purpose::GenerateAndVerify)?;
        let pin_of = |context: &Context<'_>, block| {
            context.pin_of_block(&key, block, request.format, &request.account)
        };
        let current = pin_of(context, &request.current_pin_block)?;
        let right = pvk.verify_pvv(&current, &request.account, request.pvki, &request.current_pvv);
        let right = right.map_err(OperationRefused::code)?;
        context.pin_verdict(&pvk, &request.account, right)?;
        let new = pin_of(context, &request.new_pin_block)?;
        let pvv = pvk.pvv(&new, &request.account, request.pvki).map_err(OperationRefused::code)?;
        Ok(PinPvv { pvv }.into())
    }
}
