//! Key fields of the host dialect.

use super::primitive::{Parsed, Refused, chars, decimal, hexadecimal, or, unhex};
use crate::ErrorCode;
use crate::field::{
    BlockScheme, Cryptogram, CryptogramScheme, KeyBlock, KeyBytes, KeyField, Slot, StoredKey,
    ZoneKey, ZoneRole, is_label, is_zone,
};
use nom::Parser;
use nom::bytes::complete::take;

fn refuse<T>(code: ErrorCode) -> Parsed<'static, T> {
    Err(nom::Err::Error(Refused(code)))
}

/// A key with its scheme letter, or `bare` bytes of cryptogram without one.
pub(super) fn key(input: &[u8], bare: usize) -> Parsed<'_, KeyField> {
    let Some((&letter, rest)) = input.split_first() else {
        return refuse(ErrorCode::InvalidInput);
    };
    match letter {
        b'Z' if names_slot(rest) => named(slot(rest, Some(KeyBytes::Single))),
        b'U' | b'X' if names_slot(rest) => named(slot(rest, Some(KeyBytes::Double))),
        b'T' | b'Y' if names_slot(rest) => named(slot(rest, Some(KeyBytes::Triple))),
        b'K' => named(slot(input, None)),
        b'L' => named(label(rest)),
        b'N' => named(zone(rest)),
        b'S' => block(rest, BlockScheme::Thales),
        b'R' => block(rest, BlockScheme::X9143),
        b'U' => cryptogram(rest, CryptogramScheme::U, 16),
        b'T' => cryptogram(rest, CryptogramScheme::T, 24),
        b'X' => cryptogram(rest, CryptogramScheme::X, 16),
        b'Y' => cryptogram(rest, CryptogramScheme::Y, 24),
        b'Z' => cryptogram(rest, CryptogramScheme::Z, 8),
        b'0'..=b'9' | b'A'..=b'F' | b'a'..=b'f' => cryptogram(input, CryptogramScheme::Bare, bare),
        _ => refuse(ErrorCode::InvalidKeyScheme),
    }
}

fn named(parsed: Parsed<'_, StoredKey>) -> Parsed<'_, KeyField> {
    parsed.map(|(rest, name)| (rest, KeyField::Stored(name)))
}

fn names_slot(input: &[u8]) -> bool {
    input.first() == Some(&b'K')
}

/// `K` and 3H.
pub(super) fn slot(input: &[u8], length: Option<KeyBytes>) -> Parsed<'_, StoredKey> {
    let (rest, _) = chars::<1>(input)?;
    let (rest, digits) = take(3_usize)(rest)?;
    let (_, index) = or(ErrorCode::InvalidIndex, hexadecimal::<3>).parse(digits)?;
    let index = u16::try_from(index).unwrap_or(u16::MAX);
    Ok((rest, StoredKey::Slot(Slot { index, length })))
}

/// Behind `L`: 2N, and a label of so many characters. Not in the manuals: payhsm's own.
fn label(input: &[u8]) -> Parsed<'_, StoredKey> {
    let (rest, length) = or(ErrorCode::InvalidIndex, decimal::<2>).parse(input)?;
    let (rest, label) = text(rest, length)?;
    if is_label(label) {
        Ok((rest, StoredKey::Label(label.to_owned())))
    } else {
        refuse(ErrorCode::InvalidIndex)
    }
}

/// Behind `N`: 1A for the key of the zone, 1N, and a name of so many characters. payhsm's own.
fn zone(input: &[u8]) -> Parsed<'_, StoredKey> {
    let (rest, [role]) = chars::<1>(input)?;
    let (rest, length) = or(ErrorCode::InvalidIndex, decimal::<1>).parse(rest)?;
    let (rest, zone) = text(rest, length)?;
    match ZoneRole::from_letter(role) {
        Some(role) if is_zone(zone) => {
            Ok((rest, StoredKey::Zone(ZoneKey { zone: zone.to_owned(), role })))
        }
        Some(_) | None => refuse(ErrorCode::InvalidIndex),
    }
}

fn text(input: &[u8], length: u32) -> Parsed<'_, &str> {
    let (rest, text) = take(length)(input)?;
    match std::str::from_utf8(text) {
        Ok(text) => Ok((rest, text)),
        Err(_) => refuse(ErrorCode::InvalidIndex),
    }
}

fn cryptogram(input: &[u8], scheme: CryptogramScheme, bytes: usize) -> Parsed<'_, KeyField> {
    let (rest, text) = take(2 * bytes)(input)?;
    match unhex(text) {
        Some(bytes) => Ok((rest, KeyField::Cryptogram(Cryptogram { scheme, bytes }))),
        None => refuse(ErrorCode::InvalidInput),
    }
}

/// Source: X9.143 section 4 (header and optional blocks); the Thales block has the same frame.
fn block(input: &[u8], scheme: BlockScheme) -> Parsed<'_, KeyField> {
    let length = |input| or(ErrorCode::KeyBlockLength, decimal::<4>).parse(input);
    let (_, (_version, total)) = (chars::<1>, length).parse(input)?;
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let (rest, text) = take(total)(input)?;
    let Some(header_length) = header_length(text) else {
        return refuse(ErrorCode::KeyBlockLength);
    };
    match text.split_at_checked(header_length) {
        Some((header, body)) if !body.is_empty() => match unhex(body) {
            Some(body) => {
                let header = header.to_vec();
                Ok((rest, KeyField::Block(KeyBlock { scheme, header, body })))
            }
            None => refuse(ErrorCode::KeyBlockLength),
        },
        _ => refuse(ErrorCode::KeyBlockLength),
    }
}

/// The fixed header and as many optional blocks as it announces: id 2A, length 2H, data. A longer one has 00 for its length,
/// the number of pairs of digits that follow 2H, and in these the length (X9.143 6.5). It counts everything from the id on.
fn header_length(text: &[u8]) -> Option<usize> {
    let count = text.get(12..14)?;
    let (_, count) = decimal::<2>(count).ok()?;
    let mut at = KeyBlock::FIXED_HEADER;
    for _ in 0..count {
        let block = text.get(at..)?;
        let (_, short) = hexadecimal::<2>(block.get(2..4)?).ok()?;
        let (length, head) = if short == 0 {
            let (_, pairs) = hexadecimal::<2>(block.get(4..6)?).ok()?;
            let pairs = usize::try_from(pairs).ok().filter(|pairs| (1..=4).contains(pairs))?;
            let (digits, _) = block.get(6..)?.get(..2 * pairs)?.as_chunks::<2>();
            let length = digits.iter().try_fold(0_u32, |length, pair| {
                hexadecimal::<2>(pair).ok().map(|(_, byte)| (length << 8) | byte)
            })?;
            (length, 6 + 2 * pairs)
        } else {
            (short, 4)
        };
        let length = usize::try_from(length).ok().filter(|length| *length >= head)?;
        at = at.checked_add(length)?;
        if at > text.len() {
            return None;
        }
    }
    Some(at)
}
