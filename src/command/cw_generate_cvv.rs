//! CW: make a CVV.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::Cvk;
use payhsm_keys::{OperationRefused, Purpose};
use payhsm_protocol::command::cw_generate_cvv::{GenerateCvv, GeneratedCvv};

impl Handle for GenerateCvv {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<GeneratedCvv> {
        let cvk = context.source::<Cvk>(&request.cvk, Purpose::Generate)?;
        let cvv = cvk
            .cvv(request.pan.pan()?, request.expiry, request.service_code)
            .map_err(OperationRefused::code)?;
        Ok(GeneratedCvv { cvv }.into())
    }
}
