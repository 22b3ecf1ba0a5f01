//! What officers do, one file a task. A flow asks, shows and tells the daemon; it ends with [`Leave`] where
//! the person goes back or the daemon refuses.

pub mod authorise;
pub mod change_lmk;
pub mod components;
pub mod credential;
pub mod erase;
pub mod first;
pub mod housekeeping;
pub mod key_form;
pub mod keys;
pub mod log_in;
pub mod new_officer;
pub mod officers;
pub mod reissue;
pub mod split_form;
pub mod table;
pub mod trial;
pub mod unseal;
pub mod zone;

use crate::Leave;
use crate::prompt::Question;
use crate::session::Session;
use crate::terminal::Tone;

/// What labels and names may be.
pub(crate) fn label(text: &str) -> Result<String, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=32).contains(&text.len()) && text.bytes().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("A label has 1 to 32 letters, digits, '-', '_' or '.'.".to_owned())
    }
}

/// Asks whether to go on; anything but yes goes back.
pub(crate) fn confirm(session: &mut Session<'_>, text: &str, help: &str) -> Result<(), Leave> {
    let question = format!("{text} (y/n)");
    if Question::new(&question, help).yes(session.terminal)? { Ok(()) } else { Err(Leave::Back) }
}

/// Two officers are needed for what follows; says at once if they are not there.
pub(crate) fn needs_two(session: &mut Session<'_>) -> Result<(), Leave> {
    session.refresh()?;
    if session.status.present.len() >= 2 {
        return Ok(());
    }
    session.terminal.show(Tone::Bad, "This takes two officers.");
    two_present(session)
}

/// Logs officers in until two are present.
pub(crate) fn two_present(session: &mut Session<'_>) -> Result<(), Leave> {
    while session.status.present.len() < 2 {
        session.terminal.say(&format!("{}.", crate::words::present(&session.status)));
        // Who mistypes or picks the wrong file may try again.
        match log_in::run(session) {
            Err(Leave::Refused(why)) => session.terminal.show(Tone::Bad, &why),
            other => other?,
        }
    }
    Ok(())
}
