//! Answers that say no.

use super::{Asked, Incoming, NO_COMMAND};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::CommandCode;
use payhsm_protocol::frame;
use payhsm_protocol::host::{self, Tail};

impl Incoming<'_> {
    /// Answers with nothing but a code, before any field has been read.
    pub(super) fn refuse(self, refusal: ErrorCode, output: &mut Vec<u8>) {
        match self {
            Self::Command(Asked::Host(message)) => {
                let tail = Tail::guess(message.fields);
                refuse_host(output, message.header, message.code, refusal, tail);
            }
            Self::Headless(header) => {
                refuse_host(output, header, NO_COMMAND, refusal, Tail::default());
            }
            Self::Command(Asked::Compact(request)) => refuse_compact(output, request, refusal),
        }
    }
}

pub(super) fn put_trailer(out: &mut Vec<u8>, tail: Tail<'_>) {
    if let Some(trailer) = tail.trailer {
        out.push(host::TRAILER_MARK);
        out.extend_from_slice(trailer);
    }
}

pub(super) fn refuse_host(
    out: &mut Vec<u8>,
    header: &[u8],
    code: [u8; 2],
    refusal: ErrorCode,
    tail: Tail<'_>,
) {
    frame::host::put(out, |out| {
        out.extend_from_slice(header);
        out.extend_from_slice(&CommandCode(code).reply());
        out.extend_from_slice(&refusal.wire());
        put_trailer(out, tail);
    });
}

pub(super) fn refuse_compact(
    out: &mut Vec<u8>,
    request: frame::compact::Request<'_>,
    refusal: ErrorCode,
) {
    let code = CommandCode(request.code).reply();
    let nothing = |_: &mut Vec<u8>| Ok::<(), std::convert::Infallible>(());
    let Ok(()) = frame::compact::put_reply(out, request.id, code, refusal.wire(), nothing);
}
