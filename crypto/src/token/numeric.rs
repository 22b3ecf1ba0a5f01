//! PT-9: digits behind a nine, which no number of a card scheme begins with.

use zeroize::Zeroizing;

use super::{KEPT_RIGHT, LONGEST, TokenError, TokenScheme, Tweak};
use crate::card::missing_digit;
use crate::fpe::{Domain, Ff1Key};
use crate::pin::all_digits;

pub(super) fn encode(key: &Ff1Key, domain: u16, number: &mut [u8]) -> Result<(), TokenError> {
    let (tweak, texts) = shape(domain, number)?;
    let mut token = Zeroizing::new([b'9'; LONGEST]);
    let token = token.get_mut(..number.len()).ok_or(TokenError::Scheme)?;
    let (_, body) = token.split_first_mut().ok_or(TokenError::Scheme)?;
    let body = body.get_mut(..texts.length()).ok_or(TokenError::Scheme)?;
    body.iter_mut().zip(&*number).for_each(|(to, from)| *to = *from);
    key.encrypt(&texts, tweak.bytes(), body)?;
    number.iter_mut().zip(&*token).take(1 + texts.length()).for_each(|(to, from)| *to = *from);
    Ok(())
}

pub(super) fn decode(key: &Ff1Key, domain: u16, token: &mut [u8]) -> Result<(), TokenError> {
    let fits = TokenScheme::Pt9.has_length(token.len()) && all_digits(token);
    if !fits || token.first() != Some(&b'9') {
        return Err(TokenError::Malformed);
    }
    let (tweak, texts) = shape(domain, token)?;
    let mut body = Zeroizing::new([0; LONGEST]);
    let body = body.get_mut(..texts.length()).ok_or(TokenError::Malformed)?;
    body.iter_mut().zip(token.iter().skip(1)).for_each(|(to, from)| *to = *from);
    key.decrypt(&texts, tweak.bytes(), body)?;
    let found = token.iter_mut().zip(body.iter().chain([&b'0']));
    found.for_each(|(to, from)| *to = *from);
    let digit = missing_digit(token);
    *token.get_mut(texts.length()).ok_or(TokenError::Internal)? = digit;
    Ok(())
}

/// The tweak, and what there is to encrypt: all digits but the one that is left out and the last four.
fn shape(domain: u16, number: &[u8]) -> Result<(Tweak, Domain), TokenError> {
    let right = number.last_chunk::<KEPT_RIGHT>().ok_or(TokenError::Scheme)?;
    let length = number.len().checked_sub(KEPT_RIGHT + 1).ok_or(TokenError::Scheme)?;
    let tweak = Tweak::new(b'9', domain, number.len(), &[], right)?;
    Ok((tweak, Domain::new(10, length).map_err(|_| TokenError::Scheme)?))
}
