//! JC: translate a PIN from TPK to LMK.

use super::pin::refuse_translation;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Tpk;
use payhsm_protocol::command::jc_translate_pin_tpk_to_lmk::TranslatePinTpkToLmk;
use payhsm_protocol::command::shared::PinUnderLmk;
use payhsm_protocol::field::PinBlockFormat;

impl Handle for TranslatePinTpkToLmk {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"JC"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinUnderLmk> {
        // A PIN under the LMK is bound to its account, as one of format 0 is.
        refuse_translation(request.format, PinBlockFormat::Iso0)?;
        let tpk = context.source::<Tpk>(&request.tpk, Purpose::Decrypt)?;
        let pin =
            context.pin_of_block(&tpk, &request.pin_block, request.format, &request.account)?;
        Ok(context.put_under_lmk(&pin, &request.account)?.into())
    }
}
