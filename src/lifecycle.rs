//! The life of an appliance: which states there are, and which steps lead from one to another.

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

    const fn number(self) -> u8 {
        match self {
            Self::Uninitialised => 0,
            Self::Sealed => 1,
            Self::Operational => 2,
            Self::Tampered => 3,
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
        match self.0.load(Ordering::Acquire) {
            0 => State::Uninitialised,
            1 => State::Sealed,
            2 => State::Operational,
            _ => State::Tampered,
        }
    }

    /// Takes one step.
    ///
    /// # Errors
    /// [`IllegalStep`] if there is no such step; the state is then as before.
    pub fn step(&self, to: State) -> Result<(), IllegalStep> {
        let from = self.state();
        if !from.may_become(to) {
            return Err(IllegalStep { from, to });
        }
        self.0
            .compare_exchange(from.number(), to.number(), Ordering::AcqRel, Ordering::Acquire)
            .map(drop)
            .map_err(|_| IllegalStep { from: self.state(), to })
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
