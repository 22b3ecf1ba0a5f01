//! What officers do to a running engine: unseal it, seal it, change what it holds.

use super::Engine;
use super::in_force::Held;
use crate::authorization::Activities;
use crate::lifecycle::{IllegalStep, Lifecycle, State};
use crate::record::{ActRecord, RecordFailed};
use payhsm_audit::log::LogNumbers;
use payhsm_audit::record::event;

impl Engine {
    /// Where the appliance stands; steps between its other states are taken here too.
    #[must_use]
    pub const fn lifecycle(&self) -> &Lifecycle {
        &self.lifecycle
    }

    /// Where it stands for a command that comes now: without keys it is sealed, whatever it is about to be.
    #[must_use]
    pub fn state(&self) -> State {
        self.standing().state
    }

    /// What officers have authorised.
    #[must_use]
    pub const fn activities(&self) -> &Activities {
        &self.activities
    }

    /// Puts what officers brought in force: sealed becomes operational.
    ///
    /// # Errors
    /// [`IllegalStep`] from any other state, and nothing is in force then.
    pub fn unseal(&self, held: Held) -> Result<(), IllegalStep> {
        let from = self.lifecycle.state();
        if from != State::Sealed {
            return Err(IllegalStep { from, to: State::Operational });
        }
        // The keys come first: an operational appliance has them.
        self.in_force.exchange(Some(held));
        self.lifecycle
            .step(State::Operational)
            .inspect_err(|_| drop(self.in_force.exchange(None)))?;
        self.tell_state(from, State::Operational);
        Ok(())
    }

    /// Takes everything out of force: operational becomes sealed, and nothing stays authorised.
    /// Batches that have begun still end with what they have; it is wiped when the last of them
    /// and the caller of this have dropped it.
    ///
    /// # Errors
    /// [`IllegalStep`] if it is not operational.
    pub fn seal(&self) -> Result<Option<Held>, IllegalStep> {
        self.leave(State::Sealed)
    }

    /// The same, because something is wrong that only officers can put right.
    ///
    /// # Errors
    /// None: every state may become tampered.
    pub fn tamper(&self) -> Result<Option<Held>, IllegalStep> {
        if let Err(error) = self.numbers.lives.tampered(self.cards.now()) {
            tracing::warn!(%error, "the count of tampers");
        }
        self.leave(State::Tampered)
    }

    fn leave(&self, to: State) -> Result<Option<Held>, IllegalStep> {
        let from = self.lifecycle.state();
        self.lifecycle.step(to)?;
        self.activities.revoke_all();
        let held = self.in_force.exchange(None);
        self.tell_state(from, to);
        self.recorder.sealed();
        self.cards.sealed();
        Ok(held)
    }

    /// The step is taken; that it cannot be recorded does not take it back.
    fn tell_state(&self, from: State, to: State) {
        let detail = format!("{} to {}", from.name(), to.name());
        if let Err(error) = self.recorder.record_event(event::STATE, &detail) {
            tracing::error!(%error, detail, "state");
        }
    }

    /// Keeps the record of something that happened to the daemon.
    ///
    /// # Errors
    /// [`RecordFailed`]
    pub fn record_event(&self, name: &str, detail: &str) -> Result<(), RecordFailed> {
        self.recorder.record_event(name, detail)
    }

    /// Why records cannot be kept now, if so.
    #[must_use]
    pub fn record_trouble(&self) -> Option<String> {
        self.recorder.trouble()
    }

    /// How the audit log stands in numbers, if there is one.
    #[must_use]
    pub fn log_numbers(&self) -> Option<LogNumbers> {
        self.recorder.numbers()
    }

    /// Puts something else in force while the appliance stays operational; gives back what was.
    ///
    /// # Errors
    /// [`IllegalStep`] if it is not operational; what is in force is then as before.
    pub fn change(&self, held: Held) -> Result<Option<Held>, IllegalStep> {
        let from = self.lifecycle.state();
        if from != State::Operational {
            return Err(IllegalStep { from, to: State::Operational });
        }
        Ok(self.in_force.exchange(Some(held)))
    }

    /// What is in force now.
    #[must_use]
    pub fn in_force(&self) -> Option<Held> {
        self.in_force.snapshot()
    }

    /// Keeps the record of an act of officers, beside those of commands.
    ///
    /// # Errors
    /// [`RecordFailed`]
    pub fn record_act(&self, record: &ActRecord<'_>) -> Result<(), RecordFailed> {
        self.recorder.record_act(record)
    }
}
