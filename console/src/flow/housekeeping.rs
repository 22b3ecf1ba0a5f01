//! Sealing, backup, reading the configuration again, accepting an older store.

use super::{label, needs_two};
use crate::Leave;
use crate::prompt::{Question, choose};
use crate::session::Session;
use crate::terminal::Tone;
use payhsm_protocol::officer::Act;

/// Forgets the LMKs.
///
/// # Errors
/// [`Leave`].
pub fn seal(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let help = "The appliance forgets its LMKs and answers no host until holders give their shares again. Nothing is lost.";
    session.terminal.show(Tone::Bad, "Programs get no answers while the appliance is sealed.");
    super::confirm(session, "Seal it?", help)?;
    session.perform(&Act::Seal)
}

/// Copies the store.
///
/// # Errors
/// [`Leave`].
pub fn backup(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let help = "The store is copied as it is, sealed, into the appliance's folder `backup`; only its LMK opens the copy. The name \
        is that of the file.";
    let file = Question::new("Name of the backup", help)
        .or(format!("store-{}.redb", session.status.generation))
        .ask(session.terminal, label)?;
    session.perform(&Act::Backup { file })
}

/// Reads configuration and certificates again.
///
/// # Errors
/// [`Leave`].
pub fn reload(session: &mut Session<'_>) -> Result<(), Leave> {
    session.perform(&Act::Reload)
}

/// Gives the audit log another signing key.
///
/// # Errors
/// [`Leave`].
pub fn replace_audit_key(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let help = "The new key is made inside. The log tells of it in a record that both keys sign, so who has the old public key can \
        check the log on. Auditors and witnesses get the new one from you: it will be on your record.";
    super::confirm(session, "Sign the audit log with another key from now on?", help)?;
    session.record.set_title("signing key of the audit log");
    session.perform(&Act::ReplaceAuditKey)?;
    session.end_record(None);
    Ok(())
}

/// Two officers accept that the store is older than it should be.
///
/// # Errors
/// [`Leave`].
pub fn accept_older(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    session.terminal.show(Tone::Bad, "Accept this only if you restored a backup yourselves: keys that were destroyed or disabled since then are back.");
    super::confirm(
        session,
        "Accept the older store?",
        "It is written into the record, and the officers' files take its generation.",
    )?;
    session.perform(&Act::AcceptOlderStore)?;
    session.accept_older();
    Ok(())
}

/// Takes an officer off the connection.
///
/// # Errors
/// [`Leave`].
pub fn log_out(session: &mut Session<'_>) -> Result<(), Leave> {
    let names = session.status.present.clone();
    let chosen =
        choose(session.terminal, "Who leaves?", &names, "The officer's keys are wiped here.")?;
    let name = names.into_iter().nth(chosen).ok_or(Leave::Back)?;
    session.log_out(&name)
}
