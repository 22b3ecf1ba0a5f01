//! One connection of the console: its challenge, who is present, what is being put together.
//!
//! That somebody is present is a value that only this file makes: an act that takes two officers takes a [`TwoPresent`].

use super::refusal::Refusal;
use super::registry::Registry;
use super::tries::Tries;
use payhsm_keys::ceremony::components;
use payhsm_keys::ceremony::shares::Combining;
use payhsm_keys::{Random, SystemRandom};
use payhsm_officer::login;
use payhsm_protocol::officer::{Forming, Officer};
use std::time::Duration;

/// No store gets that far; whoever claims to have seen it is mistaken.
const HIGHEST_GENERATION: u64 = 1 << 48;

/// An officer who logged in on this connection.
struct Person {
    officer: Officer,
    seen_generation: u64,
}

/// Components on their way to a key.
pub(super) struct Components {
    /// What is to become of them.
    pub(super) what: Forming,
    /// They, in secret memory.
    pub(super) entered: components::Forming,
}

/// A connection.
pub(super) struct Session {
    challenge: [u8; 32],
    people: Vec<Person>,
    /// Of this connection alone; gone with it.
    pub(super) components: Option<Components>,
    /// Of this connection alone, too.
    pub(super) trial: Trial,
}

/// Shares that are tried while the appliance is at work.
#[derive(Debug, Default)]
pub(super) struct Trial {
    pub(super) shares: Combining,
    /// The last ones made the LMK in force.
    pub(super) good: bool,
}

/// Nobody has to be here.
pub(super) struct Nobody(());

/// An officer is present.
pub(super) struct OnePresent(());

/// Two different officers are present: other names and other keys.
pub(super) struct TwoPresent {
    names: Vec<String>,
}

impl TwoPresent {
    /// All who are present, in the order in which they came.
    pub(super) fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
}

/// That whoever an act takes is here.
pub(super) trait Proof: Sized {
    fn of(session: &Session, registry: &Registry) -> Result<Self, Refusal>;
}

impl Proof for Nobody {
    fn of(_: &Session, _: &Registry) -> Result<Self, Refusal> {
        Ok(Self(()))
    }
}

impl Proof for OnePresent {
    fn of(session: &Session, registry: &Registry) -> Result<Self, Refusal> {
        if session.present(registry).next().is_some() {
            return Ok(Self(()));
        }
        Err(Refusal::people("this takes an officer, and nobody has logged in on this connection"))
    }
}

impl Proof for TwoPresent {
    fn of(session: &Session, registry: &Registry) -> Result<Self, Refusal> {
        let present: Vec<_> = session.present(registry).collect();
        let different = |one: &Officer, other: &Officer| {
            one.name != other.name
                && one.signing_key != other.signing_key
                && one.sealing_key != other.sealing_key
        };
        let (first, others) = present.split_first().ok_or_else(|| {
            Refusal::people(
                "this takes two different officers, and nobody has logged in on this connection",
            )
        })?;
        if others.iter().any(|other| different(&first.officer, &other.officer)) {
            let names = present.iter().map(|person| person.officer.name.clone()).collect();
            return Ok(Self { names });
        }
        Err(Refusal::people(format_args!(
            "this takes two different officers, and on this connection there is {} alone",
            first.officer.name
        )))
    }
}

impl Session {
    /// A connection on which nobody is present.
    pub(super) fn new() -> Result<Self, Refusal> {
        Ok(Self {
            challenge: fresh()?,
            people: Vec::new(),
            components: None,
            trial: Trial::default(),
        })
    }

    /// What the next login signs.
    pub(super) fn challenge(&self) -> [u8; 32] {
        self.challenge
    }

    /// Who is present, and still an officer with the same keys.
    fn present(&self, registry: &Registry) -> impl Iterator<Item = &Person> {
        let known = |person: &&Person| registry.officers().contains(&person.officer);
        self.people.iter().filter(known)
    }

    /// Their names.
    pub(super) fn names(&self, registry: &Registry) -> Vec<String> {
        self.present(registry).map(|person| person.officer.name.clone()).collect()
    }

    /// The highest generation of the store that one of them has seen.
    pub(super) fn seen_generation(&self, registry: &Registry) -> u64 {
        self.present(registry).map(|person| person.seen_generation).max().unwrap_or(0)
    }

    /// Brings an officer here who signed the challenge. Every challenge is good for one login.
    pub(super) fn log_in(
        &mut self,
        registry: &Registry,
        tries: &mut Tries,
        (name, signature, seen_generation): (&str, &[u8], u64),
        now: Duration,
    ) -> Result<(), Refusal> {
        let officer = registry.find(name);
        tries.check(name, officer.is_some(), now)?;
        let signed = std::mem::replace(&mut self.challenge, fresh()?);
        let officer = officer.filter(|officer| {
            login::verify(officer, &signed, registry.appliance(), signature).is_ok()
        });
        let Some(officer) = officer else {
            // An officer of this name may well be there; only then does the name count for itself.
            return Err(tries.failed(name, registry.find(name).is_some(), now));
        };
        tries.succeeded(name);
        if seen_generation > HIGHEST_GENERATION {
            return Err(Refusal::new(
                "the officer's file says that it has seen a generation that no store can have",
            ));
        }
        self.people.retain(|known| known.officer.name != name);
        self.people.push(Person { officer: officer.clone(), seen_generation });
        Ok(())
    }

    /// Takes an officer off this connection; whether there was one.
    pub(super) fn log_out(&mut self, name: &str) -> bool {
        let before = self.people.len();
        self.people.retain(|known| known.officer.name != name);
        self.people.len() < before
    }

    /// Somebody who did not sign; for tests of what the acts take.
    #[cfg(test)]
    pub(super) fn bring(&mut self, officer: &Officer) {
        self.people.push(Person { officer: officer.clone(), seen_generation: 0 });
    }
}

fn fresh() -> Result<[u8; 32], Refusal> {
    let mut challenge = [0; 32];
    SystemRandom::new().fill(&mut challenge)?;
    Ok(challenge)
}
