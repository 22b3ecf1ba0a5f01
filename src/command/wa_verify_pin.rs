//! WA: verify the PIN of a card, counting tries.

use super::pin_life::Said;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::wa_verify_pin::VerifyPin;

impl Handle for VerifyPin {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let right = context.verify(&Said {
            zpk: &request.zpk,
            pvk: &request.pvk,
            purpose: Purpose::Verify,
            block: &request.pin_block,
            new_block: None,
            format: request.format,
            card: &request.card,
            offset_terms: request.offset_terms.as_ref(),
        })?;
        right.take_back(&mut *context.random)?;
        Ok(Done::Done.into())
    }
}
