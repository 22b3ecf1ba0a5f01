//! A card number under a key that both have: what `E` stands for in a request.
//!
//! Our own definition. Text: the digits as BCD from the left, filled with F to 16 bytes; 19 digits fit. The short form is
//! 16 bytes: CBC with an IV of zeros, so that the same number is the same ciphertext. The long form is 24 bytes: a random IV
//! of 8 bytes, then 16 bytes of CBC; under AES, whose blocks have 16 bytes, 8 zeros follow the IV, and are not sent.

use subtle::{ConstantTimeEq, ConstantTimeGreater, ConstantTimeLess};
use zeroize::Zeroizing;

use super::{NotAValue, ValueError};
use crate::card::is_luhn;
use crate::cipher::BlockKey;
use crate::pin::{all_digits, nibbles};
use crate::told::{Told, told, told_number};

/// Bytes of the text.
const TEXT: usize = 16;

/// Bytes of the IV in the long form.
pub const IV: usize = 8;

/// Encrypts a card number, 13 to 19 ASCII digits with the right check digit: 16 bytes, or 24 with a random IV.
///
/// # Errors
/// [`ValueError`]
pub fn seal(key: &BlockKey, pan: &[u8], iv: Option<&[u8; IV]>) -> Result<Vec<u8>, ValueError> {
    if !(13..=19).contains(&pan.len()) || !all_digits(pan) || !is_luhn(pan) {
        return Err(ValueError);
    }
    let mut values = Zeroizing::new([0x0F; 2 * TEXT]);
    values.iter_mut().zip(pan).for_each(|(to, digit)| *to = digit & 0x0F);
    let mut text = Zeroizing::new([0; TEXT]);
    let (pairs, _) = values.as_chunks::<2>();
    text.iter_mut().zip(pairs).for_each(|(to, [high, low])| *to = (high << 4) | low);
    let mut chained = started(iv);
    let chained = chained.get_mut(..key.block_len()).ok_or(ValueError)?;
    key.cbc_encrypt(chained, &mut *text).map_err(|_| ValueError)?;
    let iv = iv.map_or(&[][..], |iv| iv);
    Ok([iv, &*text].concat())
}

/// Decrypts what [`seal`] made, in either form, into `to` and gives how many digits the number has: 13 to 19.
///
/// # Errors
/// [`NotAValue`], whatever it is; `to` is then as it was.
pub fn open(key: &BlockKey, sealed: &[u8], to: &mut [u8; 19]) -> Result<usize, NotAValue> {
    let (front, blocks) = sealed.split_last_chunk::<TEXT>().ok_or(NotAValue)?;
    let iv = match front.len() {
        0 => None,
        IV => front.as_array(),
        _ => return Err(NotAValue),
    };
    let mut text = Zeroizing::new(*blocks);
    let mut chained = started(iv);
    let chained = chained.get_mut(..key.block_len()).ok_or(NotAValue)?;
    key.cbc_decrypt(chained, &mut *text).map_err(|_| NotAValue)?;
    // Digits up to the first F, and nothing but F from there.
    let mut digits = Zeroizing::new([0; 19]);
    let (mut length, mut wrong, mut ended) = (0u8, 0u8, 0u8);
    for (place, value) in nibbles::iter(&*text).enumerate() {
        let digit = value.ct_lt(&10).unwrap_u8();
        let fill = value.ct_eq(&0x0F).unwrap_u8();
        wrong |= (1 ^ (digit | fill)) | (ended & digit);
        ended |= fill;
        length = length.wrapping_add(digit);
        if let Some(to) = digits.get_mut(place) {
            *to = b'0' | (value & 0x0F);
        }
    }
    if !told(Told::Value, wrong.ct_eq(&0) & length.ct_gt(&12) & length.ct_lt(&20)) {
        return Err(NotAValue);
    }
    let length = told_number(Told::NumberLength, usize::from(length), digits.len());
    let length = length.ok_or(NotAValue)?;
    let pan = digits.get(..length).ok_or(NotAValue)?;
    if !is_luhn(pan) {
        return Err(NotAValue);
    }
    to.iter_mut().zip(pan).for_each(|(to, from)| *to = *from);
    Ok(length)
}

fn started(iv: Option<&[u8; IV]>) -> [u8; 16] {
    let mut started = [0; 16];
    started.iter_mut().zip(iv.into_iter().flatten()).for_each(|(to, from)| *to = *from);
    started
}
