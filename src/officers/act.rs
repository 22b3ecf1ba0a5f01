//! What can be asked for. Every act states beside its handler in which states of the appliance it can be done, and the type
//! of its proof says who has to be present.

mod authorise;
mod components;
mod keys;
mod life;
mod lmk;
mod migration;
mod people;
mod status;
mod tables;
#[cfg(test)]
mod tests;
mod unseal;
mod zones;

use super::office::Desk;
use super::refusal::Refusal;
use super::session::Proof;
use crate::lifecycle::State;
use crate::record::{ActOutcome, ActRecord};
use payhsm_protocol::officer::{Act, Answer, Forming};
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

/// How an act is recorded.
struct Recording {
    act: &'static str,
    about: String,
    /// Being asked again and again is no news.
    quiet: bool,
}

impl Recording {
    fn keep(&self, desk: &Desk<'_>, outcome: ActOutcome, said: &str) -> Result<(), Refusal> {
        if self.quiet && outcome != ActOutcome::Refused {
            return Ok(());
        }
        let (officers, about) = (desk.names(), self.about.as_str());
        let record = ActRecord { officers: &officers, act: self.act, about, outcome, said };
        Ok(desk.office.engine().record_act(&record)?)
    }
}

/// Does what is asked for if it may be done now, and records what came of it.
pub(super) fn carry_out(desk: &mut Desk<'_>, act: Act) -> Outcome {
    let state = desk.office.engine().lifecycle().state();
    let recording = recording(&act);
    let Plan { states, run } = plan(act, state);
    let outcome =
        if states.contains(&state) { run(desk, &recording) } else { Err(Refusal::state(state)) };
    let (what, said) = match &outcome {
        Ok(answer) => (ActOutcome::Done, said(answer)),
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

/// What a record has of an answer: a sentence or a check value.
fn said(answer: &Answer) -> String {
    let value = match answer {
        Answer::Done { said, .. } | Answer::Refused(said) => return said.clone(),
        Answer::Split { check_value, .. } | Answer::Block { check_value, .. } => Some(check_value),
        Answer::Progress { check_value, .. } => check_value.as_ref(),
        Answer::Status(_) | Answer::Keys(_) | Answer::Zones(_) | Answer::Authorised(_) => None,
    };
    value.map_or_else(String::new, |value| format!("Check value {}.", hex::encode_upper(&value.0)))
}

/// Rule and handler of every act.
fn plan(act: Act, state: State) -> Plan {
    match act {
        Act::Status => status::STATUS.then(|desk, _| status::status(desk)),
        Act::Login { name, signature, seen_generation } => people::LOGIN
            .then(move |desk, _| people::log_in(desk, &name, &signature, seen_generation)),
        Act::Logout { name } => people::LOGOUT.then(move |desk, _| people::log_out(desk, &name)),
        Act::Enrol(officer) if state == State::Uninitialised => {
            people::ENROL_FIRST.then(move |desk, _| people::enrol_first(desk, &officer))
        }
        Act::Enrol(officer) => {
            people::ENROL.then(move |desk, two| people::enrol(desk, two, &officer))
        }
        Act::Remove { name } if state == State::Uninitialised => {
            people::REMOVE_FIRST.then(move |desk, _| people::remove_first(desk, &name))
        }
        Act::Remove { name } => {
            people::REMOVE.then(move |desk, two| people::remove(desk, two, &name))
        }
        Act::BeginComponents(what @ Forming::Lmk { .. }) => {
            components::BEGIN_LMK.then(move |desk, two| components::begin(desk, two, what))
        }
        Act::BeginComponents(what @ Forming::Key { .. }) => {
            components::BEGIN_KEY.then(move |desk, two| components::begin(desk, two, what))
        }
        Act::Component => components::ENTER.then(components::enter),
        Act::KeepComponent => components::ENTER.then(components::keep),
        Act::DropComponent => components::ENTER.then(components::forget),
        Act::FinishComponents => components::ENTER.then(components::finish),
        Act::Abandon => components::ABANDON.then(|desk, _| components::abandon(desk)),
        Act::GenerateLmk { id, quorum, holders } => {
            lmk::GENERATE.then(move |desk, two| lmk::generate(desk, two, id, quorum, &holders))
        }
        Act::Unseal => unseal::UNSEAL.then(|desk, _| unseal::give(desk)),
        Act::AcceptOlderStore => unseal::ACCEPT_OLDER.then(unseal::accept_older),
        Act::Seal => life::SEAL.then(life::seal),
        Act::ChangeLmk { quorum, holders } => {
            migration::CHANGE.then(move |desk, two| migration::change(desk, two, quorum, &holders))
        }
        Act::ContinueMigration => migration::CONTINUE.then(migration::go_on),
        Act::EraseOldLmk => migration::ERASE_OLD.then(migration::erase_old),
        Act::Erase { appliance } => {
            life::ERASE.then(move |desk, two| life::erase(desk, two, &appliance))
        }
        Act::GenerateKey(key) => {
            keys::CHANGE.then(move |desk, two| keys::generate(desk, two, &key))
        }
        Act::ImportKey { key, zmk, block } => {
            keys::CHANGE.then(move |desk, two| keys::import(desk, two, &key, &zmk, &block))
        }
        Act::ExportKey { label, zmk } => {
            keys::CHANGE.then(move |desk, two| keys::export(desk, two, &label, &zmk))
        }
        Act::ListKeys => keys::LIST.then(|desk, _| keys::list(desk)),
        Act::EnableKey { label, enabled } => {
            keys::CHANGE.then(move |desk, two| keys::enable(desk, two, &label, enabled))
        }
        Act::DestroyKey { label } => {
            keys::CHANGE.then(move |desk, two| keys::destroy(desk, two, &label))
        }
        Act::SetZone(zone) => zones::CHANGE.then(move |desk, two| zones::set(desk, two, &zone)),
        Act::ListZones => zones::LIST.then(|desk, _| zones::list(desk)),
        Act::RemoveZone { name } => {
            zones::CHANGE.then(move |desk, two| zones::remove(desk, two, &name))
        }
        Act::SetTable { pvk, digits } => {
            tables::SET.then(move |desk, two| tables::set(desk, two, &pvk, &digits))
        }
        Act::Authorise { activity, minutes } => authorise::AUTHORISE
            .then(move |desk, two| authorise::authorise(desk, two, &activity, minutes)),
        Act::Revoke { activity } => {
            authorise::REVOKE.then(move |desk, _| authorise::revoke(desk, &activity))
        }
        Act::ListAuthorised => authorise::LIST.then(|desk, _| authorise::list(desk)),
        Act::Backup { file } => life::BACKUP.then(move |desk, two| life::backup(desk, two, &file)),
        Act::Reload => life::RELOAD.then(|desk, _| life::reload(desk)),
    }
}

/// What a record calls an act, and what it is about.
fn recording(act: &Act) -> Recording {
    let lmk;
    let (act, about) = match act {
        Act::Status => ("status", ""),
        Act::Login { name, .. } => ("login", name.as_str()),
        Act::Logout { name } => ("logout", name.as_str()),
        Act::Enrol(officer) => ("enrol", officer.name.as_str()),
        Act::Remove { name } => ("remove", name.as_str()),
        Act::BeginComponents(Forming::Lmk { id, .. }) => {
            lmk = format!("LMK {id}");
            ("begin-components", lmk.as_str())
        }
        Act::BeginComponents(Forming::Key { key, .. }) => ("begin-components", key.label.as_str()),
        Act::Component => ("component", ""),
        Act::KeepComponent => ("keep-component", ""),
        Act::DropComponent => ("drop-component", ""),
        Act::FinishComponents => ("finish-components", ""),
        Act::Abandon => ("abandon", ""),
        Act::GenerateLmk { id, .. } => {
            lmk = format!("LMK {id}");
            ("generate-lmk", lmk.as_str())
        }
        Act::Unseal => ("unseal", ""),
        Act::AcceptOlderStore => ("accept-older-store", ""),
        Act::Seal => ("seal", ""),
        Act::ChangeLmk { .. } => ("change-lmk", "begun"),
        Act::ContinueMigration => ("continue-migration", ""),
        Act::EraseOldLmk => ("erase-old-lmk", ""),
        Act::Erase { appliance } => ("erase", appliance.as_str()),
        Act::GenerateKey(key) => ("generate-key", key.label.as_str()),
        Act::ImportKey { key, .. } => ("import-key", key.label.as_str()),
        Act::ExportKey { label, .. } => ("export-key", label.as_str()),
        Act::ListKeys => ("list-keys", ""),
        Act::EnableKey { label, enabled: true } => ("enable-key", label.as_str()),
        Act::EnableKey { label, enabled: false } => ("disable-key", label.as_str()),
        Act::DestroyKey { label } => ("destroy-key", label.as_str()),
        Act::SetZone(zone) => ("set-zone", zone.name.as_str()),
        Act::ListZones => ("list-zones", ""),
        Act::RemoveZone { name } => ("remove-zone", name.as_str()),
        Act::SetTable { pvk, .. } => ("set-table", pvk.as_str()),
        Act::Authorise { activity, .. } => ("authorise", activity.as_str()),
        Act::Revoke { activity } => ("revoke", activity.as_str()),
        Act::ListAuthorised => ("list-authorised", ""),
        Act::Backup { file } => ("backup", file.as_str()),
        Act::Reload => ("reload", ""),
    };
    let quiet = matches!(act, "status" | "continue-migration");
    // Whoever asks chooses these words; a record keeps a line of them.
    let about = about.chars().take(80).flat_map(char::escape_default).collect();
    Recording { act, about, quiet }
}
