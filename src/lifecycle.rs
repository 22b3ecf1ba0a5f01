//! The life of an appliance: which states there are, which steps lead from one to another, and
//! what is answered in each.

use payhsm_protocol::ErrorCode;
use std::sync::atomic::{AtomicU8, Ordering};

/// Where an appliance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// No LMK has ever been made here.
    Uninitialised,
    /// There is an LMK, but it is not in memory: status commands answer, nothing else does.
    Sealed,
    /// The LMKs are in memory and every command that the profile allows answers.
    Operational,
    /// Something is wrong that only officers can put right.
    Tampered,
}

/// What a command needs in order to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: it answers in every state.
    Nothing,
    /// An LMK in force: it answers in the operational state alone.
    Lmk,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 4] =
        [Self::Uninitialised, Self::Sealed, Self::Operational, Self::Tampered];

    /// Whether an appliance may go from here to `next`.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (_, Self::Tampered)
            | (Self::Uninitialised | Self::Operational, Self::Sealed)
            | (Self::Sealed, Self::Operational)
            | (Self::Sealed | Self::Operational | Self::Tampered, Self::Uninitialised) => true,
            (Self::Uninitialised, Self::Uninitialised | Self::Operational)
            | (Self::Sealed, Self::Sealed)
            | (Self::Operational, Self::Operational)
            | (Self::Tampered, Self::Sealed | Self::Operational) => false,
        }
    }

    /// Refuses what this state cannot give.
    ///
    /// # Errors
    /// 70 without an LMK in force, 73 tampered.
    pub const fn gives(self, needs: Needs) -> Result<(), ErrorCode> {
        match (needs, self) {
            (Needs::Nothing, _) | (Needs::Lmk, Self::Operational) => Ok(()),
            (Needs::Lmk, Self::Uninitialised | Self::Sealed) => Err(ErrorCode::NotOperational),
            (Needs::Lmk, Self::Tampered) => Err(ErrorCode::Tampered),
        }
    }

    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Uninitialised => "uninitialised",
            Self::Sealed => "sealed",
            Self::Operational => "operational",
            Self::Tampered => "tampered",
        }
    }

    const fn number(self) -> u8 {
        match self {
            Self::Uninitialised => 0,
            Self::Sealed => 1,
            Self::Operational => 2,
            Self::Tampered => 3,
        }
    }

    const fn of(number: u8) -> Self {
        match number {
            0 => Self::Uninitialised,
            1 => Self::Sealed,
            2 => Self::Operational,
            _ => Self::Tampered,
        }
    }
}

/// The state that an appliance is in, shared by all that ask.
#[derive(Debug)]
pub struct Lifecycle(AtomicU8);

/// A step that [`State::may_become`] does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an appliance cannot go from {from:?} to {to:?}")]
pub struct IllegalStep {
    /// Where it stands.
    pub from: State,
    /// Where it was to go.
    pub to: State,
}

impl Lifecycle {
    /// Starts in `state`.
    #[must_use]
    pub const fn new(state: State) -> Self {
        Self(AtomicU8::new(state.number()))
    }

    /// Where the appliance stands now.
    #[must_use]
    pub fn state(&self) -> State {
        State::of(self.0.load(Ordering::Acquire))
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`IllegalStep`] if there is no such step; the state is then as before.
    pub fn step(&self, to: State) -> Result<(), IllegalStep> {
        let next = |from| State::of(from).may_become(to).then_some(to.number());
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next)
            .map(drop)
            .map_err(|from| IllegalStep { from: State::of(from), to })
    }
}

#[cfg(test)]
mod tests {
    use super::{Lifecycle, State};

    #[test]
    fn only_legal_steps_are_taken() {
        for from in State::ALL {
            for to in State::ALL {
                let lifecycle = Lifecycle::new(from);
                assert_eq!(lifecycle.step(to).is_ok(), from.may_become(to));
                assert_eq!(lifecycle.state(), if from.may_become(to) { to } else { from });
            }
            assert!(from.may_become(State::Tampered));
        }
    }
}
