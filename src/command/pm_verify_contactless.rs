//! PM: verify what a contactless card computed in place of its CVV.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::usage::{MkAc, MkCvc3};
use payhsm_keys::{CardCode, CardKeyOption, CardOf, OperationRefused, Purpose};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::Done;
use payhsm_protocol::command::pm_verify_contactless::VerifyContactless;
use payhsm_protocol::field::{
    CardKeyDerivation, CheckValue, ContactlessValue, Cvc3Track, MastercardCvc3, VisaDcvv,
};

/// Visa's keys of cards are derived without a sequence number.
const NO_SEQUENCE: [u8; 2] = *b"00";

impl Handle for VerifyContactless {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(request: &Authorized<Self>, context: &mut Context<'_>) -> Outcome<Done> {
        let (computed, value, check_value) = match &request.value {
            ContactlessValue::Visa(visa) => {
                let (code, check_value) = dcvv(request, visa, context)?;
                (code, &visa.dcvv, check_value)
            }
            ContactlessValue::Mastercard(mastercard) => {
                let (code, check_value) = cvc3(request, mastercard, context)?;
                (code, &mastercard.cvc3, check_value)
            }
        };
        context.value_verdict(&check_value, request.pan.pan()?, computed.is(&value.0))?;
        Ok(Done::Done.into())
    }
}

fn card_of(request: &VerifyContactless, sequence: [u8; 2]) -> Result<CardOf<'_>, ErrorCode> {
    let option = match request.derivation {
        CardKeyDerivation::A => CardKeyOption::A,
        CardKeyDerivation::B => CardKeyOption::B,
    };
    Ok(CardOf { option, pan: request.pan.pan()?, sequence })
}

fn dcvv(
    request: &VerifyContactless,
    visa: &VisaDcvv,
    context: &Context<'_>,
) -> Result<(CardCode, CheckValue), ErrorCode> {
    let key = context.source::<MkAc>(&request.master_key, Purpose::Derive)?;
    let card = card_of(request, NO_SEQUENCE)?;
    let code = key.dcvv(&card, visa.expiry, visa.service_code, visa.counter);
    let check_value = key.check_value().map_err(|_| ErrorCode::Internal)?;
    Ok((code.map_err(OperationRefused::code)?, check_value))
}

fn cvc3(
    request: &VerifyContactless,
    mastercard: &MastercardCvc3,
    context: &Context<'_>,
) -> Result<(CardCode, CheckValue), ErrorCode> {
    let key = context.source::<MkCvc3>(&request.master_key, Purpose::Derive)?;
    let card = card_of(request, mastercard.sequence.0)?;
    let counter = mastercard.counter.to_be_bytes();
    let (unpredictable, digits) = (mastercard.unpredictable, mastercard.cvc3.0.len());
    let code = match &mastercard.track {
        Cvc3Track::Data(track) => key.cvc3(&card, &track.0, unpredictable, counter, digits),
        Cvc3Track::Iv(iv) => key.cvc3_with_iv(&card, *iv, unpredictable, counter, digits),
    };
    let check_value = key.check_value().map_err(|_| ErrorCode::Internal)?;
    Ok((code.map_err(OperationRefused::code)?, check_value))
}
