//! DE: make the IBM 3624 offset of a PIN under the LMK.

use super::pin::{ibm_code, refuse_excluded, refuse_shorter};
use super::{Answer, Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::usage::PvkIbm;
use payhsm_keys::{IbmMethod, OperationRefused, Purpose};
use payhsm_protocol::command::de_generate_offset_of_lmk_pin::GenerateOffsetOfLmkPin;
use payhsm_protocol::command::shared::PinOffset;

impl Handle for GenerateOffsetOfLmkPin {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"DE"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinOffset> {
        let pvk = context.source::<PvkIbm>(&request.pvk, Purpose::Generate)?;
        let table = context.open_table(&request.table, &request.pvk)?;
        let method = IbmMethod {
            table: &table,
            validation: &request.validation_data,
            account: &request.account,
            check_length: request.check_length,
        };
        let pin = context.pin_under_lmk(&request.pin, &request.account)?;
        refuse_shorter(&pin, request.check_length)?;
        refuse_excluded(&pin, request.excluded.as_ref())?;
        let offset = pvk.offset(&pin, &method).map_err(OperationRefused::code)?;
        Ok(Answer { code: ibm_code(&pvk, &request.pvk), reply: PinOffset { offset } })
    }
}
