//! Sealing, erasing, backup, reading the configuration again.

use super::{Outcome, Rule};
use crate::lifecycle::State;
use crate::officers::lmk_file;
use crate::officers::office::Desk;
use crate::officers::refusal::Refusal;
use crate::officers::session::{OnePresent, TwoPresent};
use crate::officers::unsealing::Unsealing;
use payhsm_officer::file;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;

pub(super) const SEAL: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const ERASE: Rule<TwoPresent> =
    Rule::in_states(&[State::Sealed, State::Operational, State::Tampered]);
pub(super) const BACKUP: Rule<TwoPresent> = Rule::in_states(&[State::Operational]);
pub(super) const RELOAD: Rule<OnePresent> = Rule::in_states(&State::ALL);

/// The folder of backups, in that of the appliance.
const BACKUPS: &str = "backup";

pub(super) fn seal(desk: &mut Desk<'_>, _: &TwoPresent) -> Outcome {
    let generation = desk.generation();
    drop(desk.office.engine().seal()?);
    desk.office.vault().seal();
    let said = "The appliance is sealed; its LMKs are forgotten.".to_owned();
    Ok(payhsm_protocol::officer::Answer::Done { said, generation })
}

pub(super) fn erase(desk: &mut Desk<'_>, _: &TwoPresent, appliance: &str) -> Outcome {
    if appliance != desk.inner.registry.appliance() {
        return Err(Refusal::new("that is the id of another appliance; nothing was erased"));
    }
    let engine = desk.office.engine();
    if engine.lifecycle().state() == State::Operational {
        drop(engine.seal()?);
    }
    // The store first: as long as the file of the LMK is there, an erasure that was cut off can be asked for again.
    desk.office.erase_keys()?;
    lmk_file::remove(desk.office.folder()).map_err(Refusal::new)?;
    desk.inner.registry.renew()?;
    desk.inner.unsealing = Unsealing::default();
    desk.inner.notes.clear();
    engine.lifecycle().step(State::Uninitialised)?;
    Ok(desk.done("The LMK, the store and the officers are erased; the appliance is as new."))
}

pub(super) fn backup(desk: &Desk<'_>, _: &TwoPresent, name: &str) -> Outcome {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !(1..=64).contains(&name.len()) || !name.bytes().all(fits) || name.starts_with('.') {
        return Err(Refusal::new(
            "the name of a backup has 1 to 64 letters, digits, '-', '_' or '.', and does not start with '.'",
        ));
    }
    let folder = desk.office.folder().join(BACKUPS);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(Refusal::new)?;
    desk.office.vault().backup(&folder.join(name))?;
    // What an empty machine needs besides: whose appliance it is, and who holds shares.
    for beside in ["officers.toml", lmk_file::NAME] {
        let text = file::read(&desk.office.folder().join(beside))?;
        file::replace(&folder.join(format!("{name}.{beside}")), &text)?;
    }
    Ok(desk.done(format!(
        "The store was copied to {BACKUPS}/{name}, with officers.toml and lmk.toml beside it."
    )))
}

pub(super) fn reload(desk: &Desk<'_>) -> Outcome {
    let Some(reloader) = desk.office.reloader() else {
        return Err(Refusal::new("this daemon was started without a configuration file"));
    };
    let waiting = reloader.reload().map_err(Refusal::new)?;
    let said = "The configuration was read again".to_owned();
    Ok(desk.done(if waiting.is_empty() {
        format!("{said}.")
    } else {
        format!("{said}; these wait for the next start: {}.", waiting.join(", "))
    }))
}
