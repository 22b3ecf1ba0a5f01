//! The first ceremony: officers, then the LMK, then the record.

use super::split_form::{self, SplitForm};
use super::{components, new_officer, officers};
use crate::Leave;
use crate::component;
use crate::prompt::choose;
use crate::session::Session;
use crate::shares::{self, Split};
use crate::terminal::Tone;
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::{Act, Forming};

/// Leads through it. What was done before it is left stays done, and it goes on from there the next time.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    session.record.set_title("first ceremony");
    session.terminal.show(Tone::Title, "The first ceremony: officers, their LMK, its shares.");
    session.terminal.say(
        "Everybody who will hold a share should be here, with the officer's file or to make one.",
    );
    enrol(session)?;
    session.terminal.show(Tone::Title, "Two officers log in, and the LMK is made.");
    super::two_present(session)?;
    make_lmk(session, LmkId(0))?;
    session.terminal.show(Tone::Good, "The appliance is at work. Its record:");
    session.end_record(None);
    Ok(())
}

fn enrol(session: &mut Session<'_>) -> Result<(), Leave> {
    loop {
        let enrolled = session.status.officers.clone();
        let names = if enrolled.is_empty() { "nobody yet".to_owned() } else { enrolled.join(", ") };
        let mut choices = vec![
            "Enrol an officer who has a file".to_owned(),
            "Make an officer's file, and enrol it".to_owned(),
        ];
        if enrolled.len() >= 2 {
            choices.push(format!("Go on with these {}", enrolled.len()));
        }
        let help = "An officer is enrolled by the public half of the file; no passphrase is needed for that. At least two, \
            better three, so that one may be away.";
        match choose(session.terminal, &format!("Enrolled: {names}"), &choices, help)? {
            0 => again(session, officers::enrol)?,
            1 => again(session, |session| {
                let (folder, cost) = (session.settings.officers.clone(), session.settings.cost);
                let path = new_officer::run(session.terminal, None, &folder, cost)?;
                officers::enrol_file(session, &path)
            })?,
            _ => return Ok(()),
        }
    }
}

/// Runs one step; going back or a refusal does not end the ceremony.
fn again(
    session: &mut Session<'_>,
    step: impl Fn(&mut Session<'_>) -> Result<(), Leave>,
) -> Result<(), Leave> {
    match step(session) {
        Err(Leave::Back) => Ok(()),
        Err(Leave::Refused(why)) => {
            session.terminal.show(Tone::Bad, &why);
            Ok(())
        }
        other => other,
    }
}

/// Makes an LMK, inside or from components, and keeps its shares.
///
/// # Errors
/// [`Leave`].
pub fn make_lmk(session: &mut Session<'_>, id: LmkId) -> Result<(), Leave> {
    let help = "Made inside: nobody ever sees it, and that is what you want unless this appliance has to have the LMK of \
        another one. From components: three or more sheets of 64 digits are put together.";
    let choices = ["Made inside the appliance".to_owned(), "From components".to_owned()];
    let inside = choose(session.terminal, &format!("LMK {id}"), &choices, help)? == 0;
    let form = split_form::ask(session, id)?;
    let SplitForm { quorum, holders, folder } = &form;
    let answer = if inside {
        super::confirm(
            session,
            "Make the LMK now?",
            "It is made, split, and each share is sealed to its holder.",
        )?;
        session.ask(&Act::GenerateLmk { id, quorum: *quorum, holders: holders.clone() })?
    } else {
        let count = components::ask_count(session, 3)?;
        let forming =
            Forming::Lmk { id, components: count, quorum: *quorum, holders: holders.clone() };
        components::form(session, &forming, component::LMK, count)?
    };
    let split = Split::from_answer(answer, *quorum)?;
    let how = if inside { "made inside" } else { "formed of components" };
    let what = format!(
        "LMK {id} was {how}; any {} of {} of its shares bring it back",
        quorum.needed, quorum.of
    );
    shares::made(session, &what, &split, folder, split_form::another_folder)
}
