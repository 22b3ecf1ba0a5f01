//! Keys formed of components. They belong to the connection that they are entered on, and are forgotten with it.

use super::{Outcome, Rule, lmk};
use crate::lifecycle::State;
use crate::officers::lmk_file::short;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::{Components, Nobody, Trial, TwoPresent};
use crate::officers::unsealing::Unsealing;
use payhsm_keys::ceremony::components::Forming as Entered;
use payhsm_keys::{SystemRandom, VaultRefused};
use payhsm_protocol::officer::{Answer, Forming};

pub(super) const BEGIN_LMK: Rule<TwoPresent> =
    Rule::in_states(&[State::Uninitialised, State::Operational]);
pub(super) const BEGIN_KEY: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const ENTER: Rule<TwoPresent> =
    Rule::in_states(&[State::Uninitialised, State::Operational]);
pub(super) const ABANDON: Rule<Nobody> = Rule::in_states(&State::ALL);

/// Everything that can be refused is refused before anybody has typed a component.
pub(super) fn begin(desk: &mut Desk<'_>, _: &TwoPresent, what: Forming) -> Outcome {
    if desk.office.vault().changing().is_ok_and(|change| change.is_some()) {
        return Err(VaultRefused::Changing.into());
    }
    let entered = match &what {
        Forming::Lmk { id, components, quorum, holders } => {
            lmk::check(desk, *id, *quorum, holders)?;
            Entered::lmk(*components)?
        }
        Forming::Key { key, components } => {
            let inventory = desk.office.vault().inventory().ok_or(VaultRefused::Sealed)?;
            if inventory.key(&key.label).is_ok() {
                return Err(VaultRefused::KeyTaken(key.label.clone()).into());
            }
            let rules = desk.office.engine().settings().key_rules();
            Entered::key(&key.attributes, *components, &rules)?
        }
    };
    let progress = Answer::Progress { check_value: None, have: 0, of: entered.of().into() };
    desk.session.components = Some(Components { what, entered });
    Ok(progress)
}

fn components<'d>(desk: &'d mut Desk<'_>) -> Result<&'d mut Components, Refusal> {
    let none = "no components are being entered on this connection";
    desk.session.components.as_mut().ok_or_else(|| Refusal::new(none))
}

pub(super) fn enter(desk: &mut Desk<'_>, _: &TwoPresent) -> Outcome {
    let secret = desk.take_secret()?;
    let components = components(desk)?;
    let check_value = components.entered.enter(&secret)?;
    drop(secret);
    let (have, of) = (components.entered.have().into(), components.entered.of().into());
    Ok(Answer::Progress { check_value: Some(short(&check_value)), have, of })
}

fn progress(desk: &mut Desk<'_>) -> Outcome {
    let entered = &components(desk)?.entered;
    let (have, of) = (entered.have().into(), entered.of().into());
    Ok(Answer::Progress { check_value: None, have, of })
}

pub(super) fn keep(desk: &mut Desk<'_>, _: &TwoPresent) -> Outcome {
    components(desk)?.entered.keep()?;
    progress(desk)
}

pub(super) fn forget(desk: &mut Desk<'_>, _: &TwoPresent) -> Outcome {
    components(desk)?.entered.drop_entered()?;
    progress(desk)
}

pub(super) fn finish(desk: &mut Desk<'_>, two: &TwoPresent) -> Outcome {
    let entered = &components(desk)?.entered;
    let check_value = entered.finish()?;
    let count: u64 = entered.of().into();
    let Some(Components { what, entered }) = desk.session.components.take() else {
        return Err(Refusal::new("no components are being entered on this connection"));
    };
    match what {
        Forming::Lmk { id, quorum, holders, .. } => {
            lmk::take(desk, two, entered.into_lmk()?, id, quorum, &holders)
        }
        Forming::Key { key, .. } => {
            let made = desk.made_by(two);
            let whole = entered.into_key()?;
            let random = &mut SystemRandom::new();
            let line = desk.office.vault().keep_key(&key, &whole, &made, random)?;
            desk.office.show()?;
            debug_assert_eq!(line.check_value, check_value);
            let check_value = Some(line.check_value);
            Ok(Answer::Progress { check_value, have: count, of: count })
        }
    }
}

pub(super) fn abandon(desk: &mut Desk<'_>) -> Outcome {
    desk.session.components = None;
    desk.session.trial = Trial::default();
    // Shares are the appliance's: one of a wrong set would be in the way of the right ones.
    if !desk.names().is_empty() {
        desk.inner.unsealing = Unsealing::default();
    }
    Ok(desk.done("What was being put together is forgotten."))
}
