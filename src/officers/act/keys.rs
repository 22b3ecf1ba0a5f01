//! Working keys.

use super::page::page;
use super::{Outcome, Rule};
use crate::clock;
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::session::{OnePresent, TwoPresent};
use payhsm_keys::SystemRandom;
use payhsm_protocol::officer::{Answer, NewKey};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub(super) const CHANGE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const LIST: Rule<OnePresent> = Rule::in_states(&[State::Operational]);

impl Desk<'_> {
    /// Who made something, and when: `alice and bob, 2026-11-22T07:40:12Z`.
    pub(super) fn made_by(&self, two: &TwoPresent) -> String {
        let now = OffsetDateTime::from(clock::now());
        let now = now.replace_nanosecond(0).unwrap_or(now);
        let now = now.format(&Rfc3339).unwrap_or_else(|_| "time unknown".to_owned());
        format!("{}, {now}", two.names().join(" and "))
    }
}

pub(super) fn generate(desk: &Desk<'_>, two: &TwoPresent, key: &NewKey) -> Outcome {
    let made = desk.made_by(two);
    desk.office.vault().generate_key(key, &made, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The key {} was made inside.", key.label)))
}

pub(super) fn import(
    desk: &Desk<'_>,
    two: &TwoPresent,
    key: &NewKey,
    zmk: &str,
    block: &str,
) -> Outcome {
    let made = desk.made_by(two);
    desk.office.vault().import_key(key, zmk, block, &made, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The key {} was imported under {zmk}.", key.label)))
}

pub(super) fn export(desk: &Desk<'_>, _: &TwoPresent, label: &str, zmk: &str) -> Outcome {
    let exported = desk.office.vault().export_key(label, zmk, &mut SystemRandom::new())?;
    let (block, check_value) = exported;
    Ok(Answer::Block { block, check_value })
}

pub(super) fn list(desk: &Desk<'_>, after: &str) -> Outcome {
    let lines = desk.office.vault().list_keys()?.into_iter();
    let (lines, more) = page(lines.filter(|line| line.label.as_str() > after));
    Ok(Answer::Keys { lines, more })
}

pub(super) fn enable(desk: &Desk<'_>, _: &TwoPresent, label: &str, enabled: bool) -> Outcome {
    desk.office.vault().enable_key(label, enabled, &mut SystemRandom::new())?;
    desk.office.show()?;
    let how = if enabled { "may be used again" } else { "is disabled" };
    Ok(desk.done(format!("The key {label} {how}.")))
}

pub(super) fn destroy(desk: &Desk<'_>, _: &TwoPresent, label: &str) -> Outcome {
    desk.office.vault().destroy_key(label, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The key {label} is destroyed.")))
}
