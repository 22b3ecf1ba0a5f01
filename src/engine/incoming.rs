//! Frames on their way in: taken apart, and taken together.

use super::{Batch, Dialect, Engine, Session};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::frame::{self, Taken};

/// Bytes of frames that are handled together, unless a single one is longer.
pub(super) const TOGETHER_INPUT: usize = 8 * 1024;

/// A whole frame, taken apart.
#[derive(Clone, Copy)]
pub(super) enum Incoming<'a> {
    /// A host message too short for a header and a command: what there is of a header.
    Headless(&'a [u8]),
    /// One with a command.
    Command(Asked<'a>),
}

/// A command as it was asked for.
#[derive(Clone, Copy)]
pub(super) enum Asked<'a> {
    /// In the host dialect.
    Host(frame::host::Message<'a>),
    /// In the compact dialect.
    Compact(frame::compact::Request<'a>),
}

impl Asked<'_> {
    pub(super) const fn code(&self) -> [u8; 2] {
        match self {
            Self::Host(message) => message.code,
            Self::Compact(request) => request.code,
        }
    }
}

impl Engine {
    /// Takes the next frames that go together: short ones, or a single one of any length.
    pub(super) fn take_some<'a>(
        &self,
        session: &Session,
        input: &'a [u8],
        batch: &mut Batch,
        together: &mut Vec<Incoming<'a>>,
        most: usize,
    ) {
        let start = batch.consumed;
        while together.len() < most {
            match self.take(session, input.get(batch.consumed..).unwrap_or_default()) {
                Taken::Frame(incoming, size) => {
                    let end = batch.consumed + size;
                    if !together.is_empty() && end - start > TOGETHER_INPUT {
                        return;
                    }
                    together.push(incoming);
                    batch.consumed = end;
                    batch.answered += 1;
                }
                Taken::Partial => return,
                Taken::Unbelievable => {
                    batch.unbelievable = true;
                    return;
                }
            }
        }
    }

    /// Takes the next whole frame, in whichever dialect.
    fn take<'a>(&self, session: &Session, input: &'a [u8]) -> Taken<Incoming<'a>> {
        match session.dialect {
            Dialect::Host => frame::host::take(input).map(|message| {
                frame::host::Message::split(message, self.host.header_length)
                    .map_or_else(Incoming::Headless, |message| {
                        Incoming::Command(Asked::Host(message))
                    })
            }),
            Dialect::Compact => frame::compact::take_request(input)
                .map(|request| Incoming::Command(Asked::Compact(request))),
        }
    }

    /// State or record failed: nothing of the batch may count as done.
    pub(super) fn refuse_batch(
        &self,
        session: &Session,
        mut batch: &[u8],
        code: ErrorCode,
        output: &mut Vec<u8>,
    ) {
        while let Taken::Frame(incoming, size) = self.take(session, batch) {
            incoming.refuse(code, output);
            batch = batch.get(size..).unwrap_or_default();
        }
    }
}
