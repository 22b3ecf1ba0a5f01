//! JE: translate a PIN from ZPK to LMK.

use super::pin::refuse_translation;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Zpk;
use payhsm_protocol::command::je_translate_pin_zpk_to_lmk::TranslatePinZpkToLmk;
use payhsm_protocol::command::shared::PinUnderLmk;
use payhsm_protocol::field::PinBlockFormat;

impl Handle for TranslatePinZpkToLmk {
    const POLICY: Policy = Policy::ISSUER.with(Category::Command);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::command(*b"JE"))
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinUnderLmk> {
        // A PIN under the LMK is bound to its account, as one of format 0 is.
        refuse_translation(request.format, PinBlockFormat::Iso0)?;
        let zpk = context.source::<Zpk>(&request.zpk, Purpose::Decrypt)?;
        let pin =
            context.pin_of_block(&zpk, &request.pin_block, request.format, &request.account)?;
        Ok(context.put_under_lmk(&pin, &request.account)?.into())
    }
}
