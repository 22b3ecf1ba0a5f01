//! Frames of the compact dialect.
//!
//! ```text
//!  0              4              8      10
//! +--------------+--------------+------+--------------------+
//! | length (BE)  | id (BE)      | code | body               |   request
//! +--------------+--------------+------+------+-------------+
//! | length (BE)  | id (BE)      | code | err  | body        |   reply
//! +--------------+--------------+------+------+-------------+
//! ```
//! `length` counts everything after itself. The caller chooses `id`; the reply carries it back, and
//! replies may overtake each other. `err` is a code of [`crate::ErrorCode`]; a body follows it only
//! when the command succeeded or succeeded with a warning.

use super::{Taken, take_back};

/// The longest frame that is believed, in bytes after the length.
pub const MAX_FRAME: usize = 64 * 1024;

/// The four length bytes.
pub const LENGTH_BYTES: usize = 4;

/// The ALPN name that selects this dialect on a TLS connection.
pub const ALPN: &[u8] = b"payhsm/1";

/// A request as it stands in a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// The caller's number for this request.
    pub id: u32,
    /// The two-letter command code.
    pub code: [u8; 2],
    /// The encoded request.
    pub body: &'a [u8],
}

/// A reply as it stands in a frame.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Reply<'a> {
    /// The number of the request that this answers.
    pub id: u32,
    /// The two-letter reply code.
    pub code: [u8; 2],
    /// The two-character error code.
    pub error: [u8; 2],
    /// The encoded reply, empty on refusal.
    pub body: &'a [u8],
}

impl std::fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("id", &self.id)
            .field("code", &self.code)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Reply<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reply")
            .field("id", &self.id)
            .field("code", &self.code)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

fn take_payload(buffer: &[u8], shortest: usize) -> Taken<&[u8]> {
    let Some((length, rest)) = buffer.split_first_chunk::<LENGTH_BYTES>() else {
        return Taken::Partial;
    };
    let Ok(length) = usize::try_from(u32::from_be_bytes(*length)) else {
        return Taken::Unbelievable;
    };
    if length > MAX_FRAME || length < shortest {
        return Taken::Unbelievable;
    }
    match rest.get(..length) {
        Some(payload) => Taken::Frame(payload, LENGTH_BYTES + length),
        None => Taken::Partial,
    }
}

fn split_head(payload: &[u8]) -> Option<(u32, [u8; 2], &[u8])> {
    let (id, rest) = payload.split_first_chunk::<4>()?;
    let (code, rest) = rest.split_first_chunk::<2>()?;
    Some((u32::from_be_bytes(*id), *code, rest))
}

/// Takes the next whole request from the head of `buffer`.
#[must_use]
pub fn take_request(buffer: &[u8]) -> Taken<Request<'_>> {
    match take_payload(buffer, 6) {
        Taken::Frame(payload, size) => match split_head(payload) {
            Some((id, code, body)) => Taken::Frame(Request { id, code, body }, size),
            None => Taken::Unbelievable,
        },
        Taken::Partial => Taken::Partial,
        Taken::Unbelievable => Taken::Unbelievable,
    }
}

/// Takes the next whole reply from the head of `buffer`.
#[must_use]
pub fn take_reply(buffer: &[u8]) -> Taken<Reply<'_>> {
    match take_payload(buffer, 8) {
        Taken::Frame(payload, size) => match split_head(payload)
            .and_then(|(id, code, rest)| Some((id, code, rest.split_first_chunk::<2>()?)))
        {
            Some((id, code, (error, body))) => {
                Taken::Frame(Reply { id, code, error: *error, body }, size)
            }
            None => Taken::Unbelievable,
        },
        Taken::Partial => Taken::Partial,
        Taken::Unbelievable => Taken::Unbelievable,
    }
}

fn put<E>(
    out: &mut Vec<u8>,
    id: u32,
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    let start = out.len();
    out.extend_from_slice(&[0; LENGTH_BYTES]);
    out.extend_from_slice(&id.to_be_bytes());
    let written = write(out);
    let length = out.len() - start - LENGTH_BYTES;
    match (written, u32::try_from(length), out.get_mut(start..start + LENGTH_BYTES)) {
        (Ok(()), Ok(length), Some(place)) => {
            place.copy_from_slice(&length.to_be_bytes());
            Ok(())
        }
        (written, _, _) => {
            take_back(out, start);
            written
        }
    }
}

/// Appends one request frame to `out`; `write` appends the body.
///
/// # Errors
/// What `write` gives back; `out` is then as before.
pub fn put_request<E>(
    out: &mut Vec<u8>,
    id: u32,
    code: [u8; 2],
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    put(out, id, |out| {
        out.extend_from_slice(&code);
        write(out)
    })
}

/// Appends one reply frame to `out`; `write` appends the body.
///
/// # Errors
/// What `write` gives back; `out` is then as before.
pub fn put_reply<E>(
    out: &mut Vec<u8>,
    id: u32,
    code: [u8; 2],
    error: [u8; 2],
    write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
) -> Result<(), E> {
    put(out, id, |out| {
        out.extend_from_slice(&code);
        out.extend_from_slice(&error);
        write(out)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_whole() {
        let mut out = Vec::new();
        put_request::<()>(&mut out, 7, *b"B2", |out| {
            out.extend_from_slice(b"xyz");
            Ok(())
        })
        .unwrap();
        for cut in 0..out.len() {
            assert_eq!(take_request(&out[..cut]), Taken::Partial);
        }
        let request = Request { id: 7, code: *b"B2", body: b"xyz" };
        assert_eq!(take_request(&out), Taken::Frame(request, out.len()));

        let mut out = Vec::new();
        put_reply::<()>(&mut out, 7, *b"B3", *b"00", |_| Ok(())).unwrap();
        let reply = Reply { id: 7, code: *b"B3", error: *b"00", body: b"" };
        assert_eq!(take_reply(&out), Taken::Frame(reply, 12));
        assert_eq!(put_reply(&mut out, 7, *b"B3", *b"00", |_| Err("no")), Err("no"));
        assert_eq!(out.len(), 12);
    }

    #[test]
    fn lengths_that_cannot_be_are_not_believed() {
        assert_eq!(take_request(&[0, 0, 0, 5]), Taken::Unbelievable);
        assert_eq!(take_request(&[0, 1, 0, 1]), Taken::Unbelievable);
        assert_eq!(take_request(&[0xff; 4]), Taken::Unbelievable);
        assert_eq!(take_reply(&[0, 0, 0, 7]), Taken::Unbelievable);
    }
}
