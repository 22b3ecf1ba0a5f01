//! DG: make the PVV of a PIN under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::usage::PvkPvv;
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::command::dg_generate_pvv_of_lmk_pin::GeneratePvvOfLmkPin;
use payhsm_protocol::command::shared::PinPvv;

impl Handle for GeneratePvvOfLmkPin {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"DG"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinPvv> {
        let pvk = context.source::<PvkPvv>(&request.pvk, Purpose::Generate)?;
        let pin = context.pin_under_lmk(&request.pin, &request.account)?;
        let pvv = pvk.pvv(&pin, &request.account, request.pvki).map_err(OperationRefused::code)?;
        Ok(PinPvv { pvv }.into())
    }
}
