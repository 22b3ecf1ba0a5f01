//! CY: verify a CVV.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::Cvk;
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;

impl Handle for VerifyCvv {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let cvk = context.source::<Cvk>(&request.cvk, Purpose::Verify)?;
        context.refuse_static(request.pan.pan()?, request.service_code)?;
        let right =
            cvk.verify_cvv(&request.cvv, request.pan.pan()?, request.expiry, request.service_code);
        let right = right.map_err(OperationRefused::code)?;
        let key = cvk.check_value().map_err(|_| ErrorCode::Internal)?;
        context.value_verdict(&key, request.pan.pan()?, right)?;
        Ok(Done::Done.into())
    }
}
