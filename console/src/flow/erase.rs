//! Erasing: the appliance is as new.

use super::needs_two;
use crate::Leave;
use crate::prompt::Question;
use crate::session::Session;
use crate::terminal::Tone;
use payhsm_protocol::officer::Act;

/// Erases, after the appliance's id was typed.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    session.record.set_title("erasure");
    let appliance = session.status.appliance.clone();
    session.terminal.show(Tone::Bad, "This erases the LMK and the store. Shares of the LMK open nothing here any more; only a backup brings the keys back.");
    let question = format!("To erase it, type the appliance's id ({appliance})");
    let typed = Question::new(
        &question,
        "The 16 digits in brackets, to be sure that it is this appliance.",
    )
    .text(session.terminal)?;
    if typed != appliance {
        return Err(Leave::Refused("That is another id; nothing was erased.".to_owned()));
    }
    session.perform(&Act::Erase { appliance: typed })?;
    session.end_record(None);
    Ok(())
}
