//! What may stand behind the fields of any command: `%` LMK id, X'19' trailer.

use super::primitive::{Parsed, digits};
use crate::field::LmkId;
use nom::Parser;
use nom::bytes::complete::{tag, take_while_m_n};
use nom::combinator::{all_consuming, opt};
use nom::sequence::preceded;

/// The end-of-message delimiter in front of a trailer.
pub const TRAILER_MARK: u8 = 0x19;

/// The longest trailer, in characters.
const MAX_TRAILER: usize = 32;

/// The end of a request.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Tail<'a> {
    /// The LMK that the message names.
    pub lmk: Option<LmkId>,
    /// The trailer, without its delimiter; it goes back with the answer.
    pub trailer: Option<&'a [u8]>,
}

// A trailer is the caller's own, and nobody else's to know.
impl std::fmt::Debug for Tail<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tail({:?}, {:?} B)", self.lmk, self.trailer.map(<[u8]>::len))
    }
}

impl<'a> Tail<'a> {
    /// The trailer of a message that could not be read, so that even its refusal carries it back.
    #[must_use]
    pub fn guess(fields: &'a [u8]) -> Self {
        let mark = fields.iter().rposition(|&byte| byte == TRAILER_MARK);
        let trailer = mark
            .and_then(|mark| fields.get(mark..))
            .and_then(|end| trailer(end).ok())
            .and_then(|(_, trailer)| trailer);
        Self { lmk: None, trailer }
    }
}

/// `%` and two digits.
pub(super) fn lmk(input: &[u8]) -> Parsed<'_, LmkId> {
    preceded(tag(&b"%"[..]), digits::<2>)
        .map(|[tens, ones]| LmkId((tens - b'0') * 10 + (ones - b'0')))
        .parse(input)
}

/// A trailer that ends the message, or nothing left at all.
pub(super) fn trailer(input: &[u8]) -> Parsed<'_, Option<&[u8]>> {
    let printable = take_while_m_n(0, MAX_TRAILER, |byte| (0x20..0x7f).contains(&byte));
    all_consuming(opt(preceded(tag(&[TRAILER_MARK][..]), printable))).parse(input)
}
