//! What is counted while the daemon serves: one place, from which monitors are answered, whether they ask over HTTP or by
//! host commands.
//!
//! Numbers of commands, codes, callers of the configuration, bytes and times; never what a message says. Counting takes no
//! lock where requests go: a few additions for each batch.

mod callers;
mod cards;
mod commands;
mod counter;
mod failures;
mod histogram;
mod limits;
mod lives;
mod load;
mod sockets;

pub use callers::{CallerNumbers, CallersNumbers};
pub use cards::CardNumbers;
pub use commands::CommandNumbers;
pub use counter::{Counter, Counting, Gauge};
pub use failures::{Failed, Failures, Sliding};
pub use histogram::{BOUNDS, Histogram, Observed};
pub use limits::{Limit, LimitsMet};
pub use lives::{Lives, LivesTold};
pub use load::{BANDS, Band, Load};
pub use sockets::{Ended, Open, SocketNumbers, SocketSeen, Sockets, Traffic};

use payhsm_protocol::{ErrorCode, Opcode};
use std::time::Duration;

/// Everything that is counted. It begins at nothing with every start, but for [`Lives`].
#[derive(Debug, Default)]
pub struct Numbers {
    /// What was asked for, what was answered, and how long that took.
    pub commands: CommandNumbers,
    /// The same by caller.
    pub callers: CallersNumbers,
    /// How busy the threads that answer were.
    pub load: Load,
    /// Connections, and what went through them.
    pub sockets: Sockets,
    /// Values that were asked to be verified and were wrong.
    pub failures: Failures,
    /// Limits that stopped a call.
    pub limits: LimitsMet,
    /// Rows of cards.
    pub cards: CardNumbers,
    /// Sockets that officers can come to: none or one.
    pub officers_sockets: Gauge,
    /// Starts, and how often the appliance was found tampered with.
    pub lives: Lives,
    /// Batches whose answers wait for the audit log, and for how long they did.
    pub log_wait: Waiting,
    /// Batches whose answers wait for rows of cards to be durable, and for how long they did.
    pub card_wait: Waiting,
}

/// Who waits for something, and for how long others did.
#[derive(Debug, Default)]
pub struct Waiting {
    /// How many wait now.
    pub now: Gauge,
    /// How long those waited that wait no more.
    pub times: Histogram,
}

/// When something was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered {
    /// Since the first moment of the daemon's clock.
    pub(crate) at: Duration,
    /// Since the bytes of it had come.
    pub(crate) took: Duration,
}

impl Numbers {
    /// Counts the commands of a batch whose answers may leave now. `None` stands for what is no command.
    pub(crate) fn answered(
        &self,
        caller: &CallerNumbers,
        answered: Answered,
        commands: impl Iterator<Item = (Option<Opcode>, ErrorCode)>,
    ) {
        let mut commands = commands.peekable();
        while let Some(one) = commands.next() {
            // What came together is often the same.
            let mut times = 1;
            while commands.next_if_eq(&one).is_some() {
                times += 1;
            }
            let (command, code) = one;
            self.commands.count(command, code, times, answered.took);
            caller.count(code, times);
            if let Some(failed) = Failed::of(command, code) {
                self.failures.of(failed).count(answered.at, times);
            }
        }
    }
}
