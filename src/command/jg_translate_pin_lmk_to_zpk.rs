//! JG: translate a PIN from LMK to ZPK.

use super::pin::refuse_translation;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Zpk;
use payhsm_protocol::command::jg_translate_pin_lmk_to_zpk::{
    EncryptedPinBlock, TranslatePinLmkToZpk,
};
use payhsm_protocol::field::PinBlockFormat;

impl Handle for TranslatePinLmkToZpk {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<EncryptedPinBlock> {
        // A PIN under the LMK is bound to its account, as one of format 0 is.
        refuse_translation(PinBlockFormat::Iso0, request.format)?;
        let zpk = context.destination::<Zpk>(&request.zpk, Purpose::Encrypt)?;
        let pin = context.pin_under_lmk(&request.pin, &request.account)?;
        let pin_block = zpk
            .encrypt_pin(&pin, request.format, &request.account, &mut *context.random)
            .map_err(|refused| context.pin_code(refused))?;
        Ok(EncryptedPinBlock { pin_block }.into())
    }
}
