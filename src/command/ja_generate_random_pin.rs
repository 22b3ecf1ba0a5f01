//! JA: generate a random PIN.

use super::pin::{draw, refuse_excluded};
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ja_generate_random_pin::GenerateRandomPin;
use payhsm_protocol::command::shared::PinUnderLmk;

/// Digits of a PIN where the request does not say.
const DEFAULT_LENGTH: usize = 4;

/// So often is a PIN drawn. At most 99 of 10,000 PINs are excluded, so that a second draw is rare
/// and this many fail once in 10^31 times.
const DRAWS: usize = 16;

impl Handle for GenerateRandomPin {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<PinUnderLmk> {
        let length = request.pin_length.map_or(DEFAULT_LENGTH, |length| usize::from(length.0));
        for _ in 0..DRAWS {
            let pin = draw(length, &mut *context.random)?;
            match refuse_excluded(&pin, request.excluded.as_ref()) {
                Ok(()) => return Ok(context.put_under_lmk(&pin, &request.account)?.into()),
                Err(ErrorCode::WeakPin) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Err(ErrorCode::WeakPin)
    }
}
