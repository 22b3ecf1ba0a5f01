//! DU: verify a PIN by the IBM 3624 method and make the offset of a new one.

use super::pin::{ibm_code, refuse_excluded, refuse_shorter};
use super::{Answer, Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::PvkIbm;
use payhsm_keys::{IbmMethod, OperationRefused, Purpose};
use payhsm_protocol::command::du_change_pin_ibm::ChangePinIbm;
use payhsm_protocol::command::shared::PinOffset;

impl Handle for ChangePinIbm {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinOffset> {
        context.refuse_unbound(request.format)?;
        let key = context.pin_key(request.key_type, &request.key)?;
        let pvk = context.destination::<PvkIbm>(&request.pvk, Purpose::GenerateAndVerify)?;
        let table = context.open_table(&request.table, &request.pvk)?;
        let method = IbmMethod {
            table: &table,
            validation: &request.validation_data,
            account: &request.account,
            check_length: request.check_length,
        };
        let pin_of = |context: &Context<'_>, block| {
            context.pin_of_block(&key, block, request.format, &request.account)
        };
        let current = pin_of(context, &request.current_pin_block)?;
        let right = pvk.verify_pin(&current, &request.current_offset, &method);
        context.offset_verdict(&pvk, &method, right.map_err(OperationRefused::code)?)?;
        let new = pin_of(context, &request.new_pin_block)?;
        refuse_shorter(&new, request.check_length)?;
        refuse_excluded(&new, request.excluded.as_ref())?;
        let offset = pvk.offset(&new, &method).map_err(OperationRefused::code)?;
        Ok(Answer { code: ibm_code(&pvk, &request.pvk), reply: PinOffset { offset } })
    }
}
