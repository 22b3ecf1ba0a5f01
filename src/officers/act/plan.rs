//! Rule and handler of every act.

use super::{
    Plan, audit, authorise, components, keys, life, lmk, migration, people, status, tables, trial,
    unseal, zones,
};
use crate::lifecycle::State;
use payhsm_protocol::officer::{Act, Forming};

/// Rule and handler of every act.
pub(super) fn plan(act: Act, state: State) -> Plan {
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
        Act::ListOfficers => people::LIST.then(|desk, _| people::list(desk)),
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
        Act::ReissueShares { id, quorum, holders } => {
            lmk::REISSUE.then(move |desk, two| lmk::reissue(desk, two, id, quorum, &holders))
        }
        Act::TryShare => trial::TRY.then(|desk, _| trial::share(desk)),
        Act::NoteCredential => trial::NOTE.then(trial::note),
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
        Act::ListKeys { after } => keys::LIST.then(move |desk, _| keys::list(desk, &after)),
        Act::EnableKey { label, enabled } => {
            keys::CHANGE.then(move |desk, two| keys::enable(desk, two, &label, enabled))
        }
        Act::DestroyKey { label } => {
            keys::CHANGE.then(move |desk, two| keys::destroy(desk, two, &label))
        }
        Act::SetZone(zone) => zones::CHANGE.then(move |desk, two| zones::set(desk, two, &zone)),
        Act::ListZones { after } => zones::LIST.then(move |desk, _| zones::list(desk, &after)),
        Act::RemoveZone { name } => {
            zones::CHANGE.then(move |desk, two| zones::remove(desk, two, &name))
        }
        Act::SetTable { pvk, digits } => {
            tables::CHANGE.then(move |desk, two| tables::set(desk, two, &pvk, &digits))
        }
        Act::ListTables { after } => tables::LIST.then(move |desk, _| tables::list(desk, &after)),
        Act::RemoveTable { pvk } => {
            tables::CHANGE.then(move |desk, two| tables::remove(desk, two, &pvk))
        }
        Act::Authorise { activity, minutes } => authorise::AUTHORISE
            .then(move |desk, two| authorise::authorise(desk, two, &activity, minutes)),
        Act::Revoke { activity } => {
            authorise::REVOKE.then(move |desk, _| authorise::revoke(desk, &activity))
        }
        Act::ListAuthorised => authorise::LIST.then(|desk, _| authorise::list(desk)),
        Act::Backup { file } => life::BACKUP.then(move |desk, two| life::backup(desk, two, &file)),
        Act::Reload => life::RELOAD.then(|desk, _| life::reload(desk)),
        Act::ReplaceAuditKey => audit::REPLACE_KEY.then(|desk, two| audit::replace_key(desk, two)),
    }
}
