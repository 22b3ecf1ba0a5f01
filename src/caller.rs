//! Who calls: which commands, labels and zones a caller may name, and how often it may ask.
//! What is not given to a caller it does not have.

mod callers;
mod rate;

pub use callers::{Callers, Fingerprint, KnownTwice, Recognised};

use crate::clock::Clock;
use crate::numbers::{CallerNumbers, CallersNumbers};
use payhsm_protocol::Opcode;
use rate::Rate;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

/// The caller on a plain connection, which only the profile `development` has.
pub const PLAIN: &str = "plain";

/// Whoever has a good certificate and no entry.
pub const UNKNOWN: &str = "unknown";

/// A set of commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commands(u128);

const _: () = assert!(Opcode::ALL.len() <= 128, "a set of commands has 128 bits");

impl Commands {
    /// None.
    pub const NONE: Self = Self(0);

    /// Every command: what the profile has.
    pub const ALL: Self = Self(u128::MAX);

    /// These, and those that it had.
    #[must_use]
    pub const fn with(self, opcode: Opcode) -> Self {
        Self(self.0 | Self::bit(opcode))
    }

    /// Whether this is one of them.
    #[must_use]
    pub const fn has(self, opcode: Opcode) -> bool {
        self.0 & Self::bit(opcode) != 0
    }

    const fn bit(opcode: Opcode) -> u128 {
        1 << opcode as u32
    }
}

/// Names of keys or zones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Names {
    /// All of them.
    Any,
    /// These, perhaps none.
    These(BTreeSet<String>),
}

impl Names {
    /// None.
    pub const NONE: Self = Self::These(BTreeSet::new());

    /// Whether this is one of them.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(names) => names.contains(name),
        }
    }
}

/// A caller and what it may do.
#[derive(Debug)]
pub struct Caller {
    name: String,
    commands: Commands,
    labels: Names,
    zones: Names,
    rate: Option<Rate>,
    /// Found once, since every batch needs them.
    numbers: OnceLock<Arc<CallerNumbers>>,
}

impl Caller {
    /// A caller that may ask for these commands and name nothing that is stored.
    #[must_use]
    pub fn new(name: impl Into<String>, commands: Commands) -> Self {
        let (labels, zones) = (Names::NONE, Names::NONE);
        let (name, numbers) = (name.into(), OnceLock::new());
        Self { name, commands, labels, zones, rate: None, numbers }
    }

    /// Everything is theirs: the callers on a plain connection.
    #[must_use]
    pub fn plain() -> Self {
        Self { labels: Names::Any, zones: Names::Any, ..Self::new(PLAIN, Commands::ALL) }
    }

    /// Nothing is theirs.
    #[must_use]
    pub fn unknown() -> Self {
        Self::new(UNKNOWN, Commands::NONE)
    }

    /// The same, and these labels and zones are theirs to name.
    #[must_use]
    pub fn with_names(self, labels: Names, zones: Names) -> Self {
        Self { labels, zones, ..self }
    }

    /// The same, but no more than so many commands a second.
    #[must_use]
    pub fn with_rate(self, per_second: NonZeroU32) -> Self {
        Self { rate: Some(Rate::new(per_second)), ..self }
    }

    /// What logs and records call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its answers are counted.
    pub(crate) fn counted_in(&self, callers: &CallersNumbers) -> &CallerNumbers {
        self.numbers.get_or_init(|| callers.of(&self.name))
    }

    /// Whether it may ask for a command.
    #[must_use]
    pub const fn may_ask(&self, opcode: Opcode) -> bool {
        self.commands.has(opcode)
    }

    /// Whether it may name the key with this label.
    #[must_use]
    pub fn may_name_key(&self, label: &str) -> bool {
        self.labels.has(label)
    }

    /// Whether it may name this zone.
    #[must_use]
    pub fn may_name_zone(&self, zone: &str) -> bool {
        self.zones.has(zone)
    }

    /// Whether one more command is within its rate; if so, it counts.
    #[must_use]
    pub fn may_ask_now(&self, clock: &dyn Clock) -> bool {
        // Who has no rate costs no look at the clock.
        self.rate.as_ref().is_none_or(|rate| rate.take(clock.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Caller, Commands, Names};
    use payhsm_protocol::Opcode;

    #[test]
    fn what_is_not_given_is_not_there() {
        let unknown = Caller::unknown();
        let one = Caller::new("one", Commands::NONE.with(Opcode::CA))
            .with_names(Names::These(["a".to_owned()].into()), Names::NONE);
        for &opcode in Opcode::ALL {
            assert!(!unknown.may_ask(opcode));
            assert!(Caller::plain().may_ask(opcode));
            assert_eq!(one.may_ask(opcode), opcode == Opcode::CA, "{opcode:?}");
        }
        assert!(one.may_name_key("a") && !one.may_name_key("b") && !one.may_name_zone("a"));
        assert!(!unknown.may_name_key("a") && Caller::plain().may_name_zone("VIS"));
    }
}
