//! Changing the master LMK: a new one is made and split, and everything moves under it.

use super::{first, needs_two, reissue, split_form, trial};
use crate::prompt::{Question, choose};
use crate::session::{Session, unexpected};
use crate::shares::{self, Split};
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Answer};

const HELP: &str = "The new LMK is made inside and split; the keys of the store then move under it while the appliance works \
    on. The old LMK stays for programs that still hold keys under it, until it is erased.";

/// Looks without an advance before it gives up waiting: about five minutes.
const PATIENCE: u32 = 1500;

/// The menu.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let choices = [
        "Change the LMK",
        "Go on with a change that stopped",
        "Erase the old LMK",
        "Give out new shares of an LMK that stays",
        "Try shares",
        "Make another LMK",
    ]
    .map(str::to_owned);
    match choose(session.terminal, "The LMK and its shares", &choices, HELP)? {
        0 => change(session),
        1 => {
            needs_two(session)?;
            migrate(session)
        }
        2 => erase_old(session),
        3 => reissue::run(session),
        4 => trial::run(session),
        _ => another(session),
    }
}

/// The id that a change of the master keeps.
#[must_use]
pub fn master(session: &Session<'_>) -> LmkId {
    let master = session.status.lmks.iter().find(|lmk| lmk.role == "master");
    master.map_or(LmkId(0), |lmk| lmk.id)
}

/// One besides the master, for programs that name it; it comes back with every unsealing.
fn another(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let help = "Two digits, 00 to 99, that no LMK here has. Programs name it with them. It lies in the store, so that shares of the \
        master bring it back too.";
    let lmks = session.status.lmks.clone();
    let id = Question::new("Id of the LMK", help).ask(session.terminal, |typed| {
        let id = words::lmk_id(typed)?;
        match lmks.iter().any(|lmk| lmk.id == id && lmk.role != "old") {
            true => Err(format!("There is an LMK {id} already.")),
            false => Ok(id),
        }
    })?;
    session.record.set_title("another LMK");
    first::make_lmk(session, id)?;
    session.end_record(None);
    Ok(())
}

fn change(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    if session.status.notes.iter().any(|note| note.contains("change of the LMK is not finished")) {
        let told = "A change of the LMK is under way; go on with it. If its shares are lost, give out new ones first.";
        return Err(Leave::Refused(told.to_owned()));
    }
    session.record.set_title("change of the LMK");
    let form = split_form::ask(session, master(session))?;
    super::confirm(session, "Change the LMK now?", HELP)?;
    let act = Act::ChangeLmk { quorum: form.quorum, holders: form.holders.clone() };
    let split = Split::from_answer(session.ask(&act)?, form.quorum)?;
    let what =
        "A new LMK was made inside and split; the old one still counts until the keys have moved";
    shares::made(session, what, &split, &form.folder, split_form::another_folder)?;
    migrate(session)?;
    session.end_record(None);
    Ok(())
}

/// Waits until everything has moved, and shows how far it is.
///
/// # Errors
/// [`Leave`].
pub fn migrate(session: &mut Session<'_>) -> Result<(), Leave> {
    let (mut before, mut waited) = (None, 0);
    loop {
        let answer = session.ask(&Act::ContinueMigration)?;
        if let Answer::Done { said, generation } = &answer {
            session.done(said, &[]);
            session.saw(*generation);
            return session.refresh();
        }
        let Answer::Progress { have, of, .. } = answer else {
            return Err(unexpected());
        };
        if before != Some(have) {
            session.terminal.say(&bar(have, of));
            (before, waited) = (Some(have), 0);
        }
        if have >= of {
            session.done(&format!("All {of} records are under the new LMK"), &[]);
            session.refresh()?;
            session.saw(session.status.generation);
            return Ok(());
        }
        waited += 1;
        if waited > PATIENCE {
            let told =
                "Nothing has moved for minutes. What has moved stays; go on later, in this menu.";
            return Err(Leave::Refused(told.to_owned()));
        }
        session.terminal.pause();
    }
}

fn bar(have: u64, of: u64) -> String {
    let tenths = have.saturating_mul(20).checked_div(of).unwrap_or(20).min(20);
    let filled: String = (0..20).map(|place| if place < tenths { '#' } else { '.' }).collect();
    format!("  [{filled}] {have} of {of} records moved")
}

fn erase_old(session: &mut Session<'_>) -> Result<(), Leave> {
    needs_two(session)?;
    let old = session.status.lmks.iter().find(|lmk| lmk.role == "old");
    let shown = old.map_or_else(
        || "the old LMK".to_owned(),
        |lmk| format!("LMK {} (check value {})", lmk.id, words::check_value(&lmk.check_value)),
    );
    session.terminal.show(
        Tone::Bad,
        "Keys that programs still hold under the old LMK are worth nothing afterwards.",
    );
    super::confirm(
        session,
        &format!("Erase {shown}?"),
        "It cannot be brought back, not with its shares either.",
    )?;
    session.perform(&Act::EraseOldLmk)
}
