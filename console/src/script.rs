//! Ceremonies from a file: the same acts, checked first, stopped at the first refusal, with the same record.

mod acts;
mod check;
pub mod secrets;
mod steps;

pub use check::check;
pub use steps::{FORMAT, KeyForm, OfficerEntry, Script, Step};

use crate::Leave;
use crate::session::Session;
use crate::terminal::Signals;
use acts::Runner;

/// Runs a script that was checked. The record is written whatever ends it.
///
/// # Errors
/// [`Leave`], with the step that went wrong.
pub fn run(script: &Script, mut session: Session<'_>, signals: &Signals) -> Result<(), Leave> {
    let appliance = session.status.appliance.clone();
    if script.appliance.as_ref().is_some_and(|meant| *meant != appliance) {
        let told =
            format!("The script is for another appliance than {appliance}; nothing was done.");
        return Err(Leave::Refused(told));
    }
    if let Some(title) = &script.title {
        session.record.set_title(title);
    }
    if let Some(records) = &script.records {
        session.settings.records = script.path(records);
    }
    let mut runner = Runner::new(script, session);
    let ended = (1_usize..).zip(&script.step).try_for_each(|(number, step)| {
        // Not in the middle of a step: what it makes may have to be written down.
        if signals.came() {
            return Err(Leave::Stopped);
        }
        runner.step(step).map_err(|leave| match leave {
            Leave::Refused(why) => {
                Leave::Refused(format!("Step {number} ({}): {why}", step.name()))
            }
            Leave::Lost(why) => Leave::Lost(format!("Step {number} ({}): {why}", step.name())),
            other @ (Leave::Back | Leave::Stopped) => other,
        })
    });
    let unfinished = ended.as_ref().err().map(ToString::to_string);
    runner.session.end_record(unfinished.as_deref());
    ended
}
