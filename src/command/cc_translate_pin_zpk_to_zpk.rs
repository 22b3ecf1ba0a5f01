//! CC: translate a PIN block from ZPK to ZPK.

use super::pin::translate;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::Zpk;
use payhsm_keys::{PinTranslation, Purpose};
use payhsm_protocol::command::cc_translate_pin_zpk_to_zpk::TranslatePinZpkToZpk;
use payhsm_protocol::command::shared::TranslatedPinBlock;

impl Handle for TranslatePinZpkToZpk {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<TranslatedPinBlock> {
        let source = context.source::<Zpk>(&request.source_zpk, Purpose::Decrypt)?;
        let destination = context.destination::<Zpk>(&request.destination_zpk, Purpose::Encrypt)?;
        let translation = PinTranslation {
            pin_block: &request.pin_block,
            from: request.source_format,
            to: request.destination_format,
            account: &request.account,
            checks: context.checks(),
        };
        Ok(translate(&source, &destination, &translation, context)?.into())
    }
}
