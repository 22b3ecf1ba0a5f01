//! EE: derive a PIN by the IBM 3624 method.

use super::pin::ibm_code;
use super::{Answer, Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::usage::PvkIbm;
use payhsm_keys::{IbmMethod, OperationRefused, Purpose};
use payhsm_protocol::command::ee_derive_pin_ibm::DerivePinIbm;
use payhsm_protocol::command::shared::PinUnderLmk;

impl Handle for DerivePinIbm {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"EE"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinUnderLmk> {
        let pvk = context.source::<PvkIbm>(&request.pvk, Purpose::Generate)?;
        let table = context.open_table(&request.table, &request.pvk)?;
        let method = IbmMethod {
            table: &table,
            validation: &request.validation_data,
            account: &request.account,
            check_length: request.check_length,
        };
        let pin = pvk.derive_pin(&request.offset, &method).map_err(OperationRefused::code)?;
        let reply = context.put_under_lmk(&pin, &request.account)?;
        Ok(Answer { code: ibm_code(&pvk, &request.pvk), reply })
    }
}
