//! A request, encoded once, of which only the number changes.

use payhsm_protocol::ErrorCode;
use payhsm_protocol::frame::{Taken, compact, host};
use std::convert::Infallible;

/// The language of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `u32` lengths and numbers, binary fields.
    Compact,
    /// 2-byte lengths, a header of 4 bytes (which carries the number), text fields.
    Host,
}

impl Dialect {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Host => "host",
        }
    }
}

/// A request in both dialects, without frame and number.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The two-letter command code.
    pub code: [u8; 2],
    /// The body of the compact dialect: LMK and fields.
    pub compact: Vec<u8>,
    /// The fields of the host dialect, LMK included.
    pub host: Vec<u8>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request").field("code", &self.code).finish_non_exhaustive()
    }
}

/// A whole frame, ready to be copied.
#[derive(Clone)]
pub struct Template {
    dialect: Dialect,
    frame: Vec<u8>,
    /// Where the four bytes of the number are.
    number: std::ops::Range<usize>,
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Template")
            .field("dialect", &self.dialect)
            .field("bytes", &self.frame.len())
            .finish_non_exhaustive()
    }
}

/// A reply, as far as the load program looks into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The number of the request that it answers.
    pub number: u32,
    /// Its error code.
    pub error: [u8; 2],
}

impl Verdict {
    /// Whether the command was carried out without remark.
    #[must_use]
    pub fn is_ok(self) -> bool {
        self.error == ErrorCode::Ok.wire()
    }
}

impl Template {
    /// Frames a request.
    #[must_use]
    pub fn new(dialect: Dialect, request: &Request) -> Self {
        let mut frame = Vec::new();
        match dialect {
            Dialect::Compact => {
                let Ok(()) =
                    compact::put_request::<Infallible>(&mut frame, 0, request.code, |out| {
                        out.extend_from_slice(&request.compact);
                        Ok(())
                    });
            }
            Dialect::Host => host::put(&mut frame, |out| {
                out.extend_from_slice(&[0; 4]);
                out.extend_from_slice(&request.code);
                out.extend_from_slice(&request.host);
            }),
        }
        let start = match dialect {
            Dialect::Compact => compact::LENGTH_BYTES,
            Dialect::Host => host::LENGTH_BYTES,
        };
        Self { dialect, frame, number: start..start + 4 }
    }

    /// How long the frame is, in bytes.
    #[must_use]
    pub const fn size(&self) -> usize {
        self.frame.len()
    }

    /// Appends the frame with this number.
    pub fn put(&self, out: &mut Vec<u8>, number: u32) {
        let start = out.len();
        out.extend_from_slice(&self.frame);
        let place = start + self.number.start..start + self.number.end;
        if let Some(place) = out.get_mut(place) {
            place.copy_from_slice(&number.to_be_bytes());
        }
    }

    /// Takes the next whole reply from the head of `buffer`.
    #[must_use]
    pub fn take(&self, buffer: &[u8]) -> Taken<Verdict> {
        match self.dialect {
            Dialect::Compact => match compact::take_reply(buffer) {
                Taken::Frame(reply, size) => {
                    Taken::Frame(Verdict { number: reply.id, error: reply.error }, size)
                }
                Taken::Partial => Taken::Partial,
                Taken::Unbelievable => Taken::Unbelievable,
            },
            Dialect::Host => match host::take(buffer) {
                Taken::Frame(message, size) => match host_verdict(message) {
                    Some(verdict) => Taken::Frame(verdict, size),
                    None => Taken::Unbelievable,
                },
                Taken::Partial => Taken::Partial,
                Taken::Unbelievable => Taken::Unbelievable,
            },
        }
    }
}

fn host_verdict(message: &[u8]) -> Option<Verdict> {
    let message = host::Message::split(message, 4).ok()?;
    let number = message.header.first_chunk().copied().map(u32::from_be_bytes)?;
    let error = *message.fields.first_chunk()?;
    Some(Verdict { number, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_out_and_come_back() {
        let request =
            Request { code: *b"B2", compact: b"\x00\x01x".to_vec(), host: b"0001x".to_vec() };
        let mut out = Vec::new();
        Template::new(Dialect::Compact, &request).put(&mut out, 0x0102_0304);
        assert_eq!(out, b"\x00\x00\x00\x09\x01\x02\x03\x04B2\x00\x01x");
        out.clear();
        let template = Template::new(Dialect::Host, &request);
        template.put(&mut out, 0x0102_0304);
        assert_eq!(out, b"\x00\x0b\x01\x02\x03\x04B20001x");
        assert_eq!(template.size(), out.len());

        let verdict = Verdict { number: 0x0102_0304, error: *b"00" };
        assert!(verdict.is_ok());
        assert_eq!(template.take(b"\x00\x08\x01\x02\x03\x04B300"), Taken::Frame(verdict, 10));
        assert_eq!(template.take(b"\x00\x07\x01\x02\x03\x04B30"), Taken::Unbelievable);
        assert_eq!(template.take(b"\x00"), Taken::Partial);
    }
}
