//! Changing the master LMK: a new one is made and split, and everything moves under it.

use super::{needs_two, split_form};
use crate::prompt::choose;
use crate::session::{Session, unexpected};
use crate::shares::{self, Split};
use crate::terminal::Tone;
use crate::{Leave, words};
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
    let choices = ["Change the LMK", "Go on with a change that stopped", "Erase the old LMK"]
        .map(str::to_owned);
    let chosen = choose(session.terminal, "Change of the LMK", &choices, HELP)?;
    needs_two(session)?;
    match chosen {
        0 => change(session),
        1 => migrate(session),
        _ => erase_old(session),
    }
}

fn change(session: &mut Session<'_>) -> Result<(), Leave> {
    session.record.set_title("change of the LMK");
    let form = split_form::ask(session)?;
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
