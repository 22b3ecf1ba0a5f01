//! DC: verify a PIN block under a TPK by its PVV.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::{PvkPvv, Tpk};
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::command::Done;
use payhsm_protocol::command::dc_verify_pin_tpk_pvv::VerifyPinTpkPvv;

impl Handle for VerifyPinTpkPvv {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let account = context
            .verification_account(&request.account, request.verification_account.as_ref())?;
        let tpk = context.source::<Tpk>(&request.tpk, Purpose::Decrypt)?;
        let pvk = context.destination::<PvkPvv>(&request.pvk, Purpose::Verify)?;
        let pin =
            context.pin_of_block(&tpk, &request.pin_block, request.format, &request.account)?;
        let right = pvk.verify_pvv(&pin, account, request.pvki, &request.pvv);
        context.pin_verdict(&pvk, account, right.map_err(OperationRefused::code)?)?;
        Ok(Done::Done.into())
    }
}
