//! Frames of the host dialect.
//!
//! ```text
//!  0      1      2 ........ 2+m   2+m+2
//! +------+------+----------+------+---------------------------+
//! | length (BE) | header m | code | fields … [X'19' trailer]  |
//! +------+------+----------+------+---------------------------+
//! ```
//! `length` counts everything after itself. The header is opaque and goes back unchanged.

use super::{Taken, take_back};

/// The longest message that is believed, in bytes after the length.
pub const MAX_MESSAGE: usize = 32 * 1024;

/// The two length bytes.
pub const LENGTH_BYTES: usize = 2;

/// Takes the next whole message (without its length) from the head of `buffer`.
#[must_use]
pub fn take(buffer: &[u8]) -> Taken<&[u8]> {
    let Some((length, rest)) = buffer.split_first_chunk::<LENGTH_BYTES>() else {
        return Taken::Partial;
    };
    let length = usize::from(u16::from_be_bytes(*length));
    if length > MAX_MESSAGE {
        return Taken::Unbelievable;
    }
    match rest.get(..length) {
        Some(message) => Taken::Frame(message, LENGTH_BYTES + length),
        None => Taken::Partial,
    }
}

/// Appends one frame to `out`; `write` fills in the message.
pub fn put(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    write(out);
    let length = out.len() - start - LENGTH_BYTES;
    // Replies are bounded by requests, and requests by MAX_MESSAGE; a longer one is cut off whole.
    match (u16::try_from(length), out.get_mut(start..start + LENGTH_BYTES)) {
        (Ok(length), Some(place)) => place.copy_from_slice(&length.to_be_bytes()),
        _ => take_back(out, start),
    }
}

/// A message taken apart: header, command code, fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Message<'a> {
    /// The opaque header.
    pub header: &'a [u8],
    /// The two-letter command code.
    pub code: [u8; 2],
    /// Everything after the code.
    pub fields: &'a [u8],
}

impl std::fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("code", &self.code).finish_non_exhaustive()
    }
}

impl<'a> Message<'a> {
    /// Splits a message, or gives back what there is of a header if it is too short to be one.
    ///
    /// # Errors
    /// The bytes themselves, when there is no room for a header and a code.
    pub fn split(message: &'a [u8], header_length: usize) -> Result<Self, &'a [u8]> {
        let (header, rest) = message.split_at_checked(header_length).ok_or(message)?;
        let (code, fields) = rest.split_first_chunk::<2>().ok_or(header)?;
        Ok(Self { header, code: *code, fields })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_whole_or_not_at_all() {
        let mut out = Vec::new();
        put(&mut out, |out| out.extend_from_slice(b"HEADNC"));
        assert_eq!(out, b"\x00\x06HEADNC");
        for cut in 0..out.len() {
            assert_eq!(take(&out[..cut]), Taken::Partial);
        }
        assert_eq!(take(&out), Taken::Frame(&b"HEADNC"[..], 8));
        assert_eq!(take(&[0x80, 0x01]), Taken::Unbelievable);
        assert_eq!(take(&[0, 0]), Taken::Frame(&b""[..], 2));
    }

    #[test]
    fn a_message_splits_at_any_header_length() {
        let message = Message::split(b"HEADNC12", 4).unwrap();
        assert_eq!(
            (message.header, message.code, message.fields),
            (&b"HEAD"[..], *b"NC", &b"12"[..])
        );
        assert_eq!(Message::split(b"NC", 0).unwrap().fields, b"");
        assert_eq!(Message::split(b"HEADN", 4), Err(&b"HEAD"[..]));
        assert_eq!(Message::split(b"HE", 4), Err(&b"HE"[..]));
    }
}
