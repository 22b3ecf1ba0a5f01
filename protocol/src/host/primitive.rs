//! Parsers of the smallest pieces, on `nom`.

use crate::ErrorCode;
use nom::bytes::complete::take;
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser};

/// A refusal inside a parser: the code that the caller will get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused(pub(super) ErrorCode);

impl ParseError<&[u8]> for Refused {
    fn from_error_kind(_: &[u8], _: ErrorKind) -> Self {
        Self(ErrorCode::InvalidInput)
    }

    fn append(_: &[u8], _: ErrorKind, other: Self) -> Self {
        other
    }
}

pub(super) type Parsed<'a, T> = IResult<&'a [u8], T, Refused>;

/// `otherwise` in place of whatever code `parser` refuses with.
pub(super) fn or<'a, T>(
    otherwise: ErrorCode,
    mut parser: impl Parser<&'a [u8], Output = T, Error = Refused>,
) -> impl FnMut(&'a [u8]) -> Parsed<'a, T> {
    move |input| parser.parse(input).map_err(|_| nom::Err::Error(Refused(otherwise)))
}

/// Exactly `N` bytes.
pub(super) fn chars<const N: usize>(input: &[u8]) -> Parsed<'_, [u8; N]> {
    let (rest, bytes) = take(N)(input)?;
    match bytes.first_chunk() {
        Some(bytes) => Ok((rest, *bytes)),
        None => Err(nom::Err::Error(Refused(ErrorCode::InvalidInput))),
    }
}

/// Exactly `N` decimal digits.
pub(super) fn digits<const N: usize>(input: &[u8]) -> Parsed<'_, [u8; N]> {
    nom::combinator::verify(chars::<N>, |bytes: &[u8; N]| bytes.iter().all(u8::is_ascii_digit))
        .parse(input)
}

/// `N` decimal digits as a number, 1 to 9 of them.
pub(super) fn decimal<const N: usize>(input: &[u8]) -> Parsed<'_, u32> {
    digits::<N>
        .map(|digits| digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
        .parse(input)
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// `N` hex digits as a number, 1 to 8 of them.
pub(super) fn hexadecimal<const N: usize>(input: &[u8]) -> Parsed<'_, u32> {
    nom::combinator::map_opt(chars::<N>, |digits| {
        digits.iter().try_fold(0_u32, |sum, &digit| Some((sum << 4) | u32::from(nibble(digit)?)))
    })
    .parse(input)
}

/// Decodes an even number of hex digits.
pub(super) fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = text.as_chunks::<2>() else {
        return None;
    };
    pairs.iter().map(|[high, low]| Some((nibble(*high)? << 4) | nibble(*low)?)).collect()
}

/// `N` bytes written as `2 N` hex digits.
pub(super) fn hex_bytes<const N: usize>(input: &[u8]) -> Parsed<'_, [u8; N]> {
    let (rest, text) = take(2 * N)(input)?;
    let mut bytes = [0; N];
    let (pairs, _) = text.as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        match (nibble(*high), nibble(*low)) {
            (Some(high), Some(low)) => *byte = (high << 4) | low,
            _ => return Err(nom::Err::Error(Refused(ErrorCode::InvalidInput))),
        }
    }
    Ok((rest, bytes))
}
