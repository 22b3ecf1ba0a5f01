//! What can be asked for. Every act states beside its handler in which states of the appliance it can be done, and the type
//! of its proof says who has to be present.

mod audit;
mod authorise;
mod components;
mod keys;
mod life;
mod lmk;
mod migration;
mod page;
mod people;
mod plan;
mod recording;
mod status;
mod tables;
#[cfg(test)]
mod tests;
mod trial;
mod unseal;
mod zones;

use super::office::Desk;
use super::refusal::Refusal;
use super::session::Proof;
use crate::lifecycle::State;
use crate::record::ActOutcome;
use payhsm_protocol::officer::{Act, Answer};
use recording::Recording;
use std::marker::PhantomData;

/// What becomes of an act.
pub(super) type Outcome = Result<Answer, Refusal>;

/// The states in which an act can be done, and by the type who has to be there.
struct Rule<P> {
    states: &'static [State],
    people: PhantomData<fn() -> P>,
}

impl<P: Proof> Rule<P> {
    const fn in_states(states: &'static [State]) -> Self {
        Self { states, people: PhantomData }
    }

    /// The act under this rule: `run` gets the proof that whoever it takes is there.
    fn then(self, run: impl FnOnce(&mut Desk<'_>, &P) -> Outcome + 'static) -> Plan {
        Plan {
            states: self.states,
            run: Box::new(move |desk, record| {
                let proof = P::of(desk.session, &desk.inner.registry)?;
                // On record before it is done, or it is not done.
                record.keep(desk, ActOutcome::Begun, "")?;
                run(desk, &proof)
            }),
        }
    }
}

/// Checks who is present, then does it.
type Run = Box<dyn FnOnce(&mut Desk<'_>, &Recording) -> Outcome>;

/// An act that can be carried out.
struct Plan {
    states: &'static [State],
    run: Run,
}

/// Does what is asked for if it may be done now, and records what came of it.
pub(super) fn carry_out(desk: &mut Desk<'_>, act: Act) -> Outcome {
    let state = desk.office.engine().lifecycle().state();
    let recording = Recording::of(&act);
    let Plan { states, run } = plan::plan(act, state);
    let outcome =
        if states.contains(&state) { run(desk, &recording) } else { Err(Refusal::state(state)) };
    let (what, said) = match &outcome {
        Ok(answer) => (ActOutcome::Done, recording::said(answer)),
        Err(refusal) => (ActOutcome::Refused, refusal.sentence.clone()),
    };
    match recording.keep(desk, what, &said) {
        Ok(()) => outcome,
        // That it was begun is on record, and what it made has to reach its people: shares are nowhere else.
        Err(failed) if outcome.is_ok() => {
            tracing::error!(act = recording.act, about = recording.about, "{}", failed.sentence);
            outcome
        }
        Err(failed) => Err(failed),
    }
}
