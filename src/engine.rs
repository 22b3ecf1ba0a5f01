//! The engine: whole frames in, answers out. Synchronous; knows no socket.
//!
//! It takes every whole frame that a connection has in hand as one batch, so that the record can
//! be committed once and the answers leave in one write.

mod dispatch;
mod in_force;
mod incoming;
mod life;
mod refusal;
mod shelf;
mod unsent;

pub use in_force::{Held, LmksInForce};
pub use shelf::CallersShelf;
use unsent::Times;
pub use unsent::Unsent;

use crate::authorization::Activities;
use crate::caller::Caller;
use crate::cards::Cards;
use crate::clock::{Clock, Monotonic};
use crate::lifecycle::{Lifecycle, State};
use crate::numbers::Numbers;
use crate::record::{Kept, Mentions, Record, RecordFailed, Recorder};
use crate::settings::Settings;
use crate::stacks;
use in_force::InForce;
use incoming::{Asked, Incoming, TOGETHER_INPUT};
use payhsm_arena::{PooledStack, wipe_registers};
use payhsm_fibers::{Fibers, TOGETHER};
use payhsm_keys::{Inventory, Lmk};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::frame;
use payhsm_protocol::host;
use payhsm_protocol::{ErrorCode, Opcode};
use std::sync::Arc;
use std::time::Duration;

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
    /// As which caller, and what that one may do.
    pub caller: Arc<Caller>,
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
    in_force: InForce,
    lifecycle: Lifecycle,
    activities: Activities,
    clock: Arc<dyn Clock>,
    settings: Settings,
    host: host::Settings,
    recorder: Box<dyn Recorder>,
    cards: Cards,
    numbers: Arc<Numbers>,
}

/// How the appliance stands while one batch is answered.
struct Standing {
    state: State,
    held: Option<Held>,
}

impl Standing {
    /// LMKs and stored keys, unless it is sealed.
    fn inventory(&self) -> Option<&Inventory> {
        self.held.as_ref().map(|held| held.inventory().as_ref())
    }
}

/// What one frame came to, for the record.
struct Done {
    command: [u8; 2],
    /// The same, if it is one of the table's.
    opcode: Option<Opcode>,
    lmk: Option<LmkId>,
    outcome: ErrorCode,
    mentions: Mentions,
    /// When what it changed is durable.
    changed: payhsm_state::Kept,
}

/// What a batch has come to so far, in the order of its frames.
struct Answers<'o> {
    output: &'o mut Vec<u8>,
    done: Vec<Done>,
}

thread_local! {
    /// The stacks of the handlers that run on this thread, in secret memory.
    static FIBERS: Fibers<PooledStack> = const { Fibers::with_stacks(stacks::take) };
}

/// Frames of one batch; more wait for the next, so that no caller holds a thread for long.
const MAX_BATCH: usize = 256;

/// Bytes of answers after which a batch ends.
const FULL_BATCH: usize = 64 * 1024;

/// What a host answer that turns out too long may have beyond a compact frame before it is taken
/// back: hex of the longest message, and around it header, codes and trailer.
const TOO_LONG: usize = 1024;

/// The most bytes that one batch appends: a full one, and the longest answer on top of it.
pub const MAX_BATCH_OUTPUT: usize =
    FULL_BATCH + frame::compact::LENGTH_BYTES + frame::compact::MAX_FRAME + TOO_LONG;

// Answers to what is handled together, hex of it and what stands around each, take no more room
// than the longest answer.
const _: () = assert!(2 * TOGETHER_INPUT + TOGETHER * TOO_LONG <= frame::compact::MAX_FRAME);

/// The code of a message that is too short to have one.
const NO_COMMAND: [u8; 2] = *b"ZY";

impl Engine {
    /// An engine over these LMKs and what is stored under them; without any it is sealed and answers status commands
    /// alone.
    #[must_use]
    pub fn new(
        inventory: Option<Arc<Inventory>>,
        lifecycle: Lifecycle,
        settings: Settings,
        host: host::Settings,
        recorder: Box<dyn Recorder>,
    ) -> Self {
        let clock: Arc<dyn Clock> = Arc::new(Monotonic::new());
        let in_force = InForce::new(inventory.map(Held::new));
        let activities = Activities::new(Arc::clone(&clock));
        let numbers = Arc::<Numbers>::default();
        let cards = Cards::none().counted_in(Arc::clone(&numbers));
        Self { in_force, lifecycle, activities, clock, settings, host, recorder, cards, numbers }
    }

    /// The same engine, which knows of cards what these do.
    #[must_use]
    pub fn with_cards(self, cards: Cards) -> Self {
        let cards = cards.counted_in(Arc::clone(&self.numbers));
        Self { cards, ..self }
    }

    /// What it knows of cards.
    #[must_use]
    pub const fn cards(&self) -> &Cards {
        &self.cards
    }

    /// The same engine with another clock for rates and time-outs; nothing is authorised.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { activities: Activities::new(Arc::clone(&clock)), clock, ..self }
    }

    /// What it counts.
    #[must_use]
    pub const fn numbers(&self) -> &Arc<Numbers> {
        &self.numbers
    }

    /// Now, by the clock that [`Numbers`] are counted by: time since the engine was made.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    /// The ids of the LMKs in force.
    #[must_use]
    pub fn lmk_ids(&self) -> Vec<LmkId> {
        let held = self.in_force();
        held.iter().flat_map(|held| held.lmks().iter()).map(Lmk::id).collect()
    }

    /// The security settings.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    fn standing(&self) -> Standing {
        // The state first: whoever unseals puts keys in force before it says so. Whoever seals
        // takes them out after; in between the appliance counts as sealed.
        let said = self.lifecycle.state();
        let held = self.in_force.snapshot();
        let state = match (said, &held) {
            (State::Operational, None) => State::Sealed,
            (state, _) => state,
        };
        Standing { state, held }
    }

    /// Answers the whole frames at the head of `input`, appending the answers to `output` when they may leave.
    pub fn answer(&self, session: &Session, input: &[u8], output: &mut Vec<u8>) -> Batch {
        self.begin(session, input, output).wait()
    }

    /// Works on the whole frames at the head of `input`. The answers are at the end of `output` when their record is kept.
    pub fn begin<'a>(
        &'a self,
        session: &'a Session,
        input: &'a [u8],
        output: &'a mut Vec<u8>,
    ) -> Unsent<'a> {
        self.begin_since(session, input, output, None)
    }

    /// The same for frames that came at `came`, by [`Engine::elapsed`], and had to wait for those before them.
    pub(crate) fn begin_since<'a>(
        &'a self,
        session: &'a Session,
        input: &'a [u8],
        output: &'a mut Vec<u8>,
        came: Option<Duration>,
    ) -> Unsent<'a> {
        let begun = self.clock.elapsed();
        let start = output.len();
        let mut batch = Batch { consumed: 0, answered: 0, unbelievable: false };
        let standing = self.standing();
        let mut answers = Answers { output, done: Vec::new() };
        let mut together = Vec::with_capacity(TOGETHER);
        // Who waits for another machine must not be put aside half-way for somebody who waits for the same row.
        let most = if self.cards.may_block() { 1 } else { TOGETHER };
        while batch.answered < MAX_BATCH && answers.output.len() - start < FULL_BATCH {
            together.clear();
            self.take_some(session, input, &mut batch, &mut together, most);
            if together.is_empty() {
                break;
            }
            FIBERS.with(|fibers| {
                fibers.run(&together, &mut answers, |&incoming, answers| {
                    self.dispatch(session, &standing, incoming, answers);
                });
            });
        }
        // A thread that sleeps keeps its registers, and a dump has them.
        wipe_registers();
        let Answers { output, done } = answers;
        let times = Times { came: came.unwrap_or(begun), worked: begun };
        let unsent = Unsent::new(self, (session, input), (output, start), batch, (done, times));
        unsent.worked_since(begun)
    }

    fn record(&self, session: &Session, done: &[Done]) -> Result<Kept, RecordFailed> {
        if done.is_empty() {
            return Ok(Kept::Now);
        }
        let records: Vec<_> = done
            .iter()
            .map(|one| Record {
                peer: &session.peer,
                caller: session.caller.name(),
                command: one.command,
                lmk: one.lmk,
                outcome: one.outcome,
                mentions: &one.mentions,
            })
            .collect();
        self.recorder.record(&records)
    }
}
