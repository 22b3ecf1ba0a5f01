//! Zones: the partners, and the keys that are shared with them.

use super::page::page;
use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::session::{OnePresent, TwoPresent};
use payhsm_keys::{SystemRandom, VaultRefused};
use payhsm_protocol::officer::{Answer, Zone};

pub(super) const CHANGE: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const LIST: Rule<OnePresent> = Rule::in_states(&[State::Operational]);

pub(super) fn set(desk: &Desk<'_>, _: &TwoPresent, zone: &Zone) -> Outcome {
    desk.office.vault().set_zone(zone, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The zone {} is set.", zone.name)))
}

pub(super) fn list(desk: &Desk<'_>, after: &str) -> Outcome {
    let inventory = desk.office.vault().inventory().ok_or(VaultRefused::Sealed)?;
    let zones = inventory.zones().filter(|zone| zone.name.as_str() > after);
    let (lines, more) = page(zones.cloned());
    Ok(Answer::Zones { lines, more })
}

pub(super) fn remove(desk: &Desk<'_>, _: &TwoPresent, name: &str) -> Outcome {
    desk.office.vault().remove_zone(name, &mut SystemRandom::new())?;
    desk.office.show()?;
    Ok(desk.done(format!("The zone {name} is removed.")))
}
