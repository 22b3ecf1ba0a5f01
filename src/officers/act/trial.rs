//! Trying shares while the appliance is at work: an LMK whose shares were never tried is not held.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::lmk_file::short;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::{OnePresent, TwoPresent};
use payhsm_keys::VaultRefused;
use payhsm_keys::ceremony::shares::Combining;
use payhsm_protocol::officer::Answer;

pub(super) const TRY: Rule<OnePresent> = Rule::in_states(&[State::Operational]);
pub(super) const NOTE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);

/// Takes a share; with the last one that is needed it tells whether they make the LMK in force.
pub(super) fn share(desk: &mut Desk<'_>) -> Outcome {
    let secret = desk.take_secret()?;
    let master = desk.office.vault().inventory().ok_or(VaultRefused::Sealed)?;
    let master = master.lmks().default_lmk().id();
    let trial = &mut desk.session.trial;
    trial.good = false;
    let (have, of) = trial.shares.add(&secret)?;
    drop(secret);
    if let Some(other) = trial.shares.lmk().filter(|id| *id != master) {
        trial.shares = Combining::new();
        return Err(Refusal::new(format_args!(
            "the share is of LMK {other}; only shares of LMK {master} unseal, and the others come with it"
        )));
    }
    if have < of {
        return Ok(Answer::Progress { check_value: None, have: have.into(), of: of.into() });
    }
    // Whatever comes of it, the next trial begins anew.
    let lmk = std::mem::take(&mut trial.shares).combine()?;
    let is_next = desk.office.vault().is_next(&lmk)?;
    desk.session.trial.good = !is_next;
    let value = hex::encode_upper(&short(&lmk.check_value()?).0);
    let what = if is_next { "it is being changed for" } else { "is in force" };
    Ok(desk.done(format!(
        "These shares make the LMK {master} that {what}, check value {value}. Nothing was changed."
    )))
}

/// On record before the console writes it; what is in it, the daemon does not see.
pub(super) fn note(desk: &mut Desk<'_>, two: &TwoPresent) -> Outcome {
    if desk.office.vault().changing()?.is_some() {
        return Err(VaultRefused::Changing.into());
    }
    if !std::mem::take(&mut desk.session.trial.good) {
        return Err(Refusal::new(
            "shares that make the LMK in force have to be given on this connection first",
        ));
    }
    let names = two.names().join(" and ");
    Ok(desk.done(format!(
        "It is on record that {names} write a credential that unseals this appliance without officers."
    )))
}
