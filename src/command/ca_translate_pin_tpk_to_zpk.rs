//! CA: translate a PIN block from a TPK to a ZPK.

use super::pin::translate;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::{Tpk, Zpk};
use payhsm_keys::{PinTranslation, Purpose};
use payhsm_protocol::command::ca_translate_pin_tpk_to_zpk::TranslatePinTpkToZpk;
use payhsm_protocol::command::shared::TranslatedPinBlock;

impl Handle for TranslatePinTpkToZpk {
    const POLICY: Policy = Policy::EVERYWHERE;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<TranslatedPinBlock> {
        let tpk = context.source::<Tpk>(&request.source_tpk, Purpose::Decrypt)?;
        let zpk = context.destination::<Zpk>(&request.destination_zpk, Purpose::Encrypt)?;
        let translation = PinTranslation {
            pin_block: &request.pin_block,
            from: request.source_format,
            to: request.destination_format,
            account: &request.account,
            checks: context.checks(),
        };
        Ok(translate(&tpk, &zpk, &translation, context)?.into())
    }
}
