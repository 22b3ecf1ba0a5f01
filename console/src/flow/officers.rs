//! Enrolling and removing officers.

use super::{log_in, needs_two};
use crate::prompt::choose;
use crate::session::{Session, unexpected};
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_officer::{IdentityFile, login};
use payhsm_protocol::officer::{Act, Answer};
use std::path::Path;

/// Lists, enrols, removes.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let names = session.status.officers.join(", ");
    let choices = ["List", "Enrol an officer", "Remove an officer"].map(str::to_owned);
    let help = "Enrolling makes a person an officer of this appliance; that takes two who are. Removing takes the right away; \
        a share that the person holds stays a share until the LMK is changed.";
    let chosen = choose(session.terminal, &format!("Officers: {names}"), &choices, help)?;
    if chosen == 0 {
        return show(session);
    }
    needs_two(session)?;
    if chosen == 1 { enrol(session) } else { remove(session) }
}

/// Who they are, with the beginning of each one's key and the LMKs that they hold shares of.
fn show(session: &mut Session<'_>) -> Result<(), Leave> {
    let Answer::Officers(officers) = session.ask(&Act::ListOfficers)? else {
        return Err(unexpected());
    };
    if officers.is_empty() {
        session.terminal.say("There are no officers yet.");
    }
    for officer in officers {
        let holds = session.status.lmks.iter().filter(|lmk| lmk.holders.contains(&officer.name));
        let holds: Vec<_> = holds.map(|lmk| format!("LMK {}", lmk.id)).collect();
        let holds = if holds.is_empty() {
            "no share".to_owned()
        } else {
            format!("a share of {}", holds.join(", "))
        };
        let key = words::signing_key(&officer);
        session
            .terminal
            .say(&format!("{}: signs with the key {key}..., holds {holds}", officer.name));
    }
    Ok(())
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
    let key = words::signing_key(officer);
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
            "This officer holds a share of an LMK, and it stays good. Give out new shares, so that enough people hold them; \
             only a change of the LMK ends the old ones.",
        );
    }
    super::confirm(session, &format!("Remove {name}?"), "It takes effect at once.")?;
    session.perform(&Act::Remove { name })
}
