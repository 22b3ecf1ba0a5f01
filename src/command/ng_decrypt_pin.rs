//! NG: decrypt a PIN under the LMK.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Category, Policy, Subject};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ng_decrypt_pin::{DecryptPin, PinInClear};
use payhsm_protocol::field::ClearPin;
use zeroize::Zeroizing;

impl Handle for DecryptPin {
    const POLICY: Policy = Policy::DEVELOPMENT.with(Category::Pin);

    fn subject(&self) -> Option<Subject> {
        Some(Subject::CLEAR_PIN)
    }

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinInClear> {
        let pin = context.pin_under_lmk(&request.pin, &request.account)?;
        let digits = pin.danger_clear_digits().map_err(|_| ErrorCode::InvalidPinUnderLmk)?;
        let digits = Zeroizing::new(digits);
        let digits = digits.get(..pin.len()).unwrap_or_default();
        Ok(PinInClear { pin: ClearPin(digits.to_vec()) }.into())
    }
}
