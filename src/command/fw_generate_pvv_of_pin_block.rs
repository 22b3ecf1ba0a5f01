//! FW: make the PVV of the PIN in a block.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::usage::PvkPvv;
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::command::fw_generate_pvv_of_pin_block::GeneratePvvOfPinBlock;
use payhsm_protocol::command::shared::PinPvv;

impl Handle for GeneratePvvOfPinBlock {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"FW"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinPvv> {
        context.refuse_unbound(request.format)?;
        let key = context.pin_key(request.key_type, &request.key)?;
        let pvk = context.destination::<PvkPvv>(&request.pvk, Purpose::Generate)?;
        let pin =
            context.pin_of_block(&key, &request.pin_block, request.format, &request.account)?;
        let pvv = pvk.pvv(&pin, &request.account, request.pvki).map_err(OperationRefused::code)?;
        Ok(PinPvv { pvv }.into())
    }
}
