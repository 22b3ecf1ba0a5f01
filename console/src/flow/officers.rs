//! Enrolling and removing officers.

use super::{log_in, needs_two};
use crate::Leave;
use crate::prompt::choose;
use crate::session::Session;
use crate::terminal::Tone;
use payhsm_officer::{IdentityFile, login};
use payhsm_protocol::officer::Act;
use std::path::Path;

/// Enrols or removes.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let names = session.status.officers.join(", ");
    let choices = ["Enrol an officer".to_owned(), "Remove an officer".to_owned()];
    let help = "Enrolling makes a person an officer of this appliance; that takes two who are. Removing takes the right away; \
        a share that the person holds stays a share until the LMK is changed.";
    let chosen = choose(session.terminal, &format!("Officers: {names}"), &choices, help)?;
    needs_two(session)?;
    if chosen == 0 { enrol(session) } else { remove(session) }
}

/// Enrols the officer of a file that the person picks.
///
/// # Errors
/// [`Leave`].
pub fn enrol(session: &mut Session<'_>) -> Result<(), Leave> {
    let path = log_in::pick(session)?;
    enrol_file(session, &path)
}

/// Enrols the officer of this file.
///
/// # Errors
/// [`Leave`].
pub fn enrol_file(session: &mut Session<'_>, path: &Path) -> Result<(), Leave> {
    let file = IdentityFile::read(path)?;
    login::check(file.officer())?;
    let production = session.status.profile != "development";
    if file.is_development_only() && production {
        let told = "This officer's file is for development only; this appliance is not.";
        return Err(Leave::Refused(told.to_owned()));
    }
    session.perform(&Act::Enrol(file.officer().clone()))?;
    let officer = file.officer();
    session.record.takes_part(&officer.name);
    // Nothing but this line ties the person to the key: whoever signs the record can compare it with `officer show`.
    let key: String = hex::encode(officer.signing_key).chars().take(16).collect();
    session.done(&format!("Officer {} signs with the key {key}...", officer.name), &[]);
    Ok(())
}

fn remove(session: &mut Session<'_>) -> Result<(), Leave> {
    let names = session.status.officers.clone();
    let chosen =
        choose(session.terminal, "Who is removed?", &names, "The person is no officer any more.")?;
    let name = names.get(chosen).ok_or(Leave::Back)?.clone();
    let holds = session.status.lmks.iter().any(|lmk| lmk.holders.contains(&name));
    if holds {
        session.terminal.show(
            Tone::Bad,
            "This officer holds a share of an LMK; consider changing the LMK afterwards.",
        );
    }
    super::confirm(session, &format!("Remove {name}?"), "It takes effect at once.")?;
    session.perform(&Act::Remove { name })
}
