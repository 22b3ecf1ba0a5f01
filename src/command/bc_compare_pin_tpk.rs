//! BC: compare a PIN block under a TPK with a PIN under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Tpk;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::bc_compare_pin_tpk::ComparePinTpk;

impl Handle for ComparePinTpk {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let tpk = context.source::<Tpk>(&request.tpk, Purpose::Decrypt)?;
        let expected = context.pin_under_lmk(&request.pin, &request.account)?;
        let pin =
            context.pin_of_block(&tpk, &request.pin_block, request.format, &request.account)?;
        context.pin_verdict(&tpk, &request.account, pin.ct_eq(&expected).into())?;
        Ok(Done::Done.into())
    }
}
