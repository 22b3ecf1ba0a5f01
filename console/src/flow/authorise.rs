//! What the host may do with officers' leave, and for how long.

use super::needs_two;
use crate::prompt::{Question, choose};
use crate::session::{Session, unexpected};
use crate::terminal::Tone;
use crate::{Leave, words};
use payhsm_protocol::officer::{Act, Answer, AuthorisedLine};

const ACTIVITY_HELP: &str = "What is allowed, as verb.keytype.host: generate.P0.host lets programs make PIN keys, export.*.host \
    lets them export keys of every type. The command that lacks it answers 17.";

/// Shows what is allowed, and changes it.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let lines = show(session)?;
    let choices = ["Authorise an activity", "Take one back"].map(str::to_owned);
    match choose(session.terminal, "Authorise", &choices, ACTIVITY_HELP)? {
        0 => {
            needs_two(session)?;
            let activity =
                Question::new("Activity", ACTIVITY_HELP).ask(session.terminal, activity)?;
            let minutes = Question::new(
                "For how many minutes",
                "1 to 720, which is twelve hours; then it ends by itself.",
            )
            .or(60)
            .number(session.terminal, 1..=720)?;
            session.perform(&Act::Authorise { activity, minutes })?;
        }
        _ => {
            let names: Vec<_> = lines.iter().map(|line| line.activity.clone()).collect();
            if names.is_empty() {
                return Err(Leave::Refused("Nothing is authorised.".to_owned()));
            }
            let chosen = choose(session.terminal, "Which?", &names, "It ends at once.")?;
            let activity = names.into_iter().nth(chosen).ok_or(Leave::Back)?;
            session.perform(&Act::Revoke { activity })?;
        }
    }
    show(session).map(drop)
}

fn show(session: &mut Session<'_>) -> Result<Vec<AuthorisedLine>, Leave> {
    let Answer::Authorised(lines) = session.ask(&Act::ListAuthorised)? else {
        return Err(unexpected());
    };
    let title = if lines.is_empty() { "Nothing is authorised." } else { "Authorised now:" };
    session.terminal.show(Tone::Title, title);
    for line in &lines {
        let left = words::duration(line.seconds_left);
        let by = line.officers.join(" and ");
        session.terminal.say(&format!("  {:<24} {left} left, by {by}", line.activity));
    }
    Ok(lines)
}

/// An activity as it is typed.
///
/// # Errors
/// A sentence.
pub fn activity(typed: &str) -> Result<String, String> {
    let parts = typed.split('.').count();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'*' | b'-' | b'_');
    if (2..=4).contains(&parts) && typed.len() <= 64 && typed.bytes().all(fits) {
        Ok(typed.to_owned())
    } else {
        Err("An activity reads like export.P0.host; ? tells more.".to_owned())
    }
}
