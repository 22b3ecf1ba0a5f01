//! EA: verify a PIN block under a ZPK by the IBM 3624 method.

use super::pin::ibm_code;
use super::{Answer, Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::{PvkIbm, Zpk};
use payhsm_keys::{IbmMethod, OperationRefused, Purpose};
use payhsm_protocol::command::Done;
use payhsm_protocol::command::ea_verify_pin_zpk_ibm::VerifyPinZpkIbm;

impl Handle for VerifyPinZpkIbm {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let zpk = context.source::<Zpk>(&request.zpk, Purpose::Decrypt)?;
        let pvk = context.destination::<PvkIbm>(&request.pvk, Purpose::Verify)?;
        let table = context.open_table(&request.table, &request.pvk)?;
        let method = IbmMethod {
            table: &table,
            validation: &request.validation_data,
            account: &request.account,
            check_length: request.check_length,
        };
        let pin =
            context.pin_of_block(&zpk, &request.pin_block, request.format, &request.account)?;
        let right = pvk.verify_pin(&pin, &request.offset, &method);
        context.offset_verdict(&pvk, &method, right.map_err(OperationRefused::code)?)?;
        Ok(Answer { code: ibm_code(&pvk, &request.pvk), reply: Done::Done })
    }
}
