//! From a command code to its handler and back: the same road for every command.

use super::refusal::{put_trailer, refuse_compact, refuse_host};
use super::{
    Answers, Asked, CallersShelf, Done, Engine, Incoming, LmksInForce, NO_COMMAND, Session,
    Standing,
};
use crate::authorization::Permit;
use crate::cards::Changes;
use crate::command::{Answer, Context, Handle, Noted};
use crate::numbers::Limit;
use crate::record::{Mentions, Recorder};
use payhsm_fibers::InTurn;
use payhsm_keys::{Lmk, SystemRandom};
use payhsm_protocol::command::{CommandCode, Reply, take_body};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame;
use payhsm_protocol::host::{Fields, Tail, Writer};
use payhsm_protocol::{ErrorCode, Opcode};
use payhsm_state::Kept;

/// What is written down while one request is worked on.
struct Scratch {
    noted: Noted,
    changes: Changes,
}

impl Scratch {
    fn into_parts(self, recorder: &dyn Recorder) -> (Mentions, Kept) {
        (self.noted.into_mentions(recorder), self.changes.into_kept())
    }
}

impl Engine {
    fn scratch(&self) -> Scratch {
        Scratch { noted: Noted::new(self.recorder.wants_mentions()), changes: Changes::default() }
    }

    /// The LMK for a request: by its port, or by itself where it may say so.
    fn select_lmk<'a>(
        &self,
        session: &Session,
        standing: &'a Standing,
        named: Option<LmkId>,
    ) -> Result<Option<&'a Lmk>, ErrorCode> {
        let Some(held) = &standing.held else {
            return Ok(None);
        };
        let lmks = held.lmks();
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
        mut request: C,
        session: &Session,
        standing: &Standing,
        lmk: Option<&Lmk>,
        scratch: &Scratch,
    ) -> Result<Answer<C::Reply>, ErrorCode> {
        let Scratch { noted, changes } = scratch;
        let inventory = standing.inventory();
        let shelf = CallersShelf::new(inventory, &session.caller).noting(noted);
        let shelf = shelf.with_cards(&self.cards, &self.settings, changes);
        // Before anything looks at the request: what it is about is decided by the keys themselves.
        let filled = request.fill_in(&shelf.under(lmk));
        // Also of a request that is refused now; a card number may not have been there before.
        noted.account(|to| request.mention(to));
        filled?;
        let request = permit.grant(request, &self.settings, &self.activities)?;
        let mut context = Context {
            lmk,
            old_lmk: inventory.zip(lmk).and_then(|(inventory, lmk)| inventory.old_lmk_of(lmk.id())),
            shelf: shelf.under(lmk),
            settings: &self.settings,
            host: &self.host,
            caller: &session.caller,
            state: standing.state,
            activities: &self.activities,
            random: &mut SystemRandom::new(),
            noted,
            audit: self.recorder.view(),
            cards: &self.cards,
            changes,
            numbers: &self.numbers,
            clock: &*self.clock,
            lmks: LmksInForce::of(inventory),
        };
        C::handle(&request, &mut context)
    }

    fn ask<C: Handle>(
        &self,
        session: &Session,
        standing: &Standing,
    ) -> Result<Permit<C>, ErrorCode> {
        let permit = Permit::ask(&session.caller, standing.state, &self.settings, &*self.clock);
        permit.inspect_err(|refused| {
            if *refused == ErrorCode::RateExceeded {
                self.numbers.limits.count(Limit::CallerRate, self.cards.now());
            }
        })
    }

    fn run<C: Handle>(
        &self,
        session: &Session,
        standing: &Standing,
        asked: Asked<'_>,
        answers: InTurn<'_, Answers<'_>>,
    ) {
        match asked {
            Asked::Host(message) => self.host::<C>(session, standing, message, answers),
            Asked::Compact(request) => self.compact::<C>(session, standing, request, answers),
        }
    }

    fn host<C: Handle>(
        &self,
        session: &Session,
        standing: &Standing,
        message: frame::host::Message<'_>,
        answers: InTurn<'_, Answers<'_>>,
    ) {
        let shelf = CallersShelf::new(standing.inventory(), &session.caller);
        let scratch = self.scratch();
        let mut lmk = None;
        let mut tail = None;
        let outcome = (|| {
            let permit = self.ask::<C>(session, standing)?;
            let mut fields = Fields::new(message.fields, &self.host).with_shelf(&shelf);
            let request = C::decode_host(&mut fields)?;
            let end = fields.finish()?;
            tail = Some(end);
            request.check()?;
            lmk = self.select_lmk(session, standing, end.lmk)?;
            self.carry_out(permit, request, session, standing, lmk, &scratch)
        })();
        let Answers { output, done } = answers.take();
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
        let (command, opcode, lmk) = (message.code, Some(C::OPCODE), lmk.map(Lmk::id));
        let (mentions, changed) = scratch.into_parts(&*self.recorder);
        done.push(Done { command, opcode, lmk, outcome: code, mentions, changed });
    }

    fn compact<C: Handle>(
        &self,
        session: &Session,
        standing: &Standing,
        request: frame::compact::Request<'_>,
        answers: InTurn<'_, Answers<'_>>,
    ) {
        let scratch = self.scratch();
        let mut lmk = None;
        let outcome = (|| {
            let permit = self.ask::<C>(session, standing)?;
            let (named, fields) = take_body::<C>(request.body)?;
            lmk = self.select_lmk(session, standing, named)?;
            self.carry_out(permit, fields, session, standing, lmk, &scratch)
        })();
        let Answers { output, done } = answers.take();
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
        let (command, opcode, lmk) = (request.code, Some(C::OPCODE), lmk.map(Lmk::id));
        let (mentions, changed) = scratch.into_parts(&*self.recorder);
        done.push(Done { command, opcode, lmk, outcome: code, mentions, changed });
    }
}

const LONGEST_HOST_FRAME: usize = frame::host::LENGTH_BYTES + frame::host::MAX_MESSAGE;
const LONGEST_COMPACT_FRAME: usize = frame::compact::LENGTH_BYTES + frame::compact::MAX_FRAME;

/// An answer may be longer than its request. One that no caller would believe does not leave.
fn keep_if_believable(out: &mut Vec<u8>, start: usize, longest: usize) -> Result<(), ErrorCode> {
    if (1..=longest).contains(&(out.len() - start)) {
        return Ok(());
    }
    frame::take_back(out, start);
    Err(ErrorCode::InvalidDataLength)
}

macro_rules! declare_dispatch {
    ($($code:ident, $module:ident, $request:ident, $what:literal;)+) => {
        impl Engine {
            /// Answers one frame.
            pub(super) fn dispatch(
                &self,
                session: &Session,
                standing: &Standing,
                incoming: Incoming<'_>,
                answers: InTurn<'_, Answers<'_>>,
            ) {
                let (command, outcome) = match incoming {
                    Incoming::Headless(_) => (NO_COMMAND, ErrorCode::InvalidHeader),
                    Incoming::Command(asked) => match Opcode::from_code(asked.code()) {
                        $(Some(Opcode::$code) => return self
                            .run::<payhsm_protocol::command::$module::$request>(
                                session, standing, asked, answers,
                            ),)+
                        None => (asked.code(), ErrorCode::CommandDisabled),
                    },
                };
                let Answers { output, done } = answers.take();
                incoming.refuse(outcome, output);
                let (mentions, changed) = (Mentions::default(), Kept::Now);
                done.push(Done { command, opcode: None, lmk: None, outcome, mentions, changed });
            }
        }
    };
}

payhsm_protocol::for_each_command!(declare_dispatch);
