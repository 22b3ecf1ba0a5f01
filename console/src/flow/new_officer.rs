//! Making an officer's file. Needs no daemon, and is best done on the officer's own machine.

use crate::prompt::{Question, hidden};
use crate::terminal::{Terminal, Tone};
use crate::{Leave, Secret};
use payhsm_officer::passphrase::{Cost, SHORTEST};
use payhsm_officer::random::SystemRandom;
use payhsm_officer::{Identity, identity_file::EXTENSION, login};
use std::path::{Path, PathBuf};

const NAME_HELP: &str = "How the appliance, the records and the shares call the officer: 1 to 32 letters, \
    digits, '-', '_' or '.'.";
const PASSPHRASE_HELP: &str = "The file opens with it alone, and nobody can look it up or reset it. Several words \
    that only you would put together are better than a short riddle.";

/// Asks for the name if there is none, and makes the file.
///
/// # Errors
/// [`Leave`].
pub fn run(
    terminal: &mut dyn Terminal,
    name: Option<&str>,
    folder: &Path,
    cost: Cost,
) -> Result<PathBuf, Leave> {
    let name = match name {
        Some(name) => name.to_owned(),
        None => Question::new("Name of the officer", NAME_HELP).ask(terminal, |name| {
            let checked = login::check_name(name);
            checked
                .map(|()| name.to_owned())
                .map_err(|error| crate::words::sentence(&error.to_string()))
        })?,
    };
    login::check_name(&name)?;
    let path = folder.join(format!("{name}.{EXTENSION}"));
    if path.exists() {
        let told = format!("{} is there already; it stays as it is.", path.display());
        return Err(Leave::Refused(told));
    }
    let passphrase = new_passphrase(terminal)?;
    let identity = Identity::create(&name, &passphrase, cost, &mut SystemRandom)?;
    identity.write_new(&path, &mut SystemRandom)?;
    terminal.show(Tone::Good, &format!("{} was made.", path.display()));
    if cost.is_development_only() {
        terminal.show(Tone::Bad, "Development only: this passphrase protects next to nothing.");
    }
    terminal.say("Keep it where nobody else gets at it, and a copy of it in another place.");
    Ok(path)
}

/// Asks for a new passphrase, twice.
///
/// # Errors
/// [`Leave`].
pub fn new_passphrase(terminal: &mut dyn Terminal) -> Result<Secret, Leave> {
    loop {
        let first = hidden(terminal, "New passphrase", PASSPHRASE_HELP)?;
        let characters =
            std::str::from_utf8(&first).map_or(first.len(), |text| text.chars().count());
        if characters < SHORTEST {
            let told = format!("That is {characters} characters; {SHORTEST} is the least.");
            terminal.show(Tone::Bad, &told);
            continue;
        }
        let second = hidden(terminal, "Once more", "The same passphrase, to catch a slip.")?;
        if *first == *second {
            return Ok(first);
        }
        terminal.show(Tone::Bad, "The two are different. From the start:");
    }
}
