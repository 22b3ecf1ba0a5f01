//! How an LMK is split: how many shares, who holds them, where the files go.

use crate::prompt::Question;
use crate::session::Session;
use crate::terminal::Tone;
use crate::{Leave, shares, words};
use payhsm_protocol::field::LmkId;
use payhsm_protocol::officer::Quorum;
use std::path::{Path, PathBuf};

/// What was asked.
#[derive(Clone, Debug)]
pub struct SplitForm {
    /// How many of how many.
    pub quorum: Quorum,
    /// Who, one each.
    pub holders: Vec<String>,
    /// Where the share files go.
    pub folder: PathBuf,
}

const FOLDER_HELP: &str = "The folder that the share files are written into, such as the holder's stick. They are sealed: \
    each opens with the file and the passphrase of its holder alone.";

/// Asks for it.
///
/// # Errors
/// [`Leave`].
pub fn ask(session: &mut Session<'_>, lmk: LmkId) -> Result<SplitForm, Leave> {
    let officers = session.status.officers.clone();
    let most = u16::try_from(officers.len()).unwrap_or(9).min(9);
    if most < 2 {
        let told = "An LMK is split among two officers at least; enrol them first.";
        return Err(Leave::Refused(told.to_owned()));
    }
    session.terminal.say(&format!("Officers: {}", officers.join(", ")));
    let help = "An LMK lives on in shares, one for each holder. Any so many of them bring it back; fewer tell nothing. \
        With 2 of 3, one holder may be away or lose a share.";
    let of = Question::new("How many holders", help)
        .or(most.min(3))
        .number(session.terminal, 2..=most)?;
    let needed = Question::new("How many of them bring it back", help)
        .or(2)
        .number(session.terminal, 2..=of)?;
    let narrow = |number: u16| u8::try_from(number).unwrap_or(u8::MAX);
    let quorum = Quorum { needed: narrow(needed), of: narrow(of) };
    let suggested = officers.iter().take(usize::from(of)).cloned().collect::<Vec<_>>().join(" ");
    let holders = Question::new("Holders, with spaces between", "Names of officers, each once.")
        .or(suggested)
        .ask(session.terminal, |typed| holders(typed, &officers, usize::from(of)))?;
    let folder = ask_folder(session, |folder| shares::check_free(folder, lmk, &holders))?;
    let told = format!("Any {} of: {}", words::quorum(quorum), holders.join(", "));
    session.terminal.show(Tone::Title, &told);
    Ok(SplitForm { quorum, holders, folder })
}

fn holders(typed: &str, officers: &[String], of: usize) -> Result<Vec<String>, String> {
    let mut names: Vec<String> = Vec::new();
    for name in typed.split([' ', ',']).filter(|name| !name.is_empty()) {
        if !officers.iter().any(|known| known == name) {
            return Err(format!("{name} is no officer of this appliance."));
        }
        if names.iter().any(|known| known == name) {
            return Err(format!("{name} is there twice; everybody holds one share."));
        }
        names.push(name.to_owned());
    }
    if names.len() == of {
        Ok(names)
    } else {
        Err(format!("That is {}; it takes {of} names.", names.len()))
    }
}

/// Asks for a folder that can be written into.
///
/// # Errors
/// [`Leave`].
pub fn ask_folder(
    session: &mut Session<'_>,
    fits: impl Fn(&Path) -> Result<(), String>,
) -> Result<PathBuf, Leave> {
    Question::new("Folder for the share files", FOLDER_HELP).or(".").ask(
        session.terminal,
        |typed| {
            let folder = PathBuf::from(typed);
            shares::check_folder(&folder)?;
            fits(&folder).map(|()| folder)
        },
    )
}

/// Asks for another folder, when one that was good before is not any more.
///
/// # Errors
/// [`Leave`].
pub fn another_folder(session: &mut Session<'_>, _why: &str) -> Result<Option<PathBuf>, Leave> {
    session
        .terminal
        .show(Tone::Bad, "The share has to be kept somewhere; b shows its (sealed) text instead.");
    ask_folder(session, |_| Ok(())).map(Some)
}
