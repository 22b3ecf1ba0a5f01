//! WI: give a card the PIN that its customer chose.

use super::pin_method::index_and_length;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::Zpk;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::wi_assign_pin::AssignPin;

impl Handle for AssignPin {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        context.refuse_format_of_life(request.format)?;
        let account = request.card.account()?;
        let product = context.product(&request.card)?;
        let zpk = context.source::<Zpk>(&request.zpk, Purpose::Decrypt)?;
        let method = context.method_for(&request.reference_terms, &request.pvk)?;
        let (pvki, covered) = index_and_length(&request.reference_terms);

        let rows = context.rows()?;
        let watch = context.watch(&method.check_value()?)?;
        // That it is not the PIN of before is not asked: the answer would be a verdict that no try is counted for.
        let pin = context
            .pin_of_block(&zpk, &request.pin_block, request.format, &account)
            .and_then(|pin| context.refuse_pin(&pin, covered, product).map(|()| pin));
        let pin = match pin {
            Ok(pin) => pin,
            Err(refused) => {
                if refused == ErrorCode::PinBlockContents {
                    // What a block of another card comes to here depends on its digits.
                    context.failed(&watch)?;
                }
                return Err(refused);
            }
        };
        let reference = method.reference(&pin, &account, pvki, covered)?;
        context.assign(&rows, &request.card, &reference)?;
        Ok(Done::Done.into())
    }
}
