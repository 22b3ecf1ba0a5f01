//! Answers that say no.

use super::{Dialect, Engine, NO_COMMAND, Session};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::command::CommandCode;
use payhsm_protocol::frame::{self, Taken};
use payhsm_protocol::host::{self, Tail};

impl Engine {
    /// The record failed: nothing of the batch may count as done.
    pub(super) fn refuse_batch(&self, session: &Session, mut input: &[u8], output: &mut Vec<u8>) {
        let refusal = ErrorCode::RecordFailed;
        loop {
            let size = match session.dialect {
                Dialect::Host => match frame::host::take(input) {
                    Taken::Frame(message, size) => {
                        match frame::host::Message::split(message, self.host.header_length) {
                            Ok(message) => {
                                let tail = Tail::guess(message.fields);
                                refuse_host(output, message.header, message.code, refusal, tail);
                            }
                            Err(header) => {
                                refuse_host(output, header, NO_COMMAND, refusal, Tail::default());
                            }
                        }
                        size
                    }
                    Taken::Partial | Taken::Unbelievable => return,
                },
                Dialect::Compact => match frame::compact::take_request(input) {
                    Taken::Frame(request, size) => {
                        refuse_compact(output, request, refusal);
                        size
                    }
                    Taken::Partial | Taken::Unbelievable => return,
                },
            };
            input = input.get(size..).unwrap_or_default();
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
