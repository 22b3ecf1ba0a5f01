//! BE: compare a PIN block under a ZPK with a PIN under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Zpk;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::be_compare_pin_zpk::ComparePinZpk;

impl Handle for ComparePinZpk {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let zpk = context.source::<Zpk>(&request.zpk, Purpose::Decrypt)?;
        let expected = context.pin_under_lmk(&request.pin, &request.account)?;
        let pin =
            context.pin_of_block(&zpk, &request.pin_block, request.format, &request.account)?;
        context.pin_verdict(&zpk, &request.account, pin.ct_eq(&expected).into())?;
        Ok(Done::Done.into())
    }
}
