//! TK: make the fingerprint of a card number.

use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::Purpose;
use payhsm_keys::usage::FingerprintKey;
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::tk_fingerprint_card_number::{
    CardNumberFingerprint, FingerprintCardNumber,
};
use payhsm_protocol::field::Pan;

impl Handle for FingerprintCardNumber {
    const POLICY: Policy = Policy::ISSUER;

    fn handle(
        request: &Authorized<Self>,
        context: &mut Context<'_>,
    ) -> Outcome<CardNumberFingerprint> {
        let key = context.source::<FingerprintKey>(&request.key, Purpose::Generate)?;
        context.watch(&key.check_value().map_err(|_| ErrorCode::Internal)?)?;
        let pan = request.card.pan()?;
        let fingerprint = key.fingerprint(pan);
        let formatted = request.formatted.then(|| formatted(pan, &fingerprint)).transpose()?;
        Ok(CardNumberFingerprint { fingerprint, formatted }.into())
    }
}

/// PT-I: as long as the card number, with its first six and last four digits. In between the first 16 bytes of the fingerprint as
/// a number, big endian: the remainder by 26 as a letter, then remainders by 36 of what is left, as digits and letters.
fn formatted(pan: &Pan, fingerprint: &[u8; 32]) -> Result<String, ErrorCode> {
    let (first, last) = pan.0.split_first_chunk::<6>().ok_or(ErrorCode::Internal)?;
    let (middle, last) = last.split_last_chunk::<4>().ok_or(ErrorCode::Internal)?;
    let (number, _) = fingerprint.split_first_chunk::<16>().ok_or(ErrorCode::Internal)?;
    let mut number = u128::from_be_bytes(*number);
    let mut text: String = first.iter().map(|&digit| char::from(digit)).collect();
    for place in 0..middle.len() {
        let radix = if place == 0 { 26 } else { 36 };
        let numeral = u32::try_from(number % radix).map_err(|_| ErrorCode::Internal)?;
        let numeral = if place == 0 { numeral + 10 } else { numeral };
        text.extend(char::from_digit(numeral, 36).map(|one| one.to_ascii_uppercase()));
        number /= radix;
    }
    text.extend(last.iter().map(|&digit| char::from(digit)));
    Ok(text)
}
