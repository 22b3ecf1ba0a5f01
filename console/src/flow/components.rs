//! Entering components: one holder after the other, each checked against the sheet before it counts.

use crate::component::Shape;
use crate::prompt::{Question, hidden};
use crate::session::{Session, unexpected};
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_protocol::field::CheckValue;
use payhsm_protocol::officer::{Act, Answer, Forming};

const COMPONENT_HELP: &str = "The hexadecimal digits of this component, from the sheet of its holder, with or without spaces. \
    They are not shown; the check value afterwards tells a slip.";
const SHEET_HELP: &str = "The check value that is printed with the component. y: they are the same, and the component counts. \
    n: enter it again. b: give up; everything entered so far is forgotten.";

/// Asks how many components there are.
///
/// # Errors
/// [`Leave`].
pub fn ask_count(session: &mut Session<'_>, least: u8) -> Result<u8, Leave> {
    let help = "How many sheets there are. Each has its holder, and nobody sees two of them.";
    let range = u16::from(least)..=9;
    let count =
        Question::new("How many components", help).or(least).number(session.terminal, range)?;
    Ok(u8::try_from(count).unwrap_or(least))
}

/// Forms something of components. Whatever ends it early makes the daemon forget them.
///
/// # Errors
/// [`Leave`].
pub fn form(
    session: &mut Session<'_>,
    forming: &Forming,
    shape: Shape,
    count: u8,
) -> Result<Answer, Leave> {
    begin(session, forming)?;
    let entered = (1..=count).try_for_each(|number| enter(session, shape, number, count));
    let finished = entered.and_then(|()| session.ask(&Act::FinishComponents));
    if finished.is_err() {
        abandon(session);
    }
    finished
}

/// Begins.
///
/// # Errors
/// [`Leave`].
pub fn begin(session: &mut Session<'_>, forming: &Forming) -> Result<(), Leave> {
    let answer = session.ask(&Act::BeginComponents(forming.clone()))?;
    let begun = matches!(answer, Answer::Done { .. } | Answer::Progress { .. });
    if begun { Ok(()) } else { Err(unexpected()) }
}

/// Makes the daemon forget what was entered; it does so anyway once the connection ends.
pub fn abandon(session: &mut Session<'_>) {
    if session.ask(&Act::Abandon).is_ok() {
        session.terminal.show(Tone::Bad, "What was entered so far is forgotten.");
    }
}

fn enter(session: &mut Session<'_>, shape: Shape, number: u8, count: u8) -> Result<(), Leave> {
    session.terminal.say("");
    let title = format!(
        "Component {number} of {count}: {} digits; only its holder looks on.",
        shape.digits()
    );
    session.terminal.show(Tone::Title, &title);
    loop {
        let typed = hidden(session.terminal, &format!("Component {number}"), COMPONENT_HELP)?;
        let bytes = match shape.read(&typed) {
            Ok(bytes) => bytes,
            Err(sentence) => {
                session.terminal.show(Tone::Bad, &sentence);
                continue;
            }
        };
        drop(typed);
        let check_value = match send(session, &bytes) {
            Ok(check_value) => check_value,
            // A weak or empty component; the holder may have another try.
            Err(Leave::Refused(why)) => {
                session.terminal.show(Tone::Bad, &why);
                continue;
            }
            Err(leave) => return Err(leave),
        };
        drop(bytes);
        let shown = words::check_value(&check_value);
        session.terminal.show(Tone::Title, &format!("Check value {shown}"));
        if Question::new("As on your sheet? (y/n)", SHEET_HELP).yes(session.terminal)? {
            session.ask(&Act::KeepComponent)?;
            let of = format!("component {number}");
            session.done(
                &format!("Component {number} of {count} was entered"),
                &[(&of, &check_value)],
            );
            return Ok(());
        }
        session.ask(&Act::DropComponent)?;
        session.terminal.say("It does not count. Again:");
    }
}

/// Sends a component, which does not count yet; gives its check value.
///
/// # Errors
/// [`Leave`].
pub fn send(session: &mut Session<'_>, bytes: &[u8]) -> Result<CheckValue, Leave> {
    let answer = session.ask_with(&Act::Component, bytes)?;
    if let Answer::Progress { check_value: Some(check_value), .. } = answer {
        Ok(check_value)
    } else {
        Err(unexpected())
    }
}
