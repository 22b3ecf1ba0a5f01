//! Logging in: the officer's file, the passphrase, a signature.

use crate::Leave;
use crate::prompt::{Question, choose, hidden};
use crate::session::{Person, Session};
use crate::terminal::{Terminal, Tone};
use payhsm_officer::{IdentityFile, OfficerError, identity_file::EXTENSION};
use std::path::{Path, PathBuf};

const FILE_HELP: &str = "The file with the officer's name that ends in .officer, made with `payhsm-console officer new`. \
    Type its path, such as /media/stick/alice.officer.";
const PASSPHRASE_HELP: &str =
    "The passphrase that was chosen when the file was made. Nobody else knows it.";

/// Wrong passphrases after which it goes back to where it was.
const TRIES: u32 = 5;

/// Asks who, and logs in.
///
/// # Errors
/// [`Leave`].
pub fn run(session: &mut Session<'_>) -> Result<(), Leave> {
    let path = pick(session)?;
    let identity = unlock(session.terminal, &path)?;
    session.log_in(Person { identity, path })
}

/// Lets the person pick an officer's file.
///
/// # Errors
/// [`Leave`].
pub fn pick(session: &mut Session<'_>) -> Result<PathBuf, Leave> {
    pick_file(session.terminal, &session.settings.officers, EXTENSION, "Which officer?", FILE_HELP)
}

/// Lets the person pick a file of a kind, from a folder or by its path.
///
/// # Errors
/// [`Leave`].
pub fn pick_file(
    terminal: &mut dyn Terminal,
    folder: &Path,
    extension: &str,
    title: &str,
    help: &str,
) -> Result<PathBuf, Leave> {
    let found = list(folder, extension);
    if !found.is_empty() {
        let name =
            |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let mut choices: Vec<_> = found.iter().filter_map(name).collect();
        choices.push("another file".to_owned());
        let chosen = choose(terminal, title, &choices, help)?;
        if let Some(path) = found.get(chosen) {
            return Ok(path.clone());
        }
    }
    let question = format!("Path of the .{extension} file");
    Question::new(&question, help).ask(terminal, |path| {
        let path = PathBuf::from(path);
        if path.is_file() { Ok(path) } else { Err(format!("{} is not there.", path.display())) }
    })
}

/// Files of a kind in a folder, by name.
#[must_use]
pub fn list(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == extension) && path.is_file())
        .collect();
    found.sort();
    found
}

/// Asks for the passphrase until it fits.
///
/// # Errors
/// [`Leave`].
pub fn unlock(terminal: &mut dyn Terminal, path: &Path) -> Result<payhsm_officer::Identity, Leave> {
    let file = IdentityFile::read(path)?;
    if file.is_development_only() {
        terminal.show(Tone::Bad, "This officer's file is for development only.");
    }
    let name = &file.officer().name;
    let question = format!("Passphrase of {name}");
    for wrong in 1..=TRIES {
        let passphrase = hidden(terminal, &question, PASSPHRASE_HELP)?;
        match file.unlock(&passphrase) {
            Ok(identity) => return Ok(identity),
            Err(OfficerError::WrongPassphrase) if wrong < TRIES => {
                let told =
                    format!("Wrong passphrase ({wrong} of {TRIES}). Again, or Enter to go back:");
                terminal.show(Tone::Bad, &told);
                // Twice as long every time: whoever guesses here is slowed.
                (0..1 << (wrong - 1)).for_each(|_| terminal.pause());
            }
            Err(OfficerError::WrongPassphrase) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Err(Leave::Refused(format!(
        "{TRIES} wrong passphrases of {name}; the file stays closed. Is it the right file, and no capitals lock?"
    )))
}
