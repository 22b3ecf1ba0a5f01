//! How acts are recorded.

use super::{Desk, Refusal};
use crate::record::{ActOutcome, ActRecord};
use payhsm_protocol::officer::{Act, Answer, Forming};

/// How an act is recorded.
pub(super) struct Recording {
    pub(super) act: &'static str,
    pub(super) about: String,
    /// Being asked again and again is no news.
    quiet: bool,
}

impl Recording {
    pub(super) fn keep(
        &self,
        desk: &Desk<'_>,
        outcome: ActOutcome,
        said: &str,
    ) -> Result<(), Refusal> {
        if self.quiet && outcome != ActOutcome::Refused {
            return Ok(());
        }
        let (officers, about) = (desk.names(), self.about.as_str());
        let record = ActRecord { officers: &officers, act: self.act, about, outcome, said };
        Ok(desk.office.engine().record_act(&record)?)
    }

    /// What a record calls an act, and what it is about.
    pub(super) fn of(act: &Act) -> Self {
        let lmk;
        let is_next_page = matches!(
            act,
            Act::ListKeys { after } | Act::ListZones { after } | Act::ListTables { after } if !after.is_empty()
        );
        let (act, about) = match act {
            Act::Status => ("status", ""),
            Act::Login { name, .. } => ("login", name.as_str()),
            Act::Logout { name } => ("logout", name.as_str()),
            Act::Enrol(officer) => ("enrol", officer.name.as_str()),
            Act::Remove { name } => ("remove", name.as_str()),
            Act::ListOfficers => ("list-officers", ""),
            Act::BeginComponents(Forming::Lmk { id, .. }) => {
                lmk = format!("LMK {id}");
                ("begin-components", lmk.as_str())
            }
            Act::BeginComponents(Forming::Key { key, .. }) => {
                ("begin-components", key.label.as_str())
            }
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
            Act::ReissueShares { id, .. } => {
                lmk = format!("LMK {id}");
                ("reissue-shares", lmk.as_str())
            }
            Act::TryShare => ("try-share", ""),
            Act::NoteCredential => ("note-credential", ""),
            Act::EraseOldLmk => ("erase-old-lmk", ""),
            Act::Erase { appliance } => ("erase", appliance.as_str()),
            Act::GenerateKey(key) => ("generate-key", key.label.as_str()),
            Act::ImportKey { key, .. } => ("import-key", key.label.as_str()),
            Act::ExportKey { label, .. } => ("export-key", label.as_str()),
            Act::ListKeys { .. } => ("list-keys", ""),
            Act::EnableKey { label, enabled: true } => ("enable-key", label.as_str()),
            Act::EnableKey { label, enabled: false } => ("disable-key", label.as_str()),
            Act::DestroyKey { label } => ("destroy-key", label.as_str()),
            Act::SetZone(zone) => ("set-zone", zone.name.as_str()),
            Act::ListZones { .. } => ("list-zones", ""),
            Act::RemoveZone { name } => ("remove-zone", name.as_str()),
            Act::SetTable { pvk, .. } => ("set-table", pvk.as_str()),
            Act::ListTables { .. } => ("list-tables", ""),
            Act::RemoveTable { pvk } => ("remove-table", pvk.as_str()),
            Act::Authorise { activity, .. } => ("authorise", activity.as_str()),
            Act::Revoke { activity } => ("revoke", activity.as_str()),
            Act::ListAuthorised => ("list-authorised", ""),
            Act::Backup { file } => ("backup", file.as_str()),
            Act::Reload => ("reload", ""),
            Act::ReplaceAuditKey => ("replace-audit-key", ""),
        };
        let quiet = matches!(act, "status" | "continue-migration") || is_next_page;
        // Whoever asks chooses these words; a record keeps a line of them.
        let about = about.chars().take(80).flat_map(char::escape_default).collect();
        Self { act, about, quiet }
    }
}

/// What a record has of an answer: a sentence or a check value.
pub(super) fn said(answer: &Answer) -> String {
    let value = match answer {
        Answer::Done { said, .. } | Answer::Refused(said) => return said.clone(),
        Answer::Split { check_value, .. } | Answer::Block { check_value, .. } => Some(check_value),
        Answer::Progress { check_value, .. } => check_value.as_ref(),
        Answer::Status(_)
        | Answer::Officers(_)
        | Answer::Keys { .. }
        | Answer::Zones { .. }
        | Answer::Tables { .. }
        | Answer::Authorised(_) => None,
    };
    value.map_or_else(String::new, |value| format!("Check value {}.", hex::encode_upper(&value.0)))
}
