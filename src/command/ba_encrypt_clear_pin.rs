//! BA: encrypt a clear PIN under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_keys::Pin;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ba_encrypt_clear_pin::EncryptClearPin;
use payhsm_protocol::command::shared::PinUnderLmk;

impl Handle for EncryptClearPin {
    const POLICY: Policy = Policy::DEVELOPMENT.with(Category::Pin);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::CLEAR_PIN)
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinUnderLmk> {
        let pin = Pin::from_digits(&request.pin.0).map_err(|_| ErrorCode::InvalidPinLength)?;
        Ok(context.put_under_lmk(&pin, &request.account)?.into())
    }
}
