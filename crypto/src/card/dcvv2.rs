//! Dynamic CVV2: a value that lives for a purchase or for minutes. Our own schemes, of published algorithms.
//!
//! Method 1 is the CVV over a number N of seven digits, the first four where the expiry is and the other three where the service
//! code is: whoever computes CVVs can compute these. Its key serves for nothing else: among its values are those that a CVK
//! would have for every expiry and service code. Method 2 is HMAC-SHA-256, cut as HOTP is (RFC 4226, 5.3).

use subtle::{ConditionallySelectable, ConstantTimeEq};
use zeroize::Zeroizing;

use super::{CardCode, CvvError, CvvInput, CvvKey};
use crate::mac::HmacSha256Key;
use crate::pin::all_digits;

/// The highest N: seven digits.
pub const HIGHEST_N: u32 = 9_999_999;

/// Steps of the time mode, in seconds: a minute to 18 hours.
pub const STEPS: core::ops::RangeInclusive<u32> = 60..=64_800;

/// 2020-01-01T00:00:00Z, where the time mode begins to count, in seconds since 1970.
const EPOCH: u64 = 1_577_836_800;

/// The value of method 1: PAN of 12 to 19 ASCII digits, `n` up to [`HIGHEST_N`], 3 or 4 digits.
///
/// # Errors
/// [`CvvError`] for anything else.
pub fn cvv7(key: &CvvKey, pan: &[u8], n: u32, digits: usize) -> Result<CardCode, CvvError> {
    if n > HIGHEST_N || !(3..=4).contains(&digits) {
        return Err(CvvError);
    }
    let mut seven = [b'0'; 7];
    let mut rest = n;
    for digit in seven.iter_mut().rev() {
        let [.., last] = (rest % 10).to_be_bytes();
        *digit = b'0' | last;
        rest /= 10;
    }
    let [a, b, c, d, e, f, g] = seven;
    key.code(&CvvInput::new(pan, &[a, b, c, d], &[e, f, g])?, digits)
}

/// N of the time mode: steps since 2020, modulo 10^7. `time` and `step` in seconds; `None` for a time before and for a step
/// that is not one of [`STEPS`].
#[must_use]
pub fn time_n(time: u64, step: u32) -> Option<u32> {
    if !STEPS.contains(&step) {
        return None;
    }
    let steps = time.checked_sub(EPOCH)? / u64::from(step);
    u32::try_from(steps % (u64::from(HIGHEST_N) + 1)).ok()
}

/// The value of method 2, 3 or 4 digits, over `DCVV2` ‖ version 1 ‖ length of the PAN ‖ PAN ‖ expiry as YYMM ‖ PAN sequence
/// number, all ASCII, ‖ counter, 8 bytes.
///
/// # Errors
/// [`CvvError`] for a PAN of other than 12 to 19 digits, what is no digit, and another number of digits.
pub fn hmac(
    key: &HmacSha256Key,
    pan: &[u8],
    expiry: &[u8; 4],
    sequence: &[u8; 2],
    counter: u64,
    digits: usize,
) -> Result<CardCode, CvvError> {
    let known = all_digits(pan) && all_digits(expiry) && all_digits(sequence);
    if !known || !(12..=19).contains(&pan.len()) || !(3..=4).contains(&digits) {
        return Err(CvvError);
    }
    let length = u8::try_from(pan.len()).map_err(|_| CvvError)?;
    let text: [&[u8]; 6] = [b"DCVV2\x01", &[length], pan, expiry, sequence, &counter.to_be_bytes()];
    let mac = Zeroizing::new(key.mac(&text));
    CardCode::last(truncated(&mac), digits)
}

/// 31 bits of the MAC, from the place that its last four bits say; taken without finding anything by them.
fn truncated(mac: &[u8; 32]) -> u32 {
    let [.., last] = mac;
    let offset = last & 0x0F;
    let mut bytes = Zeroizing::new([0; 4]);
    for (place, window) in (0u8..16).zip(mac.array_windows::<4>()) {
        let here = place.ct_eq(&offset);
        for (to, from) in bytes.iter_mut().zip(window) {
            to.conditional_assign(from, here);
        }
    }
    u32::from_be_bytes(*bytes) & 0x7FFF_FFFF
}
