//! New shares of an LMK that is there: a holder has left, or shares were lost, and the LMK stays.

use super::{needs_two, split_form};
use crate::prompt::choose;
use crate::session::Session;
use crate::shares::{self, Split};
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, LmkLine};

const HELP: &str = "The LMK is split once more and its new shares are sealed to their holders; the LMK and its check value stay. \
    The new shares go together with each other alone, not with older ones.";

/// What everybody has to know who thinks of it as a way to take shares back.
pub const OLD_SHARES: &str = "The shares that are out there stay good: enough of them together still open the store. Only a change of the \
    LMK ends them. Collect and destroy them, and where one is in wrong hands, change the LMK.";

/// Gives out new shares.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    session.record.set_title("new shares of an LMK");
    let id = pick(session)?;
    session.terminal.show(Tone::Bad, OLD_SHARES);
    let form = split_form::ask(session, id)?;
    super::confirm(session, &format!("Give out new shares of LMK {id} now?"), HELP)?;
    let act = Act::ReissueShares { id, quorum: form.quorum, holders: form.holders.clone() };
    let split = Split::from_answer(session.ask(&act)?, form.quorum)?;
    shares::made(session, &what(id, &split), &split, &form.folder, split_form::another_folder)?;
    session.terminal.show(Tone::Good, "Try the new shares now, while all are here: `Try shares`.");
    session.end_record(None);
    Ok(())
}

/// What was done, for the record.
#[must_use]
pub fn what(id: LmkId, split: &Split) -> String {
    format!(
        "LMK {id} was split once more; any {} of its new shares bring it back. {OLD_SHARES}",
        words::quorum(split.quorum)
    )
}

/// Those that have shares; asked only if there are several.
fn pick(session: &mut Session<'_>) -> Result<LmkId, Leave> {
    let held: Vec<LmkLine> =
        session.status.lmks.iter().filter(|lmk| lmk.quorum.is_some()).cloned().collect();
    if let [only] = held.as_slice() {
        return Ok(only.id);
    }
    let lines: Vec<_> = held.iter().map(|lmk| format!("LMK {} ({})", lmk.id, lmk.role)).collect();
    let chosen = choose(session.terminal, "Of which LMK?", &lines, HELP)?;
    held.get(chosen).map(|lmk| lmk.id).ok_or(Leave::Back)
}
