//! Officers: logins, enrolling, removing.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::{Nobody, TwoPresent};
use payhsm_keys::{SystemRandom, VaultRefused};
use payhsm_protocol::officer::{Answer, Officer};

pub(super) const LOGIN: Rule<Nobody> = Rule::in_states(&State::ALL);
pub(super) const LIST: Rule<Nobody> = Rule::in_states(&State::ALL);
pub(super) const LOGOUT: Rule<Nobody> = Rule::in_states(&State::ALL);
/// Before there is an LMK there is nothing to guard, and nobody who could.
pub(super) const ENROL_FIRST: Rule<Nobody> = Rule::in_states(&[State::Uninitialised]);
pub(super) const REMOVE_FIRST: Rule<Nobody> = Rule::in_states(&[State::Uninitialised]);
pub(super) const ENROL: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const REMOVE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);

pub(super) fn log_in(
    desk: &mut Desk<'_>,
    name: &str,
    signature: &[u8],
    seen_generation: u64,
) -> Outcome {
    let now = desk.office.now();
    let inner = &mut *desk.inner;
    let login = (name, signature, seen_generation);
    desk.session.log_in(&inner.registry, &mut inner.tries, login, now)?;
    let generation = desk.office.vault().generation();
    if let Some(generation) = generation.ok().filter(|generation| seen_generation > *generation) {
        let note = format!(
            "The file of officer {name} has seen generation {seen_generation} of the store, and this one has {generation}: \
             an older store may have been put back."
        );
        tracing::warn!("{note}");
        if !desk.inner.notes.contains(&note) {
            desk.inner.notes.push(note);
        }
    }
    Ok(desk.done(format!("Officer {name} is present.")))
}

pub(super) fn log_out(desk: &mut Desk<'_>, name: &str) -> Outcome {
    if desk.session.log_out(name) {
        return Ok(desk.done(format!("Officer {name} has left.")));
    }
    Err(Refusal::new(format_args!("officer {name} is not present on this connection")))
}

/// Public keys: who signs a record can compare them.
pub(super) fn list(desk: &Desk<'_>) -> Outcome {
    Ok(Answer::Officers(desk.inner.registry.officers().to_vec()))
}

pub(super) fn enrol_first(desk: &mut Desk<'_>, officer: &Officer) -> Outcome {
    let officers = desk.inner.registry.with(officer)?;
    desk.inner.registry.settle(officers)?;
    Ok(desk.done(format!("{} is an officer now.", officer.name)))
}

pub(super) fn enrol(desk: &mut Desk<'_>, _: &TwoPresent, officer: &Officer) -> Outcome {
    let officers = desk.inner.registry.with(officer)?;
    put(desk, officers)?;
    Ok(desk.done(format!("{} is an officer now.", officer.name)))
}

pub(super) fn remove_first(desk: &mut Desk<'_>, name: &str) -> Outcome {
    let officers = desk.inner.registry.without(name)?;
    desk.inner.registry.settle(officers)?;
    Ok(desk.done(format!("{name} is no officer any more.")))
}

pub(super) fn remove(desk: &mut Desk<'_>, _: &TwoPresent, name: &str) -> Outcome {
    let officers = desk.inner.registry.without(name)?;
    if officers.len() < 2 {
        return Err(Refusal::new("two officers have to stay, or nothing could be done any more"));
    }
    for lmk in desk.office.vault().about_lmks()? {
        let Some(quorum) = lmk.quorum else { continue };
        let stays = |holder: &&String| officers.iter().any(|officer| officer.name == **holder);
        let staying = lmk.holders.iter().filter(stays).count();
        if lmk.holders.iter().any(|holder| holder == name) && staying < usize::from(quorum.needed) {
            return Err(Refusal::new(format_args!(
                "LMK {} takes {} of its holders, and {staying} would stay; give out its shares anew or change it first",
                lmk.id, quorum.needed
            )));
        }
    }
    put(desk, officers)?;
    Ok(desk.done(format!("{name} is no officer any more.")))
}

/// The file announces the list, the store takes it, the file has it.
fn put(desk: &mut Desk<'_>, officers: Vec<Officer>) -> Result<(), Refusal> {
    desk.inner.registry.announce(&officers)?;
    let put: Result<(), VaultRefused> =
        desk.office.vault().set_officers(&officers, &mut SystemRandom::new());
    if let Err(refused) = put {
        desk.inner.registry.take_back()?;
        return Err(refused.into());
    }
    Ok(desk.inner.registry.settle(officers)?)
}
