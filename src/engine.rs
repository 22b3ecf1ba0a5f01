//! The engine: whole frames in, answers out. Synchronous; knows no socket.
//!
//! It takes every whole frame that a connection has in hand as one batch, so that the record can
//! be committed once and the answers leave in one write.

use crate::authorization::Permit;
use crate::command::{Answer, Context, Handle};
use crate::lifecycle::Lifecycle;
use crate::record::{Record, Recorder};
use crate::settings::Settings;
use payhsm_keys::{Lmk, LmkSet, SystemRandom};
use payhsm_protocol::command::{CommandCode, Reply, take_body};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame::{self, Taken};
use payhsm_protocol::host::{self, Fields, Tail, Writer};
use payhsm_protocol::{ErrorCode, Opcode};
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

/// A frame whose length cannot be believed: the connection has to be closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frame of unbelievable length")]
pub struct Unbelievable;

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
        while batch.answered < MAX_BATCH {
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

    /// The record failed: nothing of the batch may count as done.
    fn refuse_batch(&self, session: &Session, mut input: &[u8], output: &mut Vec<u8>) {
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

    /// The LMK for a request: by its port, or by itself where it may say so.
    fn select_lmk(
        &self,
        session: &Session,
        named: Option<LmkId>,
    ) -> Result<Option<&Lmk>, ErrorCode> {
        let Some(lmks) = &self.lmks else {
            return Ok(None);
        };
        let id = match (session.port_lmk, named) {
            (None, None) => return Ok(Some(lmks.default_lmk())),
            (None, Some(id)) | (Some(id), None) => id,
            (Some(port), Some(named)) if port == named || self.settings.message_outranks_port() => {
                named
            }
            (Some(_), Some(_)) => return Err(ErrorCode::InvalidLmkId),
        };
        lmks.get(id).map(Some).ok_or(ErrorCode::InvalidLmkId)
    }

    fn carry_out<C: Handle>(
        &self,
        permit: Permit<C>,
        request: C,
        lmk: Option<&Lmk>,
    ) -> Result<Answer<C::Reply>, ErrorCode> {
        let mut context = Context {
            lmk,
            settings: &self.settings,
            host: &self.host,
            state: self.lifecycle.state(),
            random: &mut SystemRandom::new(),
        };
        C::handle(&permit.grant(request), &mut context)
    }

    fn host<C: Handle>(
        &self,
        session: &Session,
        message: frame::host::Message<'_>,
        output: &mut Vec<u8>,
    ) -> Done {
        let mut lmk = None;
        let mut tail = None;
        let outcome = (|| {
            let permit = Permit::<C>::ask(self.lifecycle.state(), &self.settings)?;
            let mut fields = Fields::new(message.fields, &self.host);
            let request = C::decode_host(&mut fields)?;
            let end = fields.finish()?;
            tail = Some(end);
            request.check()?;
            lmk = self.select_lmk(session, end.lmk)?;
            self.carry_out(permit, request, lmk)
        })();
        let tail = tail.unwrap_or_else(|| Tail::guess(message.fields));
        let code = outcome.and_then(|Answer { code, reply }| {
            let start = output.len();
            frame::host::put(output, |out| {
                out.extend_from_slice(message.header);
                out.extend_from_slice(&CommandCode(message.code).reply());
                out.extend_from_slice(&code.wire());
                reply.encode_host(&mut Writer::new(out, &self.host));
                put_trailer(out, tail);
            });
            keep_if_believable(output, start, LONGEST_HOST_FRAME).map(|()| code)
        });
        let code = code.unwrap_or_else(|refusal| {
            refuse_host(output, message.header, message.code, refusal, tail);
            refusal
        });
        Done { command: message.code, lmk: lmk.map(Lmk::id), outcome: code }
    }

    fn compact<C: Handle>(
        &self,
        session: &Session,
        request: frame::compact::Request<'_>,
        output: &mut Vec<u8>,
    ) -> Done {
        let mut lmk = None;
        let outcome = (|| {
            let permit = Permit::<C>::ask(self.lifecycle.state(), &self.settings)?;
            let (named, fields) = take_body::<C>(request.body)?;
            lmk = self.select_lmk(session, named)?;
            self.carry_out(permit, fields, lmk)
        })();
        let code = outcome.and_then(|Answer { code, reply }| {
            let start = output.len();
            let reply_code = CommandCode(request.code).reply();
            frame::compact::put_reply(output, request.id, reply_code, code.wire(), |out| {
                payhsm_protocol::compact::Compact::put(&reply, out)
            })
            .map_err(|_| ErrorCode::Internal)?;
            keep_if_believable(output, start, LONGEST_COMPACT_FRAME).map(|()| code)
        });
        let code = code.unwrap_or_else(|refusal| {
            refuse_compact(output, request, refusal);
            refusal
        });
        Done { command: request.code, lmk: lmk.map(Lmk::id), outcome: code }
    }
}

const LONGEST_HOST_FRAME: usize = frame::host::LENGTH_BYTES + frame::host::MAX_MESSAGE;
const LONGEST_COMPACT_FRAME: usize = frame::compact::LENGTH_BYTES + frame::compact::MAX_FRAME;

/// An answer may be longer than its request. One that no caller would believe does not leave.
fn keep_if_believable(out: &mut Vec<u8>, start: usize, longest: usize) -> Result<(), ErrorCode> {
    if (1..=longest).contains(&(out.len() - start)) {
        return Ok(());
    }
    out.truncate(start);
    Err(ErrorCode::InvalidDataLength)
}

fn put_trailer(out: &mut Vec<u8>, tail: Tail<'_>) {
    if let Some(trailer) = tail.trailer {
        out.push(host::TRAILER_MARK);
        out.extend_from_slice(trailer);
    }
}

fn refuse_host(
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

fn refuse_compact(out: &mut Vec<u8>, request: frame::compact::Request<'_>, refusal: ErrorCode) {
    let code = CommandCode(request.code).reply();
    let nothing = |_: &mut Vec<u8>| Ok::<(), std::convert::Infallible>(());
    let Ok(()) = frame::compact::put_reply(out, request.id, code, refusal.wire(), nothing);
}

macro_rules! declare_dispatch {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        impl Engine {
            fn answer_host(
                &self,
                session: &Session,
                message: &[u8],
                output: &mut Vec<u8>,
            ) -> Done {
                let message = match frame::host::Message::split(message, self.host.header_length) {
                    Ok(message) => message,
                    Err(header) => {
                        let outcome = ErrorCode::InvalidHeader;
                        refuse_host(output, header, NO_COMMAND, outcome, Tail::default());
                        return Done { command: NO_COMMAND, lmk: None, outcome };
                    }
                };
                match Opcode::from_code(message.code) {
                    $(Some(Opcode::$code) => self
                        .host::<payhsm_protocol::command::$module::$request>(session, message, output),)+
                    None => {
                        let outcome = ErrorCode::CommandDisabled;
                        let tail = Tail::guess(message.fields);
                        refuse_host(output, message.header, message.code, outcome, tail);
                        Done { command: message.code, lmk: None, outcome }
                    }
                }
            }

            fn answer_compact(
                &self,
                session: &Session,
                request: frame::compact::Request<'_>,
                output: &mut Vec<u8>,
            ) -> Done {
                match Opcode::from_code(request.code) {
                    $(Some(Opcode::$code) => self
                        .compact::<payhsm_protocol::command::$module::$request>(session, request, output),)+
                    None => {
                        let outcome = ErrorCode::CommandDisabled;
                        refuse_compact(output, request, outcome);
                        Done { command: request.code, lmk: None, outcome }
                    }
                }
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_dispatch);
