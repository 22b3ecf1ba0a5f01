//! The engine: whole frames in, answers out. Synchronous; knows no socket.
//!
//! It takes every whole frame that a connection has in hand as one batch, so that the record can
//! be committed once and the answers leave in one write.

mod dispatch;
mod refusal;

use crate::lifecycle::Lifecycle;
use crate::record::{Record, Recorder};
use crate::settings::Settings;
use payhsm_keys::{Lmk, LmkSet};
use payhsm_protocol::ErrorCode;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame::{self, Taken};
use payhsm_protocol::host;
use std::sync::Arc;

/// Which language a connection speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The Thales-like text language.
    Host,
    /// The binary language.
    Compact,
}

/// What the engine has to know of a connection.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who is at the other end.
    pub peer: Arc<str>,
    /// The language.
    pub dialect: Dialect,
    /// The LMK that the port stands for; `None` on the base port.
    pub port_lmk: Option<LmkId>,
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Bytes of the input that were taken up.
    pub consumed: usize,
    /// Frames that were answered.
    pub answered: usize,
    /// Whether what follows is no frame, so that the connection has to be closed after the answers.
    pub unbelievable: bool,
}

/// Everything that answers.
#[derive(Debug)]
pub struct Engine {
    lmks: Option<LmkSet>,
    lifecycle: Lifecycle,
    settings: Settings,
    host: host::Settings,
    recorder: Box<dyn Recorder>,
}

/// What one frame came to, for the record.
struct Done {
    command: [u8; 2],
    lmk: Option<LmkId>,
    outcome: ErrorCode,
}

/// Frames of one batch; more wait for the next, so that no caller holds a thread for long.
const MAX_BATCH: usize = 256;

/// Bytes of answers after which a batch ends.
const FULL_BATCH: usize = 64 * 1024;

/// The most bytes that one batch appends: a full one, and the longest answer on top of it.
pub const MAX_BATCH_OUTPUT: usize =
    FULL_BATCH + frame::compact::LENGTH_BYTES + frame::compact::MAX_FRAME;

/// The code of a message that is too short to have one.
const NO_COMMAND: [u8; 2] = *b"ZY";

impl Engine {
    /// An engine over these LMKs; without any it is sealed and answers status commands alone.
    #[must_use]
    pub fn new(
        lmks: Option<LmkSet>,
        lifecycle: Lifecycle,
        settings: Settings,
        host: host::Settings,
        recorder: Box<dyn Recorder>,
    ) -> Self {
        Self { lmks, lifecycle, settings, host, recorder }
    }

    /// The ids of the LMKs in force.
    pub fn lmk_ids(&self) -> impl Iterator<Item = LmkId> {
        self.lmks.iter().flat_map(LmkSet::iter).map(Lmk::id)
    }

    /// The life of this appliance.
    #[must_use]
    pub const fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Answers the whole frames at the head of `input`, appending the answers to `output`.
    pub fn answer(&self, session: &Session, input: &[u8], output: &mut Vec<u8>) -> Batch {
        let start = output.len();
        let mut batch = Batch { consumed: 0, answered: 0, unbelievable: false };
        let mut done = Vec::new();
        while batch.answered < MAX_BATCH && output.len() - start < FULL_BATCH {
            let rest = input.get(batch.consumed..).unwrap_or_default();
            match self.answer_one(session, rest, output) {
                Taken::Frame(one, size) => {
                    done.push(one);
                    batch.consumed += size;
                    batch.answered += 1;
                }
                Taken::Partial => break,
                Taken::Unbelievable => {
                    batch.unbelievable = true;
                    break;
                }
            }
        }
        if !done.is_empty() && self.record(session, &done).is_err() {
            output.truncate(start);
            self.refuse_batch(session, input.get(..batch.consumed).unwrap_or_default(), output);
        }
        batch
    }

    fn record(&self, session: &Session, done: &[Done]) -> Result<(), crate::record::RecordFailed> {
        let record = |one: &Done| Record {
            peer: &session.peer,
            command: one.command,
            lmk: one.lmk,
            outcome: one.outcome,
        };
        self.recorder.record(&done.iter().map(record).collect::<Vec<_>>())
    }

    fn answer_one(&self, session: &Session, input: &[u8], output: &mut Vec<u8>) -> Taken<Done> {
        match session.dialect {
            Dialect::Host => match frame::host::take(input) {
                Taken::Frame(message, size) => {
                    Taken::Frame(self.answer_host(session, message, output), size)
                }
                Taken::Partial => Taken::Partial,
                Taken::Unbelievable => Taken::Unbelievable,
            },
            Dialect::Compact => match frame::compact::take_request(input) {
                Taken::Frame(request, size) => {
                    Taken::Frame(self.answer_compact(session, request, output), size)
                }
                Taken::Partial => Taken::Partial,
                Taken::Unbelievable => Taken::Unbelievable,
            },
        }
    }
}
