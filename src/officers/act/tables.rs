//! Decimalisation tables.

use super::page::page;
use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::session::{OnePresent, TwoPresent};
use payhsm_keys::SystemRandom;
use payhsm_protocol::officer::Answer;

pub(super) const CHANGE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const LIST: Rule<OnePresent> = Rule::in_states(&[State::Operational]);

pub(super) fn set(desk: &Desk<'_>, _: &TwoPresent, pvk: &str, digits: &str) -> Outcome {
    desk.office.vault().set_table(pvk, digits, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The decimalisation table of {pvk} is kept, bound to that key.")))
}

pub(super) fn list(desk: &Desk<'_>, after: &str) -> Outcome {
    let lines = desk.office.vault().list_tables()?.into_iter();
    let (lines, more) = page(lines.filter(|line| line.pvk.as_str() > after));
    Ok(Answer::Tables { lines, more })
}

pub(super) fn remove(desk: &Desk<'_>, _: &TwoPresent, pvk: &str) -> Outcome {
    desk.office.vault().remove_table(pvk, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The decimalisation table of {pvk} is removed.")))
}
