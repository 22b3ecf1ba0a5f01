//! Unsealing: the shares of the master LMK.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::{OnePresent, TwoPresent};
use payhsm_protocol::officer::Answer;

/// A share counts for itself; that an officer brings it tells which generation was seen last.
pub(super) const UNSEAL: Rule<OnePresent> = Rule::in_states(&[State::Sealed]);
pub(super) const ACCEPT_OLDER: Rule<TwoPresent> = Rule::in_states(&[State::Sealed]);

pub(super) fn give(desk: &mut Desk<'_>) -> Outcome {
    let secret = desk.take_secret()?;
    let (seen, now) = (desk.session.seen_generation(&desk.inner.registry), desk.office.now());
    let (have, of) = desk.inner.unsealing.give(&secret, seen, now)?;
    drop(secret);
    if have < of {
        return Ok(Answer::Progress { check_value: None, have: have.into(), of: of.into() });
    }
    desk.office.unseal(desk.inner, false)?;
    Ok(desk.done("The appliance is unsealed."))
}

pub(super) fn accept_older(desk: &mut Desk<'_>, two: &TwoPresent) -> Outcome {
    if !desk.inner.unsealing.is_too_old() {
        return Err(Refusal::new(
            "there is nothing to accept: give the shares, and if the store is older than it should be, accept it then",
        ));
    }
    desk.office.unseal(desk.inner, true)?;
    let names = two.names().join(" and ");
    Ok(desk.done(format!("The older store was accepted by {names}; the appliance is unsealed.")))
}
