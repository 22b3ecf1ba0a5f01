//! PT-A: letters and digits between what is kept.

use subtle::Choice;
use zeroize::Zeroizing;

use super::{KEPT_RIGHT, LONGEST, TokenError, Tweak};
use crate::card::is_luhn;
use crate::fpe::numerals::{self, Half};
use crate::fpe::{Domain, Ff1Key};
use crate::pin::all_digits;
use crate::told::{Told, told};

/// Fewest characters between what is kept: 36^4 is more than a million, 36^3 is not.
const FEWEST: usize = 4;

/// Three walks in ten do not end; so many in a row never happen with a key of AES.
const MOST_WALKS: usize = 256;

/// Characters between what is kept, at most.
const MOST: usize = LONGEST - 6 - KEPT_RIGHT;

pub(super) fn encode(
    key: &Ff1Key,
    domain: u16,
    keep: usize,
    number: &mut [u8],
) -> Result<(), TokenError> {
    let place = Place::new(domain, keep, number).ok_or(TokenError::Scheme)?;
    let tweak = place.tweak(number)?;
    let digits = place.middle(number)?;
    let mut text = Zeroizing::new([0; MOST]);
    let text = text.get_mut(..place.length).ok_or(TokenError::Scheme)?;
    // What the digits stand for, behind a letter.
    let (decimal, letters) = (place.numbers(10)?, place.numbers(36)?);
    let mut values = Zeroizing::new([0; MOST]);
    let values = values.get_mut(..place.length).ok_or(TokenError::Scheme)?;
    values.iter_mut().zip(&*digits).for_each(|(value, digit)| *value = digit & 0x0F);
    let x = Zeroizing::new(decimal.number(values).wrapping_add(place.first()?));
    letters.numerals(*x, values);
    numerals::to_text(values, text);
    walk(text, |text| key.encrypt(&place.texts()?, tweak.bytes(), text).map_err(Into::into))?;
    digits.copy_from_slice(text);
    Ok(())
}

pub(super) fn decode(
    key: &Ff1Key,
    domain: u16,
    keep: usize,
    token: &mut [u8],
) -> Result<(), TokenError> {
    let place = Place::new(domain, keep, token).ok_or(TokenError::Malformed)?;
    let (left, right) = place.kept(token)?;
    if !all_digits(left) || !all_digits(right) {
        return Err(TokenError::Malformed);
    }
    let tweak = place.tweak(token)?;
    let mut number = Zeroizing::new([0; LONGEST]);
    let number = number.get_mut(..token.len()).ok_or(TokenError::Malformed)?;
    number.copy_from_slice(token);
    let text = place.middle(number)?;
    let mut values = Zeroizing::new([0; MOST]);
    let values = values.get_mut(..place.length).ok_or(TokenError::Malformed)?;
    let begins = text.first().is_some_and(u8::is_ascii_uppercase);
    if !begins || numerals::from_text(text, &place.texts()?, values).is_err() {
        return Err(TokenError::Malformed);
    }
    walk(text, |text| key.decrypt(&place.texts()?, tweak.bytes(), text).map_err(Into::into))?;
    numerals::from_text(text, &place.texts()?, values)?;
    let (decimal, letters) = (place.numbers(10)?, place.numbers(36)?);
    // It begins with a letter, so nothing is taken below zero.
    let x = Zeroizing::new(letters.number(values).wrapping_sub(place.first()?));
    if !told(Told::Text, decimal.has(*x)) {
        return Err(TokenError::Invalid);
    }
    decimal.numerals(*x, values);
    numerals::to_text(values, text);
    if !is_luhn(number) {
        return Err(TokenError::Invalid);
    }
    token.copy_from_slice(number);
    Ok(())
}

/// Does `step`, and again until the text begins with a letter.
fn walk(
    text: &mut [u8],
    step: impl Fn(&mut [u8]) -> Result<(), TokenError>,
) -> Result<(), TokenError> {
    for _ in 0..MOST_WALKS {
        step(text)?;
        // Of letters and digits, letters alone have this bit.
        if text.first().is_some_and(|first| told(Told::Walk, Choice::from((first >> 6) & 1))) {
            return Ok(());
        }
    }
    Err(TokenError::Internal)
}

/// What lies where in a number and its token.
struct Place {
    domain: u16,
    keep: usize,
    /// Characters between what is kept.
    length: usize,
}

impl Place {
    fn new(domain: u16, keep: usize, number: &[u8]) -> Option<Self> {
        let length = number.len().checked_sub(keep + KEPT_RIGHT)?;
        (FEWEST..=MOST).contains(&length).then_some(Self { domain, keep, length })
    }

    fn kept<'a>(&self, number: &'a [u8]) -> Result<(&'a [u8], &'a [u8; KEPT_RIGHT]), TokenError> {
        let left = number.get(..self.keep).ok_or(TokenError::Internal)?;
        Ok((left, number.last_chunk().ok_or(TokenError::Internal)?))
    }

    fn middle<'a>(&self, number: &'a mut [u8]) -> Result<&'a mut [u8], TokenError> {
        number.get_mut(self.keep..self.keep + self.length).ok_or(TokenError::Internal)
    }

    fn tweak(&self, number: &[u8]) -> Result<Tweak, TokenError> {
        let (left, right) = self.kept(number)?;
        Tweak::new(b'A', self.domain, number.len(), left, right)
    }

    fn texts(&self) -> Result<Domain, TokenError> {
        Ok(Domain::new(36, self.length)?)
    }

    fn numbers(&self, radix: u8) -> Result<Half, TokenError> {
        Ok(Half::new(radix, self.length)?)
    }

    /// The first number that begins with a letter: 10·36^(length − 1).
    fn first(&self) -> Result<u128, TokenError> {
        Ok(10 * Half::new(36, self.length - 1)?.count())
    }
}
