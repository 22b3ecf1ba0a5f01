//! How the appliance stands.

use super::{Outcome, Rule};
use crate::audit::AuditLog;
use crate::lifecycle::State;
use crate::officers::office::Desk;
use crate::officers::session::Nobody;
use crate::reload::Reloader;
use payhsm_protocol::officer::{Answer, Quorum, Status};

pub(super) const STATUS: Rule<Nobody> = Rule::in_states(&State::ALL);

pub(super) fn status(desk: &Desk<'_>) -> Outcome {
    let office = desk.office;
    let state = office.engine().lifecycle().state();
    let lmks = office.lmks();
    let registry = &desk.inner.registry;
    let shares = (state == State::Sealed).then(|| {
        let (have, of) = desk.inner.unsealing.counted();
        let master = lmks.iter().find(|lmk| lmk.role == "master").and_then(|lmk| lmk.quorum);
        Quorum { needed: have, of: of.or(master.map(|quorum| quorum.needed)).unwrap_or(0) }
    });
    Ok(Answer::Status(Box::new(Status {
        appliance: registry.appliance().to_owned(),
        challenge: desk.session.challenge(),
        state: state.name().to_owned(),
        notes: notes(desk, state),
        profile: office.engine().settings().profile.name().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        memory: payhsm_arena::global()?.protection().to_string(),
        generation: desk.generation(),
        lmks,
        officers: registry.officers().iter().map(|officer| officer.name.clone()).collect(),
        present: desk.names(),
        shares,
        log: office.audit().map(AuditLog::standing),
    })))
}

fn notes(desk: &Desk<'_>, state: State) -> Vec<String> {
    let mut notes = desk.inner.notes.clone();
    notes.extend(desk.office.engine().record_trouble());
    notes.extend(desk.office.audit().and_then(AuditLog::notice));
    notes.extend(desk.office.reloader().map(Reloader::notes).unwrap_or_default());
    let cards = desk.office.engine().cards().trouble();
    notes.extend(cards.map(|why| format!("The rows of cards cannot be used: {why}.")));
    let vault = desk.office.vault();
    if state == State::Sealed && !vault.has_store() {
        notes.push(
            "There is no store: its first ceremony was cut off, or it was taken away. Restore a backup, or erase the \
             appliance and begin again."
                .to_owned(),
        );
    }
    if state == State::Sealed && desk.inner.unsealing.is_too_old() {
        notes.push(
            "The shares make the LMK, but the store is older than it should be. After a restore, two officers may accept it."
                .to_owned(),
        );
    }
    if let Ok(Some(change)) = vault.changing() {
        notes.push(format!(
            "The change of the LMK is not finished: {} of {} records have moved. Go on with it.",
            change.done, change.of
        ));
    }
    if let Some(shortfall) = payhsm_arena::global().ok().and_then(payhsm_arena::Arena::shortfall) {
        notes.push(format!("The memory is not as safe as it could be: {shortfall}."));
    }
    notes
}
