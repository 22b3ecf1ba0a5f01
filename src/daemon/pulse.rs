//! Signs of life for the service manager: how the appliance stands, whenever that changes, and, where the manager wants to
//! hear it, that it goes on. That is said only when it is so: when the runtime has done what it was asked for, each of its
//! threads has come round, the engine has answered how it stands, and the audit log has not left records waiting since
//! the last time.

use crate::audit::AuditLog;
use crate::cli::Failure;
use crate::engine::Engine;
use crate::lifecycle::State;
use crate::record::Recorder;
use crate::service::Manager;
use sd_notify::NotifyState;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;
use tokio::runtime::Handle;

/// How often is looked at least: a change of state is told within this time.
const SELDOMEST: Duration = Duration::from_secs(1);

/// The thread that looks; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Pulse {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Pulse {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // If it panicked, that has been told.
            drop(thread.join());
        }
    }
}

impl Pulse {
    /// What is to be looked at, if anybody wants to know.
    pub(super) fn of(
        engine: Arc<Engine>,
        audit: Option<Arc<AuditLog>>,
        manager: Arc<Manager>,
    ) -> Option<Looking> {
        manager.is_there().then_some(Looking { engine, audit, manager })
    }
}

/// What is looked at.
#[derive(Debug)]
pub(super) struct Looking {
    engine: Arc<Engine>,
    audit: Option<Arc<AuditLog>>,
    manager: Arc<Manager>,
}

impl Looking {
    /// Begins to look after the runtime of this handle.
    pub(super) fn begin(self, runtime: &Handle) -> Result<Pulse, Failure> {
        let (stop, stopped) = channel();
        let runtime = runtime.clone();
        let thread = Builder::new().name("pulse".to_owned());
        let thread = thread.spawn(move || self.run(&runtime, &stopped))?;
        Ok(Pulse { stop: Some(stop), thread: Some(thread) })
    }

    fn run(self, runtime: &Handle, stopped: &Receiver<()>) {
        let half = self.manager.watchdog().map(|limit| limit / 2);
        let period = half.map_or(SELDOMEST, |half| half.min(SELDOMEST));
        let (mut workers, mut log) = (Workers::default(), Log::default());
        let (mut status, mut trouble) = (String::new(), None);
        loop {
            let seen = self.look(runtime, period);
            let stall = match &seen {
                Err(stall) => Some(*stall),
                Ok(_) => {
                    workers.stall(runtime, period).or(log.stall(self.audit.as_deref(), period))
                }
            };
            if let Ok(now) = seen
                && now != status
            {
                self.manager.tell(&[NotifyState::Status(&now)]);
                status = now;
            }
            if half.is_some() {
                if stall.is_none() {
                    self.manager.tell(&[NotifyState::Watchdog]);
                } else if stall != trouble {
                    tracing::error!(why = stall, "the service manager's watchdog is told nothing");
                }
                trouble = stall;
            }
            if stopped.recv_timeout(period) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    /// Has a task of the runtime look at the engine; not for longer than `patience`.
    fn look(&self, runtime: &Handle, patience: Duration) -> Result<String, &'static str> {
        let (tell, told) = channel();
        let (engine, audit) = (Arc::clone(&self.engine), self.audit.clone());
        drop(runtime.spawn(async move {
            // Who asked may have given up.
            drop(tell.send(standing(&engine, audit.as_deref())));
        }));
        told.recv_timeout(patience).map_err(|_| "the runtime does nothing that it is asked for")
    }
}

/// How the appliance stands, and what it waits for, in a line.
fn standing(engine: &Engine, audit: Option<&AuditLog>) -> String {
    // LMKs are taken out of force before the state says so.
    let state = match (engine.lifecycle().state(), engine.lmk_ids().is_empty()) {
        (State::Operational, true) => State::Sealed,
        (state, _) => state,
    };
    let waits = match state {
        State::Uninitialised => "waiting for officers to make the first LMK",
        State::Sealed => "waiting for officers",
        State::Operational => "answering",
        State::Tampered => "waiting for officers to put it right",
    };
    let mut said = format!("{}: {waits}", state.name());
    let cards =
        engine.cards().trouble().map(|why| format!("the rows of cards cannot be used ({why})"));
    for trouble in [audit.and_then(Recorder::trouble), cards].into_iter().flatten() {
        // One line each is all that there is.
        said.push_str("; ");
        said.extend(trouble.chars().map(|one| if one.is_control() { ' ' } else { one }));
    }
    said
}

/// The threads of the runtime, as they were seen last.
#[derive(Debug, Default)]
struct Workers {
    seen: Vec<Worker>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Worker {
    busy: Duration,
    turns: u64,
    /// For how long nothing has changed while it was at work.
    still: Duration,
}

impl Workers {
    /// Whether one has been at work on the same thing for longer than what passes between a few looks.
    fn stall(&mut self, runtime: &Handle, period: Duration) -> Option<&'static str> {
        let metrics = runtime.metrics();
        let now = (0..metrics.num_workers()).map(|number| {
            let turns = metrics.worker_park_unpark_count(number);
            let busy = metrics.worker_total_busy_duration(number);
            let before = self.seen.get(number);
            // Odd while it sleeps.
            let same = turns.is_multiple_of(2)
                && before.is_some_and(|before| before.turns == turns && before.busy == busy);
            let still =
                before.filter(|_| same).map_or(Duration::ZERO, |before| before.still + period);
            Worker { busy, turns, still }
        });
        self.seen = now.collect();
        let stuck = self.seen.iter().any(|worker| worker.still >= period * LOOKS);
        stuck.then_some("a thread of the runtime does not come round")
    }
}

/// So many looks without a change are a standstill. Fewer would take a request that is just being worked on for one.
const LOOKS: u32 = 2;

/// The audit log, as it was seen last.
#[derive(Debug, Default)]
struct Log {
    durable: u64,
    still: Duration,
}

impl Log {
    /// Whether records wait, and none has become durable for longer than what passes between a few looks. A disk that says
    /// that it fails is no standstill: commands are refused, and another start would not help.
    fn stall(&mut self, audit: Option<&AuditLog>, period: Duration) -> Option<&'static str> {
        let (durable, next) = audit?.position();
        let waits = durable < next && durable == self.durable;
        self.still = if waits { self.still + period } else { Duration::ZERO };
        self.durable = durable;
        (self.still >= period * LOOKS).then_some("records wait, and the audit log writes none")
    }
}
