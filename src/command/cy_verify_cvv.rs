//! CY: verify a CVV.

use super::pin::verified;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::Cvk;
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::command::Done;
use payhsm_protocol::command::cy_verify_cvv::VerifyCvv;

impl Handle for VerifyCvv {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let cvk = context.source::<Cvk>(&request.cvk, Purpose::Verify)?;
        context.refuse_static(request.pan.pan()?, request.service_code)?;
        let right =
            cvk.verify_cvv(&request.cvv, request.pan.pan()?, request.expiry, request.service_code);
        verified(right.map_err(OperationRefused::code)?)?;
        Ok(Done::Done.into())
    }
}
