//! BK: make the IBM 3624 offset of the PIN in a block.

use super::pin::{ibm_code, refuse_excluded, refuse_shorter};
use super::{Answer, Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::usage::PvkIbm;
use payhsm_keys::{IbmMethod, OperationRefused, Purpose};
use payhsm_protocol::command::bk_generate_offset_of_pin_block::GenerateOffsetOfPinBlock;
use payhsm_protocol::command::shared::PinOffset;

impl Handle for GenerateOffsetOfPinBlock {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"BK"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinOffset> {
        context.refuse_unbound(request.format)?;
        let key = context.pin_key(request.key_type, &request.key)?;
        let pvk = context.destination::<PvkIbm>(&request.pvk, Purpose::Generate)?;
        let table = context.open_table(&request.table, &request.pvk)?;
        let method = IbmMethod {
            table: &table,
            validation: &request.validation_data,
            account: &request.account,
            check_length: request.check_length,
        };
        let pin =
            context.pin_of_block(&key, &request.pin_block, request.format, &request.account)?;
        refuse_shorter(&pin, request.check_length)?;
        refuse_excluded(&pin, request.excluded.as_ref())?;
        let offset = pvk.offset(&pin, &method).map_err(OperationRefused::code)?;
        Ok(Answer { code: ibm_code(&pvk, &request.pvk), reply: PinOffset { offset } })
    }
}
