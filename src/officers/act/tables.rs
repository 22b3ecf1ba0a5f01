//! Decimalisation tables.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::session::TwoPresent;
use payhsm_keys::SystemRandom;

pub(super) const SET: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);

pub(super) fn set(desk: &Desk<'_>, _: &TwoPresent, pvk: &str, digits: &str) -> Outcome {
    desk.office.vault().set_table(pvk, digits, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The decimalisation table of {pvk} is kept, bound to that key.")))
}
