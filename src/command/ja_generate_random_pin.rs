//! JA: generate a random PIN.

use super::pin::refuse_excluded;
use super::{Context, Handle, Outcome};
use crate::authorization::{Authorized, Policy};
use payhsm_keys::{Pin, Random};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::ja_generate_random_pin::GenerateRandomPin;
use payhsm_protocol::command::shared::PinUnderLmk;
use zeroize::Zeroizing;

/// Digits of a PIN where the request does not say.
const DEFAULT_LENGTH: usize = 4;

/// Digits of the longest PIN.
const LONGEST: usize = 12;

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

/// A PIN of `length` digits, each PIN as likely as any other.
fn draw(length: usize, random: &mut dyn Random) -> Result<Pin, ErrorCode> {
    let mut bytes = Zeroizing::new([0; 16]);
    random.fill(bytes.as_mut_slice()).map_err(|_| ErrorCode::Internal)?;
    // 128 bits against at most 10^12 PINs: the remainder is even to one part in 10^26.
    let mut number = Zeroizing::new(u128::from_be_bytes(*bytes));
    let mut digits = Zeroizing::new([b'0'; LONGEST]);
    for digit in digits.iter_mut().take(length) {
        *digit += u8::try_from(*number % 10).map_err(|_| ErrorCode::Internal)?;
        *number /= 10;
    }
    let digits = digits.get(..length).unwrap_or_default();
    Pin::from_digits(digits).map_err(|_| ErrorCode::InvalidPinLength)
}
